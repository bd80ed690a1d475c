using Aeronet.AspNetCore.Transport.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.AccessLog;

internal static partial class AccessLogLog
{
    public const string Category = "Aeronet.AspNetCore.Middleware.AccessLog";

    [LoggerMessage(
        EventId = 1,
        Message = "{RemoteAddress} {Method} {Path} {Protocol} {StatusCode} {Bytes} bytes in {DurationMs} ms",
        EventName = "Request")]
    public static partial void Request(
        ILogger logger, LogLevel level, LogText remoteAddress, LogText method, LogText path, LogText protocol, int statusCode, long bytes, double durationMs);

    [LoggerMessage(2, LogLevel.Warning, "{Lines} lines of the access log were dropped: {Reason}", EventName = "Dropped")]
    public static partial void Dropped(ILogger logger, long lines, LogText reason);

    [LoggerMessage(3, LogLevel.Information, "The access log {Path} was opened again.", EventName = "Reopened")]
    public static partial void Reopened(ILogger logger, LogText path);

    [LoggerMessage(4, LogLevel.Warning, "The access log {Path} goes on in the same file: {Reason}", EventName = "NotRotated")]
    public static partial void NotRotated(ILogger logger, LogText path, LogText reason);

    [LoggerMessage(5, LogLevel.Information, "Configuration changed, and the access log with it.", EventName = "Reloaded")]
    public static partial void Reloaded(ILogger logger);

    [LoggerMessage(
        6,
        LogLevel.Warning,
        "Configuration changed and the access log options in it cannot be used; those from before stay in force. {Failures}",
        EventName = "NotReloaded")]
    public static partial void NotReloaded(ILogger logger, LogText failures);

    [LoggerMessage(
        7,
        LogLevel.Warning,
        "The access log writes nowhere: set Aeronet:AccessLog:File:Path, Aeronet:AccessLog:Stdout or Aeronet:AccessLog:Logger, register an "
            + "IAccessLogSink, or leave out app.UseAeronetAccessLog().",
        EventName = "Nowhere")]
    public static partial void Nowhere(ILogger logger);

    [LoggerMessage(
        8, LogLevel.Error, "The line of a refused request could not be made. Please report it with the stack trace.", EventName = "RefusedNotWritten")]
    public static partial void RefusedNotWritten(ILogger logger, Exception exception);

    [LoggerMessage(
        9, LogLevel.Warning, "Full files of the access log {Path} that are too many could not be removed: {Reason}", EventName = "NotRemoved")]
    public static partial void NotRemoved(ILogger logger, LogText path, LogText reason);
}
