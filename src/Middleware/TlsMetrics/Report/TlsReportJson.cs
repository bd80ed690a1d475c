using System.Text.Json.Serialization;

namespace Aeronet.AspNetCore.Middleware.TlsMetrics.Report;

/// <summary>How reports are written as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(TlsReport))]
internal sealed partial class TlsReportJson : JsonSerializerContext;
