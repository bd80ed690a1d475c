using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Aeronet.AspNetCore.Transport.Connections;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.EventLoop;
using Aeronet.AspNetCore.Transport.Limits;
using Aeronet.AspNetCore.Transport.ProxyProtocol;
using Aeronet.AspNetCore.Transport.Succession;
using Aeronet.AspNetCore.Transport.Tls.Status;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Transport.Listening;

/// <summary>
/// What Kestrel asks for endpoints. Claims the endpoint types it can serve; where the platform lacks epoll it claims none,
/// and Kestrel goes on to its own sockets transport.
/// </summary>
internal sealed class AeronetConnectionListenerFactory : IConnectionListenerFactory, IConnectionListenerFactorySelector, IHeldSockets, IDisposable
{
    private const ulong LowDescriptorLimit = 1024;

    private readonly IOptions<AeronetTransportOptions> _options;
    private readonly IOptions<AeronetConnectionLimitOptions> _limits;
    private readonly TransportMetrics _metrics;
    private readonly LoopMetrics _loopMetrics;
    private readonly IMemoryPoolFactory<byte> _pools;
    private readonly StallReporter _stalls;
    private readonly TlsStatus _tls;
    private readonly ProxyEndpoints _proxyEndpoints;
    private readonly HandOver _handOver;
    private readonly IRefusedConnectionObserver? _refusals;
    private readonly ILogger _logger;
    private readonly ILogger _kestrelLogger;
    private readonly Lock _gate = new();
    private readonly List<AeronetConnectionListener> _listeners = [];
    private bool? _isSupported;
    private TransportServices? _services;
    private IdleSweep? _sweep;

    public AeronetConnectionListenerFactory(
        IOptions<AeronetTransportOptions> options,
        IOptions<AeronetConnectionLimitOptions> limits,
        TransportMetrics metrics,
        LoopMetrics loopMetrics,
        IMemoryPoolFactory<byte> pools,
        StallReporter stalls,
        TlsStatus tls,
        ProxyEndpoints proxyEndpoints,
        HandOver handOver,
        ILoggerFactory loggers,
        IRefusedConnectionObserver? refusals = null)
    {
        _refusals = refusals;
        _stalls = stalls;
        _tls = tls;
        _proxyEndpoints = proxyEndpoints;
        _handOver = handOver;
        _options = options;
        _limits = limits;
        _metrics = metrics;
        _loopMetrics = loopMetrics;
        _pools = pools;
        _logger = TransportLog.CreateLogger(loggers);
        _kestrelLogger = KestrelTransportLog.CreateLogger(loggers);
    }

    public bool CanBind(EndPoint endpoint) =>
        endpoint is IPEndPoint or UnixDomainSocketEndPoint or FileHandleEndPoint && IsSupported();

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        _proxyEndpoints.EnsureApplied();
        await _handOver.BeginAsync(this, cancellationToken).ConfigureAwait(false);
        var services = GetServices();
        var sockets = Open(endpoint, services);
        AeronetConnectionListener listener;
        try
        {
            listener = new AeronetConnectionListener(services, sockets, sockets[0].LocalEndPoint ?? endpoint, _handOver.Shares, OnUnbound)
            {
                ReadsHeaders = _proxyEndpoints.Reads(endpoint),
            };
        }
        catch
        {
            Array.ForEach(sockets, socket => socket.Dispose());
            throw;
        }

        _tls.OnBoundByTransport(endpoint);
        lock (_gate)
        {
            _listeners.Add(listener);
        }

        // Otherwise BeginAccepting starts it, which looks at the list after what is asked here has changed.
        if (_handOver.MayAccept)
        {
            listener.Start();
        }

        TransportLog.Listening(_logger, listener.EndPoint, sockets.Length);
        return listener;
    }

    IReadOnlyList<(SafeHandle Socket, SocketOrigin Origin)> IHeldSockets.Held =>
        [.. Listeners().SelectMany(listener => listener.Sockets).Select(socket => ((SafeHandle)socket.Descriptor, socket.Origin))];

    bool IHeldSockets.IsBoundTo(string file) =>
        Listeners().Any(listener => listener.EndPoint is UnixDomainSocketEndPoint unix && Path.GetFullPath(unix.ToString()!) == file);

    void IHeldSockets.BeginAccepting() => Array.ForEach(Listeners(), listener => listener.Start());

    void IHeldSockets.LetGo() => Array.ForEach(Listeners(), listener => Take(listener.LetGo));

    /// <summary>Stops listening on every endpoint. Their servers see the clean end of accepting, and unbind them again in vain.</summary>
    internal async Task UnbindAllAsync()
    {
        foreach (var listener in Listeners())
        {
            await listener.UnbindAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    internal StandbyPool? Standby
    {
        get
        {
            lock (_gate)
            {
                return _services?.Loops.Standby;
            }
        }
    }

    internal bool IsAcceptPaused => Listeners().Any(static listener => listener.IsPaused);

    /// <summary>Under the gate: loops are not closed while somebody looks at them.</summary>
    internal IReadOnlyList<AeronetLoopStatus> DescribeLoops()
    {
        lock (_gate)
        {
            return [.. (_services?.Loops.Loops ?? []).Select(static loop => new AeronetLoopStatus
            {
                Index = loop.Index,
                StuckFor = loop.Heartbeat.StuckFor(),
                Connections = loop.Slots.Connections,
                BlockedThreads = loop.StuckThreads,
            })];
        }
    }

    /// <summary>Whether a connection is open, or about to be closed. Cheap.</summary>
    internal bool HasConnections => LoopsOrNone().Any(static loop => loop.Slots.Connections > 0);

    /// <summary>The connections at this moment, without those that wait for their peers to close.</summary>
    internal List<AeronetConnection> Connections() => [.. LoopsOrNone().SelectMany(static loop => loop.Slots.Snapshot().OfType<AeronetConnection>())];

    /// <summary>
    /// Ends every connection, then the loops, whose threads give their blocks back, then the pools. A thread that is still inside the
    /// application after the shutdown timeout keeps the pools as it keeps its loop. Every step is taken, whatever becomes of the others.
    /// </summary>
    public void Dispose()
    {
        TransportServices? services;
        lock (_gate)
        {
            services = _services;
            _services = null;
        }

        if (services is null)
        {
            return;
        }

        _sweep?.Dispose();
        EndHandlers(services.Loops);
        Take(services.Loops.Dispose);

        // What was on its way from a connection to a lingering close, or was accepted, while the loops were being told to stop.
        EndHandlers(services.Loops);
        if (services.Loops.HasEnded)
        {
            services.Lease.Leave();
        }
    }

    /// <summary>What this process was given for the endpoint, or else bound.</summary>
    private ListeningSocket[] Open(EndPoint endpoint, TransportServices services)
    {
        if (endpoint is FileHandleEndPoint { FileHandle: <= int.MaxValue and var number })
        {
            _handOver.Inherited.DropNumber((int)number);
        }

        var inherited = _handOver.Inherited.Take(endpoint, services.Options.DualMode);
        try
        {
            return inherited.Count > 0
                ? ListenSocket.Adopt(inherited, endpoint, services.Options)
                : ListenSocket.Open(endpoint, services.Options, services.Loops.Loops.Count, _logger);
        }
        catch (AddressInUseException)
        {
            if (_handOver.Inherited.InTheWayOf(endpoint) is { } other)
            {
                SuccessionLog.InTheWay(_logger, endpoint, other.EndPoint);
            }

            throw;
        }
    }

    private void OnUnbound(AeronetConnectionListener listener)
    {
        lock (_gate)
        {
            _listeners.Remove(listener);
        }

        _tls.OnUnbound(listener.EndPoint);
        _proxyEndpoints.OnUnbound(listener.EndPoint);
    }

    private AeronetConnectionListener[] Listeners()
    {
        lock (_gate)
        {
            return [.. _listeners];
        }
    }

    private IReadOnlyList<EventLoop.EventLoop> LoopsOrNone()
    {
        lock (_gate)
        {
            return _services?.Loops.Loops ?? [];
        }
    }

    private void EndHandlers(EventLoopGroup loops)
    {
        foreach (var loop in loops.Loops)
        {
            foreach (var handler in loop.Slots.Snapshot())
            {
                switch (handler)
                {
                    case AeronetConnection connection:
                        Take(connection.StopNow);
                        break;
                    case IDisposable closing and not Acceptor:
                        Take(closing.Dispose);
                        break;
                }
            }
        }
    }

    [SuppressMessage(
        "Design", "CA1031:Do not catch general exception types", Justification = "The other steps must be taken: each ends what nobody else ends.")]
    private void Take(Action step)
    {
        try
        {
            step();
        }
        catch (Exception failure)
        {
            TransportLog.StopFailed(_logger, failure);
        }
    }

    private bool IsSupported()
    {
        lock (_gate)
        {
            return _isSupported ??= Probe();
        }
    }

    private bool Probe()
    {
        if (!OperatingSystem.IsLinux())
        {
            TransportLog.Unavailable(_logger, "it needs Linux");
            return false;
        }

        if (Native.Libc.Missing() is { Count: > 0 } missing)
        {
            TransportLog.Unavailable(_logger, $"the C library lacks {string.Join(", ", missing)}");
            return false;
        }

        // Too few descriptors is no lack of epoll: the fallback would fail as well, and less clearly.
        if (EventLoopGroup.IsSupported(out var errno) || errno is Native.Errno.EMFILE or Native.Errno.ENFILE)
        {
            return true;
        }

        TransportLog.Unavailable(_logger, $"epoll is refused with errno {errno}");
        return false;
    }

    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "Owned by the services, disposed with the factory.")]
    private TransportServices GetServices()
    {
        lock (_gate)
        {
            if (_services is null)
            {
                var options = _options.Value;
                var loops = EventLoopGroup.Start(options, _logger);
                var pools = CreatePools(loops);
                _loopMetrics.Observe(loops);
                _services = new TransportServices(
                    options,
                    _metrics,
                    _logger,
                    _kestrelLogger,
                    _stalls,
                    loops,
                    [.. pools.Select(pool => new BlockPool(pool, loops.OnHandlerFailed))],
                    new PoolLease(pools, loops.OnHandlerFailed),
                    _refusals is { MaxHeldBytes: > 0 } ? _refusals : null)
                {
                    Limits = ConnectionLimits.Of(_limits.Value, _metrics, _logger),
                };
                if (_services.Limits is { IdleTimeout: var idle } && idle > TimeSpan.Zero)
                {
                    _sweep = new IdleSweep(loops, idle);
                }

                TransportLog.Started(_logger, options.EventLoops, options.Dispatch, options.ZeroCopyFiles ? "on (sendfile)" : "off");
                if (Native.ProcessLimits.OpenFiles() is { } limit && limit < LowDescriptorLimit)
                {
                    TransportLog.LowDescriptorLimit(_logger, limit);
                }
            }

            return _services;
        }
    }

    /// <summary>A pool for each loop. Where the application's factory throws, the loops end again.</summary>
    private List<MemoryPool<byte>> CreatePools(EventLoopGroup loops)
    {
        var pools = new List<MemoryPool<byte>>(loops.Loops.Count);
        try
        {
            foreach (var _ in loops.Loops)
            {
                pools.Add(_pools.Create());
            }

            return pools;
        }
        catch
        {
            loops.Dispose();
            new PoolLease(pools, loops.OnHandlerFailed).Leave();
            throw;
        }
    }
}
