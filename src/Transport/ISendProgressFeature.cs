namespace Aeronet.AspNetCore.Transport;

/// <summary>
/// How far the bytes of a connection have come that the server wrote to it, over all of its requests and before TLS encrypts them. On
/// every connection of the Aeronet transport and every request of it; where something stands between the transport and the server that
/// changes the bytes (Kestrel's <c>UseHttps</c>), they are that one's. Safe from any thread, and as cheap as reading a field.
/// </summary>
public interface ISendProgressFeature
{
    /// <summary>Bytes written, parts of files included. What is written after <see cref="HasEnded"/> goes nowhere and counts all the same.</summary>
    long BytesWritten { get; }

    /// <summary>Those of them that the kernel has taken. It may still hold some of those when the peer goes away.</summary>
    long BytesSent { get; }

    /// <summary>
    /// Whether nothing more is sent: the connection was closed, reset or aborted. <see cref="BytesSent"/> is final then; a system call that
    /// is under way is waited for.
    /// </summary>
    bool HasEnded { get; }
}
