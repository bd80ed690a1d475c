using Aeronet.AspNetCore.Transport.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.TlsMetrics;

/// <summary>What the endpoint of the TLS metrics logs.</summary>
internal static partial class TlsMetricsLog
{
    public const string Category = "Aeronet.AspNetCore.Middleware.TlsMetrics";

    [LoggerMessage(1, LogLevel.Warning,
        "The TLS metrics at '{Pattern}' answer 403: outside Development they require authorization, and the application has no {Missing}. "
            + "Add it, or call MapAeronetTlsMetrics().AllowAnonymous() to show them to everybody who gets there.",
        EventName = "Closed")]
    public static partial void Closed(ILogger logger, LogText pattern, LogText missing);
}
