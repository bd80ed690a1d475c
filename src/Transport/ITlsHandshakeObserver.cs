namespace Aeronet.AspNetCore.Transport;

/// <summary>
/// A service that is told how TLS handshakes ended, on endpoints whose TLS is the transport's own. Register any number; without one
/// nothing is made for them.
/// </summary>
/// <remarks>
/// Called on a thread of the pool, one event after the other, out of a queue of its own that holds 4,096 events: an observer may block,
/// and what arrives meanwhile beyond that is dropped and counted (<c>aeronet.tls.events.dropped</c>). What it throws is logged, at most once
/// a minute, and it is told of the next one all the same. When the application ends it is given 2 seconds for what is in the queue.
/// </remarks>
public interface ITlsHandshakeObserver
{
    /// <summary>A handshake succeeded.</summary>
    void OnSucceeded(TlsHandshakeEvent handshake)
    {
    }

    /// <summary>A handshake failed; <see cref="TlsHandshakeEvent.Failure"/> says why.</summary>
    void OnFailed(TlsHandshakeEvent handshake)
    {
    }

    /// <summary>A client was refused before its handshake began, because of a limit (<see cref="TlsFailure.RateLimited"/>).</summary>
    void OnRejected(TlsHandshakeEvent handshake)
    {
    }
}
