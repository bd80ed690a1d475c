using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.EventLoop;
using Aeronet.AspNetCore.Transport.Limits;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>
/// What every connection of one transport shares. <see cref="KestrelLogger"/> has the category of Kestrel's sockets transport;
/// <see cref="Pools"/> has a memory pool for each loop, which <see cref="Lease"/> disposes; <see cref="Refusals"/> is null unless somebody
/// wants to hear of refused connections.
/// </summary>
internal sealed record TransportServices(
    AeronetTransportOptions Options,
    TransportMetrics Metrics,
    ILogger Logger,
    ILogger KestrelLogger,
    StallReporter Stalls,
    EventLoopGroup Loops,
    IReadOnlyList<BlockPool> Pools,
    PoolLease Lease,
    IRefusedConnectionObserver? Refusals)
{
    /// <summary>How many connections there may be; null where nothing is limited.</summary>
    internal ConnectionLimits? Limits { get; init; }

    /// <summary>Whether it was said that there is no SslStream.</summary>
    internal Once NoSslStream { get; } = new();
}
