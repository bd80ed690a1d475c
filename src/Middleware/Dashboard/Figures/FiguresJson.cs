using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aeronet.AspNetCore.Middleware.Dashboard.Figures;

/// <summary>Writes figures as JSON, without reflection.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, UseStringEnumConverter = true, NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(DashboardFigures))]
internal sealed partial class FiguresJson : JsonSerializerContext;
