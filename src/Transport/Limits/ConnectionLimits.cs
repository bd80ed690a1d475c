using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.Tls.Admission;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Limits;

/// <summary>
/// Which connections of a transport may be, and what those are told that may not. Any thread.
/// <code>
/// accepted --TryEnter--> permit --TryUse: the client is known--> served --Leave-->
///              |                      |
///              +---- over a limit ----+--> reset, or 503
/// </code>
/// Where the peer is the client both are asked when it is accepted; behind a PROXY protocol header, the second is when that was read.
/// </summary>
internal sealed class ConnectionLimits
{
    private const long LogPeriodMilliseconds = 60_000;

    // Those that are told linger until they have read it, for seconds: a flood of them must not hold more than this.
    private const int MaxAnswering = 256;

    private static readonly KeyValuePair<string, object?>[] s_reasons = TransportMetrics.Tags<ConnectionLimit>("aeronet.rejection.reason");

    private static readonly string[] s_keys =
    [
        "",
        $"{AeronetConnectionLimitOptions.SectionName}:{nameof(AeronetConnectionLimitOptions.MaxConnections)}",
        $"{AeronetConnectionLimitOptions.SectionName}:{nameof(AeronetConnectionLimitOptions.MaxConnectionsPerClient)}",
    ];

    private readonly TransportMetrics _metrics;
    private readonly ILogger _logger;
    private readonly ClientTable? _clients;
    private readonly ClientPrefix _prefix;
    private readonly int _max;
    private readonly bool _answers;
    private int _count;
    private int _answering;
    private long _rejected;
    private long _lastLog;

    private ConnectionLimits(AeronetConnectionLimitOptions options, TransportMetrics metrics, ILogger logger)
    {
        _metrics = metrics;
        _logger = logger;
        _max = options.MaxConnections == 0 ? int.MaxValue : options.MaxConnections;
        _prefix = new ClientPrefix(options.IPv4PrefixLength, options.IPv6PrefixLength);
        _clients = options.MaxConnectionsPerClient > 0 ? new ClientTable(default, options.MaxConnectionsPerClient) : null;
        _answers = options.OnExceeded == ConnectionLimitAnswer.ServiceUnavailable;
        IdleTimeout = options.IdleTimeout;

        // No date: RFC 9110, section 6.6.1, asks for none in a 5xx answer.
        Answer = Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\nRetry-After: {(long)options.RetryAfter.TotalSeconds}\r\n\r\n"));
    }

    /// <summary>How long a connection may move no byte; zero for ever.</summary>
    internal TimeSpan IdleTimeout { get; }

    /// <summary>What a client of plain HTTP is told.</summary>
    internal ReadOnlyMemory<byte> Answer { get; }

    /// <summary>How many connections are counted.</summary>
    internal int Count => Volatile.Read(ref _count);

    /// <summary>How many of them are counted for their clients.</summary>
    internal int CountOfClients => _clients?.CountActive() ?? 0;

    /// <summary>The limits; null where there are none.</summary>
    internal static ConnectionLimits? Of(AeronetConnectionLimitOptions options, TransportMetrics metrics, ILogger logger) =>
        options is { MaxConnections: 0, MaxConnectionsPerClient: 0 } && options.IdleTimeout == TimeSpan.Zero ? null : new ConnectionLimits(options, metrics, logger);

    /// <summary>Counts a connection. Null when there are too many; that is counted.</summary>
    /// <param name="peer">Who has opened it.</param>
    /// <param name="isClient">Whether that is the client, and not to be told later.</param>
    internal ConnectionPermit? TryEnter(EndPoint? peer, bool isClient)
    {
        if (Interlocked.Increment(ref _count) > _max)
        {
            Interlocked.Decrement(ref _count);
            Reject(ConnectionLimit.Total, peer);
            return null;
        }

        var permit = new ConnectionPermit(this);
        if (isClient && !TryUse(permit, peer))
        {
            permit.Leave();
            return null;
        }

        return permit;
    }

    /// <summary>Counts it for its client. False when that has too many; that is counted.</summary>
    internal bool TryUse(ConnectionPermit permit, EndPoint? client)
    {
        if (_clients is null || !_prefix.TryGet(client, out var prefix))
        {
            return true;
        }

        if (!_clients.TryEnter(prefix, Stopwatch.GetTimestamp(), out var isCounted))
        {
            Reject(ConnectionLimit.Client, client);
            return false;
        }

        if (isCounted && !permit.TryCountFor(prefix))
        {
            // It has ended meanwhile.
            _clients.Leave(prefix);
        }

        return true;
    }

    /// <summary>A counted connection has ended.</summary>
    internal void Leave(UInt128? client)
    {
        Interlocked.Decrement(ref _count);
        if (client is { } prefix)
        {
            _clients!.Leave(prefix);
        }
    }

    /// <summary>Whether one more that was not let in is told, for which <see cref="EndAnswer"/> is owed.</summary>
    internal bool TryBeginAnswer()
    {
        if (!_answers)
        {
            return false;
        }

        if (Interlocked.Increment(ref _answering) <= MaxAnswering)
        {
            return true;
        }

        Interlocked.Decrement(ref _answering);
        return false;
    }

    internal void EndAnswer() => Interlocked.Decrement(ref _answering);

    private void Reject(ConnectionLimit limit, EndPoint? client)
    {
        _metrics.ConnectionRejected(s_reasons[(int)limit]);
        Interlocked.Increment(ref _rejected);
        var now = Environment.TickCount64;
        var last = Interlocked.Read(ref _lastLog);
        if ((last == 0 || now - last > LogPeriodMilliseconds) && Interlocked.CompareExchange(ref _lastLog, now, last) == last)
        {
            TransportLog.ConnectionsRejected(_logger, s_keys[(int)limit], Interlocked.Exchange(ref _rejected, 0), client);
        }
    }
}
