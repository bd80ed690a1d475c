using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Diagnostics;

/// <summary>
/// How connections end, in the words and under the category, event ids and names of Kestrel's sockets transport: what operators
/// look for and alert on stays. See docs/running.md.
/// </summary>
internal static partial class KestrelTransportLog
{
    private const string Category = "Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets";

    /// <summary>What is logged with here: never throws.</summary>
    internal static ILogger CreateLogger(ILoggerFactory loggers) => new GuardedLogger(loggers.CreateLogger(Category));

    internal static void ConnectionReadFin(ILogger logger, BaseConnectionContext connection)
    {
        if (logger.IsEnabled(LogLevel.Debug))
        {
            ReadFin(logger, connection.ConnectionId);
        }
    }

    internal static void ConnectionWriteFin(ILogger logger, BaseConnectionContext connection, string reason)
    {
        if (logger.IsEnabled(LogLevel.Debug))
        {
            WriteFin(logger, connection.ConnectionId, reason);
        }
    }

    internal static void ConnectionWriteRst(ILogger logger, BaseConnectionContext connection, string reason)
    {
        if (logger.IsEnabled(LogLevel.Debug))
        {
            WriteRst(logger, connection.ConnectionId, reason);
        }
    }

    internal static void ConnectionReset(ILogger logger, BaseConnectionContext connection)
    {
        if (logger.IsEnabled(LogLevel.Debug))
        {
            Reset(logger, connection.ConnectionId);
        }
    }

    [LoggerMessage(6, LogLevel.Debug, "Connection id \"{ConnectionId}\" received FIN.", EventName = "ConnectionReadFin", SkipEnabledCheck = true)]
    private static partial void ReadFin(ILogger logger, LogText connectionId);

    [LoggerMessage(7, LogLevel.Debug, "Connection id \"{ConnectionId}\" sending FIN because: \"{Reason}\"", EventName = "ConnectionWriteFin", SkipEnabledCheck = true)]
    private static partial void WriteFin(ILogger logger, LogText connectionId, LogText reason);

    [LoggerMessage(8, LogLevel.Debug, "Connection id \"{ConnectionId}\" sending RST because: \"{Reason}\"", EventName = "ConnectionWriteRst", SkipEnabledCheck = true)]
    private static partial void WriteRst(ILogger logger, LogText connectionId, LogText reason);

    [LoggerMessage(19, LogLevel.Debug, "Connection id \"{ConnectionId}\" reset.", EventName = "ConnectionReset", SkipEnabledCheck = true)]
    private static partial void Reset(ILogger logger, LogText connectionId);
}
