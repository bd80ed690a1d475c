using Aeronet.AspNetCore.Transport.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.Cors;

internal static partial class CorsLog
{
    public const string Category = "Aeronet.AspNetCore.Middleware.Cors";

    [LoggerMessage(1, LogLevel.Debug, "Policy {Policy} allows a preflight.", EventName = "PreflightAllowed")]
    public static partial void PreflightAllowed(ILogger logger, LogText policy);

    [LoggerMessage(2, LogLevel.Debug, "Policy {Policy} refuses a preflight: {Reason}", EventName = "PreflightRefused")]
    public static partial void PreflightRefused(ILogger logger, LogText policy, LogText reason);

    [LoggerMessage(3, LogLevel.Debug, "CORS policies were read again.", EventName = "Reloaded")]
    public static partial void Reloaded(ILogger logger);

    [LoggerMessage(
        4,
        LogLevel.Warning,
        "Configuration changed and the CORS policies in it are wrong; those from before stay in force. {Failures}",
        EventName = "NotReloaded")]
    public static partial void NotReloaded(ILogger logger, LogText failures);
}
