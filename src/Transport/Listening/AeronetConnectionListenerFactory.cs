using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Aeronet.AspNetCore.Transport.Connections;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.EventLoop;
using Aeronet.AspNetCore.Transport.Tls.Status;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Transport.Listening;

/// <summary>
/// What Kestrel asks for endpoints. Claims the endpoint types it can serve; where the platform lacks epoll it claims none,
/// and Kestrel goes on to its own sockets transport.
/// </summary>
internal sealed class AeronetConnectionListenerFactory : IConnectionListenerFactory, IConnectionListenerFactorySelector, IDisposable
{
    private const ulong LowDescriptorLimit = 1024;

    private readonly IOptions<AeronetTransportOptions> _options;
    private readonly TransportMetrics _metrics;
    private readonly LoopMetrics _loopMetrics;
    private readonly IMemoryPoolFactory<byte> _pools;
    private readonly StallReporter _stalls;
    private readonly TlsStatus _tls;
    private readonly IRefusedConnectionObserver? _refusals;
    private readonly ILogger _logger;
    private readonly ILogger _kestrelLogger;
    private readonly Lock _gate = new();
    private bool? _isSupported;
    private TransportServices? _services;

    public AeronetConnectionListenerFactory(
        IOptions<AeronetTransportOptions> options,
        TransportMetrics metrics,
        LoopMetrics loopMetrics,
        IMemoryPoolFactory<byte> pools,
        StallReporter stalls,
        TlsStatus tls,
        ILoggerFactory loggers,
        IRefusedConnectionObserver? refusals = null)
    {
        _refusals = refusals;
        _stalls = stalls;
        _tls = tls;
        _options = options;
        _metrics = metrics;
        _loopMetrics = loopMetrics;
        _pools = pools;
        _logger = TransportLog.CreateLogger(loggers);
        _kestrelLogger = KestrelTransportLog.CreateLogger(loggers);
    }

    public bool CanBind(EndPoint endpoint) =>
        endpoint is IPEndPoint or UnixDomainSocketEndPoint or FileHandleEndPoint && IsSupported();

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var services = GetServices();
        var sockets = ListenSocket.Open(endpoint, services.Options, services.Loops.Loops.Count, _logger);
        AeronetConnectionListener listener;
        try
        {
            listener = new AeronetConnectionListener(services, sockets, sockets[0].LocalEndPoint ?? endpoint, _tls.OnUnbound);
        }
        catch
        {
            Array.ForEach(sockets, socket => socket.Dispose());
            throw;
        }

        _tls.OnBoundByTransport(endpoint);
        listener.Start();
        TransportLog.Listening(_logger, listener.EndPoint, sockets.Length);
        return new ValueTask<IConnectionListener>(listener);
    }

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

        EndHandlers(services.Loops);
        Take(services.Loops.Dispose);

        // What was on its way from a connection to a lingering close, or was accepted, while the loops were being told to stop.
        EndHandlers(services.Loops);
        if (services.Loops.HasEnded)
        {
            services.Lease.Leave();
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
                    _refusals is { MaxHeldBytes: > 0 } ? _refusals : null);
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
