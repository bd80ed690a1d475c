using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Aeronet.AspNetCore.Middleware.TlsMetrics;

/// <summary>What a client wants to have: by <c>?format=</c>, or by its Accept field (RFC 9110, section 12.5.1).</summary>
internal static class TlsMetricsFormat
{
    public const string Json = "json";
    public const string Prometheus = "prometheus";

    private const string Parameter = "format";

    /// <summary><see cref="Json"/> or <see cref="Prometheus"/>; null if the client names another.</summary>
    public static string? Choose(HttpRequest request)
    {
        if (request.Query.TryGetValue(Parameter, out var wanted) && wanted.Count > 0)
        {
            return wanted is [Json] or [Prometheus] ? wanted[0] : null;
        }

        return PrefersText(request.Headers.Accept) ? Prometheus : Json;
    }

    // JSON for whoever takes anything, and for browsers. Prometheus asks for OpenMetrics, then its own text, then anything.
    private static bool PrefersText(StringValues accept)
    {
        if (!MediaTypeHeaderValue.TryParseList(accept, out var types))
        {
            return false;
        }

        double text = 0, json = 0;
        foreach (var type in types)
        {
            var quality = type.Quality ?? 1;
            if (Is(type, "application/openmetrics-text") || Is(type, "text/plain"))
            {
                text = Math.Max(text, quality);
            }
            else if (Is(type, "application/json") || Is(type, "application/*"))
            {
                json = Math.Max(json, quality);
            }
        }

        return text > json;
    }

    private static bool Is(MediaTypeHeaderValue type, string name) => type.MediaType.Equals(name, StringComparison.OrdinalIgnoreCase);
}
