using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace Aeronet.AspNetCore.Transport;

/// <summary>
/// A service that is told of connections which were refused before there was a request. Its presence makes the transport hold what
/// <see cref="IHeldInputFeature"/> shows. Called where connections are served: must not block.
/// </summary>
public interface IRefusedConnectionObserver
{
    /// <summary>
    /// How many bytes of a message are held at most, beyond the block they are received into; of a longer one, the last. What the
    /// server's own limits allow is enough. Asked once, when the first endpoint is bound; 0 means that nothing is to be held or told.
    /// </summary>
    long MaxHeldBytes { get; }

    /// <summary>
    /// The server ended the connection for a reason of its own, with no message accepted since the last one began. A refusal that the
    /// server has raised an event about is told here again.
    /// </summary>
    /// <param name="connection">The connection, already closed or about to be.</param>
    /// <param name="reason">The <c>error.type</c> of <c>kestrel.connection.duration</c>, such as <c>invalid_handshake</c>.</param>
    /// <param name="bytes">The first bytes of the message, 4096 at most; empty where they are not held.</param>
    void OnEnded(ConnectionContext connection, string reason, ReadOnlySequence<byte> bytes);

    /// <summary>A client spoke HTTP where the endpoint speaks TLS, and was told so in HTTP.</summary>
    /// <param name="connection">The connection, about to be closed.</param>
    /// <param name="bytes">The first bytes the client sent, 512 at most.</param>
    void OnPlainHttp(ConnectionContext connection, ReadOnlySpan<byte> bytes);
}
