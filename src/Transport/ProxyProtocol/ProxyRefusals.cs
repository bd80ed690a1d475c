using Aeronet.AspNetCore.Transport.Diagnostics;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.ProxyProtocol;

/// <summary>Ends the connections of an endpoint whose header is not accepted, counts them, and says so now and then. Any thread.</summary>
/// <param name="metrics">Where they are counted.</param>
/// <param name="logger">The transport's.</param>
/// <param name="endPoint">The endpoint's address for messages.</param>
/// <param name="trustedPeers">The name of the option that says who is trusted.</param>
internal sealed class ProxyRefusals(ProxyMetrics metrics, ILogger logger, Func<string> endPoint, string trustedPeers)
{
    private const long LogPeriodMilliseconds = 60_000;

    private static readonly KeyValuePair<string, object?>[] s_reasons = TransportMetrics.Tags<ProxyRefusal>("aeronet.rejection.reason");

    private long _refused;
    private long _lastLog;

    /// <summary>Resets the connection.</summary>
    internal void Refuse(ConnectionContext connection, ProxyRefusal refusal)
    {
        Count(connection, refusal);
        connection.Features.Get<IConnectionMetricsTagsFeature>()?.Tags.Add(new("error.type", "proxy_protocol_rejected"));
        if (connection.Features.Get<IPrefacedConnection>() is { } own)
        {
            own.RejectPreface();
        }
        else
        {
            connection.Abort(new ConnectionAbortedException("The PROXY protocol header was refused."));
        }
    }

    /// <summary>Counts a connection that has ended by itself.</summary>
    internal void Count(ConnectionContext connection, ProxyRefusal refusal)
    {
        var reason = s_reasons[(int)refusal];
        metrics.Rejected(reason);
        if (logger.IsEnabled(LogLevel.Debug))
        {
            TransportLog.ProxyHeaderRefused(logger, connection.ConnectionId, connection.RemoteEndPoint, (string?)reason.Value);
        }

        Interlocked.Increment(ref _refused);
        var now = Environment.TickCount64;
        var last = Interlocked.Read(ref _lastLog);
        if ((last == 0 || now - last > LogPeriodMilliseconds) && Interlocked.CompareExchange(ref _lastLog, now, last) == last)
        {
            TransportLog.ProxyHeadersRefused(logger, endPoint(), Interlocked.Exchange(ref _refused, 0), connection.RemoteEndPoint, (string?)reason.Value, trustedPeers);
        }
    }
}
