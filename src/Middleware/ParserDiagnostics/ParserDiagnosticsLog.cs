using Aeronet.AspNetCore.Transport.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.ParserDiagnostics;

internal static partial class ParserDiagnosticsLog
{
    public const string Category = "Aeronet.AspNetCore.Middleware.ParserDiagnostics";

    [LoggerMessage(
        EventId = 1,
        Message = "A request was refused with {StatusCode}, {Fault}, at byte {Offset} (line {Line}, column {Column}): expected {Expected}; received "
            + "\"{Excerpt}\". Connection {ConnectionId} from {RemoteEndPoint}.",
        EventName = "RequestRefused")]
    public static partial void RequestRefused(
        ILogger logger,
        LogLevel level,
        int? statusCode,
        RequestFault fault,
        long? offset,
        int? line,
        int? column,
        LogText expected,
        LogText? excerpt,
        LogText connectionId,
        LogText? remoteEndPoint);

    [LoggerMessage(
        2, LogLevel.Error, "A refused request could not be looked at. Please report it with the stack trace.", EventName = "Failed")]
    public static partial void Failed(ILogger logger, Exception exception);

    [LoggerMessage(
        3,
        LogLevel.Information,
        "{Missed} requests more were refused in the last minute; of more than {Most} a minute the others are logged at Debug.",
        EventName = "RefusalsAtDebug")]
    public static partial void RefusalsAtDebug(ILogger logger, int missed, int most);
}
