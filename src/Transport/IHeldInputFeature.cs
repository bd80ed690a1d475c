using System.Buffers;

namespace Aeronet.AspNetCore.Transport;

/// <summary>
/// The bytes of the message that a connection is receiving, from its first, although the server has consumed them: to say where a
/// message that the server refuses is wrong. On every connection of the Aeronet transport if an
/// <see cref="IRefusedConnectionObserver"/> is among the services, and absent where something stands between the transport and the
/// server that changes the bytes (Kestrel's <c>UseHttps</c>, connection logging).
/// </summary>
/// <remarks>
/// Positions count the bytes of the connection's stream from 0, after TLS. Its members belong to whoever the server runs for the
/// connection and to nobody beside it.
/// </remarks>
public interface IHeldInputFeature
{
    /// <summary>The position of the first byte of the message: where the one before it was over, 0 for the first.</summary>
    long MessageStart { get; }

    /// <summary>The position of the first byte that the server has not consumed.</summary>
    long Consumed { get; }

    /// <summary>Whether the message has begun well: a request of it has come to the application.</summary>
    bool IsAccepted { get; }

    /// <summary>What is still there. False while somebody reads.</summary>
    /// <param name="position">The position of the first byte; later than <see cref="MessageStart"/> where the beginning is gone.</param>
    /// <param name="bytes">The bytes, valid until the server reads or consumes.</param>
    /// <returns>Whether they can be looked at.</returns>
    bool TryGetBytes(out long position, out ReadOnlySequence<byte> bytes);

    /// <summary>
    /// Sends <paramref name="bytes"/> after what was sent before, ends the connection in order, and drops what the server writes from
    /// then on. Does not block.
    /// </summary>
    /// <param name="bytes">The last bytes the peer gets.</param>
    void CloseWith(ReadOnlySpan<byte> bytes);
}
