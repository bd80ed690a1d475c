using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Diagnostics;

/// <summary>
/// What Kestrel's HTTPS logs of handshakes, by its category, event ids and words: filters and alarms made for those go on. Why a
/// handshake failed is in the exception's message, which nobody has thrown.
/// </summary>
internal static partial class KestrelHttpsLog
{
    /// <summary>The name of Kestrel's connection middleware, which is internal.</summary>
    internal const string Category = "Microsoft.AspNetCore.Server.Kestrel.Https.Internal.HttpsConnectionMiddleware";

    /// <param name="logger">Kestrel's category.</param>
    /// <param name="exception">The type that Kestrel's own stream would have thrown.</param>
    /// <param name="reason">Why it failed.</param>
    internal static void HandshakeFailed(ILogger logger, Type exception, string reason)
    {
        if (!logger.IsEnabled(LogLevel.Debug))
        {
            return;
        }

        if (exception == typeof(OperationCanceledException))
        {
            AuthenticationTimedOut(logger);
        }
        else
        {
            AuthenticationFailed(logger, exception == typeof(IOException) ? new IOException(reason) : new AuthenticationException(reason));
        }
    }

    internal static void Established(ILogger logger, ConnectionContext connection, SslProtocols protocol)
    {
        if (logger.IsEnabled(LogLevel.Debug))
        {
            HttpsConnectionEstablished(logger, connection.ConnectionId, protocol);
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "Failed to authenticate HTTPS connection.", EventName = "AuthenticationFailed", SkipEnabledCheck = true)]
    private static partial void AuthenticationFailed(ILogger logger, Exception exception);

    [LoggerMessage(2, LogLevel.Debug, "Authentication of the HTTPS connection timed out.", EventName = "AuthenticationTimedOut", SkipEnabledCheck = true)]
    private static partial void AuthenticationTimedOut(ILogger logger);

    [LoggerMessage(
        3, LogLevel.Debug, "Connection {ConnectionId} established using the following protocol: {Protocol}",
        EventName = "HttpsConnectionEstablished", SkipEnabledCheck = true)]
    private static partial void HttpsConnectionEstablished(ILogger logger, LogText connectionId, SslProtocols protocol);
}
