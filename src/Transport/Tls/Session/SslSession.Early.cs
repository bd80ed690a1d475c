using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Tls.Session;

/// <summary>
/// What a connection middleware in front of TLS has received and left (it read a PROXY protocol's preface, or looked for a
/// protocol): the handshake reads it first, from memory, and then the socket.
/// </summary>
internal sealed unsafe partial class SslSession
{
    // The SSL object's while it is set.
    private nint _earlyByGate;

    /// <summary>Has the handshake begin with <paramref name="early"/>. Before its first step.</summary>
    private bool TryFeed(ReadOnlySpan<byte> early)
    {
        var memory = OpenSsl.BIO_new(OpenSsl.BIO_s_mem());
        if (memory == 0)
        {
            return false;
        }

        OpenSsl.SSL_set0_rbio(_sslByGate, memory);
        _earlyByGate = memory;
        fixed (byte* bytes = early)
        {
            return OpenSsl.BIO_write(memory, bytes, early.Length) == early.Length;
        }
    }

    /// <summary>
    /// Whether the step that came to <paramref name="result"/> only wants for more than the memory held: it reads from the socket
    /// from now on. That is before the handshake ends, for the client's last message answers what the server sends; so the
    /// kernel, which takes over then, is offered the socket.
    /// </summary>
    private bool TryTurnToSocket(int result)
    {
        if (_earlyByGate == 0
            || OpenSsl.SSL_get_error(_sslByGate, result) != OpenSsl.SSL_ERROR_WANT_READ
            || OpenSsl.BIO_ctrl(_earlyByGate, OpenSsl.BIO_CTRL_PENDING, 0, 0) != 0)
        {
            return false;
        }

        _earlyByGate = 0;
        var turned = _socket.Lend(_sslByGate, static (ssl, fd) => OpenSsl.SSL_set_rfd(ssl, fd) == 1);
        ReadWithFaults();
        return turned;
    }
}
