using Aeronet.AspNetCore.Transport.EventLoop;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>
/// Closes a socket whose peer may still be sending (RFC 9112, section 9.6). Closing it outright would make the kernel answer
/// those bytes with RST, which destroys the response the peer has not read yet; so FIN is sent and what arrives is thrown
/// away until the peer closes too. Bounded as nginx's lingering_timeout and lingering_time are, and in bytes.
/// </summary>
internal sealed class LingeringClose : ILoopHandler, ILoopWork, IDisposable
{
    /// <summary>The most time without a byte.</summary>
    internal static readonly TimeSpan MaxSilence = TimeSpan.FromSeconds(5);

    /// <summary>The most time altogether.</summary>
    internal static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(30);

    /// <summary>The most bytes altogether.</summary>
    internal const long MaxBytes = 1024L * 1024 * 1024;

    private const int BytesPerTurn = 256 * 1024;

    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(1);

    private readonly EventLoop.EventLoop _loop;
    private readonly SocketHandle _socket;
    private readonly long _since = Environment.TickCount64;
    private readonly Timer _timer;
    private readonly Action? _onEnded;
    private ulong _token;
    private int _ended;
    private long _received;
    private long _lastByte = Environment.TickCount64;

    private LingeringClose(EventLoop.EventLoop loop, SocketHandle socket, long received, Action? onEnded)
    {
        _loop = loop;
        _socket = socket;
        _received = received;
        _onEnded = onEnded;
        _timer = new Timer(static linger => ((LingeringClose)linger!).OnTick(), this, s_tick, s_tick);
    }

    /// <summary>
    /// Takes over a socket whose peer may send more (<paramref name="awaitsMore"/>), or has already. False otherwise, and when the
    /// peer has finished: then the caller closes it.
    /// </summary>
    /// <param name="loop">The loop that watches it.</param>
    /// <param name="socket">The socket.</param>
    /// <param name="token">What its events come with.</param>
    /// <param name="awaitsMore">Whether the peer may send more.</param>
    /// <param name="onEnded">Called when it is closed. Where the loop stops meanwhile, perhaps besides the caller, who closes it too.</param>
    internal static bool TryStart(EventLoop.EventLoop loop, SocketHandle socket, ulong token, bool awaitsMore, Action? onEnded)
    {
        if (Discard(socket, out var received) == Rest.None || (received == 0 && !awaitsMore))
        {
            return false;
        }

        socket.ShutdownSend();
        var linger = new LingeringClose(loop, socket, received, onEnded) { _token = token };
        if (!loop.Slots.TryReplace(token, linger) || loop.IsStopping)
        {
            // Who ends what lingers on a loop that stops looks for it after that was said: it is found, or we see that it stops.
            linger._timer.Dispose();
            return false;
        }

        // Bytes that came while the handler was not in place yet made their event for the old one.
        loop.Post(linger);
        return true;
    }

    /// <summary>
    /// Answers on a socket that becomes no connection, and takes it over. False when the answer did not leave, and the caller closes it.
    /// </summary>
    /// <param name="loop">The loop to watch it.</param>
    /// <param name="socket">A socket that no loop watches yet.</param>
    /// <param name="answer">What is sent.</param>
    /// <param name="onEnded">Called once, when it is closed.</param>
    internal static bool TryAnswer(EventLoop.EventLoop loop, SocketHandle socket, ReadOnlySpan<byte> answer, Action onEnded)
    {
        if (socket.Send(answer, more: false).Bytes != answer.Length)
        {
            return false;
        }

        socket.ShutdownSend();
        var linger = new LingeringClose(loop, socket, received: 0, onEnded);
        linger._token = loop.Slots.Add(linger);
        if (loop.Watch(socket, EpollEvents.In | EpollEvents.ReadHangUp | EpollEvents.EdgeTriggered, linger._token) != 0 || loop.IsStopping)
        {
            linger.Dispose();
        }

        return true;
    }

    public void OnEvents(EpollEvents events) => RunOnLoop();

    public void RunOnLoop()
    {
        var rest = Discard(_socket, out var received);
        if (received > 0)
        {
            _received += received;
            Volatile.Write(ref _lastByte, Environment.TickCount64);
        }

        if (rest == Rest.None || _received > MaxBytes || _loop.IsStopping)
        {
            Dispose();
        }
        else if (rest == Rest.Now)
        {
            // The others first.
            _loop.Post(this);
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _loop.Release(_token);
        _socket.Close();
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            _onEnded?.Invoke();
        }
    }

    private void OnTick()
    {
        var now = Environment.TickCount64;
        if (now - Volatile.Read(ref _lastByte) >= MaxSilence.TotalMilliseconds || now - _since >= MaxTime.TotalMilliseconds)
        {
            Dispose();
        }
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
