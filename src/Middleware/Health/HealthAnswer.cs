using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aeronet.AspNetCore.Middleware.Health;

/// <summary>What a probe is answered: a word, or JSON with every check.</summary>
internal readonly record struct HealthAnswer(HealthStatus Status, string ContentType, byte[] Body)
{
    /// <summary>503 takes a server out of service, or ends it; a degraded one goes on.</summary>
    public int StatusCode => Status == HealthStatus.Unhealthy ? 503 : 200;

    public static HealthAnswer Of(IReadOnlyCollection<(string Name, HealthStatus Status, string? Description)> entries, bool details)
    {
        var status = entries.Count == 0 ? HealthStatus.Healthy : entries.Min(entry => entry.Status);
        return details
            ? new HealthAnswer(status, "application/json", ToJson(status, entries))
            : new HealthAnswer(status, "text/plain", System.Text.Encoding.ASCII.GetBytes(status.ToString()));
    }

    private static byte[] ToJson(HealthStatus status, IEnumerable<(string Name, HealthStatus Status, string? Description)> entries)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("status", status.ToString());
            json.WriteStartObject("entries");
            foreach (var (name, of, description) in entries)
            {
                json.WriteStartObject(name);
                json.WriteString("status", of.ToString());
                if (description is not null)
                {
                    json.WriteString("description", description);
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
