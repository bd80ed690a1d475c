using System.Text.Json.Serialization;

namespace BenchServer;

/// <summary>The answer of <c>/json</c>.</summary>
internal readonly record struct Message([property: JsonPropertyName("message")] string Text);
