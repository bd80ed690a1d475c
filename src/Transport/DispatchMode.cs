namespace Aeronet.AspNetCore.Transport;

/// <summary>Where the application runs when bytes arrive on a connection.</summary>
public enum DispatchMode
{
    /// <summary>
    /// On the event loop that received the bytes. A loop whose callback blocks for longer than
    /// <see cref="AeronetTransportOptions.StallThreshold"/> while other connections wait hands its epoll set to a
    /// standby thread. The default.
    /// </summary>
    Adaptive,

    /// <summary>
    /// On the event loop, always. The cheapest, and only for applications that never block: a blocked handler stops
    /// every connection of its loop.
    /// </summary>
    Inline,

    /// <summary>On the thread pool, as Kestrel's own transport does. Costs a thread hop per read.</summary>
    ThreadPool,
}
