namespace Aeronet.AspNetCore.Transport;

/// <summary>
/// How a server leaves without losing a request. It begins by itself when the host is told to stop (SIGTERM, Ctrl-C,
/// <c>StopApplication</c>), or by <see cref="BeginAsync"/>, and is never taken back:
/// <code>
/// Serving --> Draining --after the delay--> Closing --no connection left, or time is up--> Drained
/// </code>
/// In the services after <c>UseAeronetTransport</c>. Safe from any thread.
/// </summary>
/// <remarks>
/// While <see cref="AeronetDrainPhase.Draining"/>, new connections are accepted and every request is served, so that a balancer has time
/// to see that the server is not ready; answers to HTTP/1 requests say <c>Connection: close</c> (RFC 9112, section 9.6). When
/// <see cref="AeronetDrainPhase.Closing"/>, endpoints accept no more, idle connections are closed in order, and HTTP/2 connections are sent
/// GOAWAY (RFC 9113, section 6.8). What an application holds open, such as a WebSocket, it ends itself: <see cref="Began"/> tells it, and,
/// when the host stops, <c>IHostApplicationLifetime.ApplicationStopping</c>. Endpoints of other transports are closed by their server when
/// it stops.
/// </remarks>
public interface IAeronetDrain
{
    /// <summary>How far it is.</summary>
    AeronetDrainPhase Phase { get; }

    /// <summary>Cancelled when the drain begins.</summary>
    CancellationToken Began { get; }

    /// <summary>Begins the drain; where it has begun, waits with it. The process goes on: stopping the host is the caller's.</summary>
    /// <remarks>Not to be awaited in a request of this server: the drain waits for the request, which would wait for the drain.</remarks>
    /// <param name="delay">
    /// How long to go on accepting; <see langword="null"/> for <see cref="AeronetTransportOptions.DrainDelay"/>. Zero where somebody else
    /// has the same listening sockets already. Where the drain has begun it can end the delay sooner, never later.
    /// </param>
    /// <param name="cancellationToken">Ends the wait, not the drain.</param>
    /// <returns>
    /// A task that ends when no connection is left, or when <see cref="AeronetTransportOptions.DrainTimeout"/> is over and what was left was
    /// reset.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="delay"/> is negative or longer than a day.</exception>
    Task BeginAsync(TimeSpan? delay = null, CancellationToken cancellationToken = default);
}
