using Aeronet.AspNetCore.Transport.EventLoop;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.Tls;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>
/// The end of a TLS connection whose socket took the response to the last byte and has no room for close_notify. Without it
/// the peer could not tell the end from a truncation, so FIN waits until the peer has taken something, for a bounded time.
/// </summary>
internal sealed class CloseNotifyWait : ILoopHandler, IDisposable
{
    private readonly EventLoop.EventLoop _loop;
    private readonly SocketHandle _socket;
    private readonly ulong _token;
    private readonly SslSession _session;
    private readonly Timer _deadline;
    private int _ended;

    private CloseNotifyWait(EventLoop.EventLoop loop, SocketHandle socket, ulong token, SslSession session, TimeSpan longest)
    {
        _loop = loop;
        _socket = socket;
        _token = token;
        _session = session;
        _deadline = new Timer(static wait => ((CloseNotifyWait)wait!).Dispose(), this, longest, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Takes over a socket and its session. False when the loop has let go of them: then the caller closes them.</summary>
    internal static bool TryStart(EventLoop.EventLoop loop, SocketHandle socket, ulong token, SslSession session, TimeSpan longest)
    {
        var wait = new CloseNotifyWait(loop, socket, token, session, longest);
        if (!loop.Slots.TryReplace(token, wait))
        {
            wait._deadline.Dispose();
            return false;
        }

        // Room that there is by now is reported anew.
        _ = loop.Rewatch(socket, EpollEvents.In | EpollEvents.Out | EpollEvents.ReadHangUp | EpollEvents.EdgeTriggered, token);
        return true;
    }

    public void OnEvents(EpollEvents events)
    {
        if (_session.SendClose().IsWouldBlock || Interlocked.Exchange(ref _ended, 1) != 0)
        {
            return;
        }

        _deadline.Dispose();
        _session.Close();
        if (!LingeringClose.TryStart(_loop, _socket, _token, awaitsMore: false))
        {
            _loop.Slots.Remove(_token);
            _socket.Close();
        }
    }

    /// <summary>Gives the peer up: it takes nothing, or the transport stops.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            _deadline.Dispose();
            _session.Close();
            _socket.ResetOnClose();
            _loop.Slots.Remove(_token);
            _socket.Close();
        }
    }
}
