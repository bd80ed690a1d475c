using Aeronet.AspNetCore.Transport.EventLoop;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>
/// Closes a socket whose peer is still sending (RFC 9112, section 9.6). Closing it outright would make the kernel answer
/// those bytes with RST, which destroys the response the peer has not read yet; so FIN is sent and what arrives is thrown
/// away until the peer closes too, for a bounded time.
/// </summary>
internal sealed class LingeringClose : ILoopHandler, ILoopWork, IDisposable
{
    private const int BytesPerTurn = 256 * 1024;

    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(5);

    private readonly EventLoop.EventLoop _loop;
    private readonly SocketHandle _socket;
    private readonly ulong _token;
    private readonly Timer _deadline;

    private LingeringClose(EventLoop.EventLoop loop, SocketHandle socket, ulong token)
    {
        _loop = loop;
        _socket = socket;
        _token = token;
        _deadline = new Timer(static linger => ((LingeringClose)linger!).Dispose(), this, s_longest, Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// Takes over a socket that has unread bytes, or whose peer is in the middle of a message (<paramref name="awaitsMore"/>).
    /// False otherwise: then the caller closes it.
    /// </summary>
    internal static bool TryStart(EventLoop.EventLoop loop, SocketHandle socket, ulong token, bool awaitsMore)
    {
        if (Discard(socket, out var received) == Rest.None || (received == 0 && !awaitsMore))
        {
            return false;
        }

        socket.ShutdownSend();
        var linger = new LingeringClose(loop, socket, token);
        if (!loop.Slots.TryReplace(token, linger))
        {
            linger._deadline.Dispose();
            return false;
        }

        // Bytes that came while the handler was not in place yet made their event for the old one.
        loop.Post(linger);
        return true;
    }

    public void OnEvents(EpollEvents events) => RunOnLoop();

    public void RunOnLoop()
    {
        switch (Discard(_socket, out _))
        {
            case Rest.None:
                Dispose();
                break;
            case Rest.Now:
                // The others first.
                _loop.Post(this);
                break;
        }
    }

    public void Dispose()
    {
        _deadline.Dispose();
        _loop.Slots.Remove(_token);
        _socket.Close();
    }

    private static Rest Discard(SocketHandle socket, out int received)
    {
        Span<byte> sink = stackalloc byte[8192];
        received = 0;
        while (received < BytesPerTurn)
        {
            var result = socket.Receive(sink);
            if (result.IsWouldBlock)
            {
                return Rest.Later;
            }

            if (result.Bytes <= 0)
            {
                return Rest.None;
            }

            received += (int)result.Bytes;
        }

        return Rest.Now;
    }

    /// <summary>Whether more bytes are to be thrown away.</summary>
    private enum Rest
    {
        /// <summary>The stream has ended, in order or not.</summary>
        None,

        /// <summary>The socket is empty for the moment.</summary>
        Later,

        /// <summary>The socket is not empty.</summary>
        Now,
    }
}
