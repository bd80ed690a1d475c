using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Runtime.InteropServices;
using Aeronet.AspNetCore.Transport.Connections;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.EventLoop;
using Aeronet.AspNetCore.Transport.Limits;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Listening;

/// <summary>
/// Accepts from one listening socket, and gives each connection to the loop that has the fewest. Faults pass: nothing here ends
/// accepting but closing the endpoint.
/// <code>
///            event on the loop
///                   |
///                accept --one or none--> the loop sees the next, and takes one of an event for a while
///                   |
///                several: a crowd. The loop looks away
///                   |
///   +--> thread pool, behind the connections that Kestrel has queued there
///   |               |
///   +---some---- accept ----none-------> the loop looks again
/// </code>
/// So a crowd wakes no loop: the threads that serve it fetch the next ones when they are done.
/// </summary>
internal sealed class Acceptor : ILoopHandler, IThreadPoolWorkItem, IDisposable
{
    private const int ConnectionsPerEvent = 64;
    private const int PauseMilliseconds = 100;

    /// <summary>How many events after one that was for one connection alone are taken to be such, too.</summary>
    private const int LoneEvents = 3;

    private readonly AeronetConnectionListener _listener;
    private readonly TransportServices _services;
    private readonly EventLoop.EventLoop _loop;
    private readonly DescriptorHandle _socket;
    private readonly Timer _resume;
    private readonly Lock _gate = new();
    private readonly ulong _token;
    private volatile bool _closed;
    private bool _paused;
    private bool _looksAway;
    private bool _nearLimit;
    private int _loneEvents;
    private int _accepting;

    [ThreadStatic]
    private static bool t_accepts;

    /// <param name="listener">Where accepted connections go.</param>
    /// <param name="services">What the connections share.</param>
    /// <param name="loop">The loop that watches the socket, and no other does.</param>
    /// <param name="socket">A listening, non-blocking socket, owned by the listener.</param>
    internal Acceptor(AeronetConnectionListener listener, TransportServices services, EventLoop.EventLoop loop, DescriptorHandle socket)
    {
        _listener = listener;
        _services = services;
        _loop = loop;
        _socket = socket;
        _resume = new Timer(static acceptor => ((Acceptor)acceptor!).Watch(), this, Timeout.Infinite, Timeout.Infinite);
        _token = loop.Slots.Add(this, isConnection: false);
    }

    /// <summary>Whether the calling thread is inside an acceptor, which ending it waits for.</summary>
    internal static bool IsAcceptingHere => t_accepts;

    void ILoopHandler.OnEvents(EpollEvents events)
    {
        if (_loneEvents > 0)
        {
            // Saves the look that finds nothing. The event comes again for others that are there.
            _loneEvents--;
            Accept(limit: 1, isRest: false);
            return;
        }

        if (Accept(ConnectionsPerEvent, isRest: false) <= 1)
        {
            _loneEvents = LoneEvents;
            return;
        }

        if (!LooksAway())
        {
            return;
        }

        try
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
        catch
        {
            // No memory. Nobody looks by now: later somebody is to.
            Pause(reason: null);
            throw;
        }
    }

    /// <summary>Goes on with a crowd.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            var accepted = Accept(ConnectionsPerEvent, isRest: false);
            if (Volatile.Read(ref _paused))
            {
                // The timer has the loop look again.
                return;
            }

            if (accepted > 0)
            {
                // Behind those that were accepted just now.
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }
            else
            {
                Watch();
            }
        }
        catch (Exception failure)
        {
            _services.Loops.OnHandlerFailed(failure);
            Pause(reason: null);
        }
    }

    /// <summary>
    /// Accepts what waits in the kernel's queue before the socket is closed, however far Kestrel is behind. No more than
    /// <paramref name="queued"/>: clients that go on connecting shall not keep the server from stopping.
    /// </summary>
    internal void AcceptRest(int queued) => Accept(queued, isRest: true);

    internal bool IsPaused => Volatile.Read(ref _paused);

    internal void Watch()
    {
        lock (_gate)
        {
            if (!_closed)
            {
                _paused = _looksAway = false;

                // Level-triggered: connections left in the queue are reported again.
                var errno = _loop.Watch(_socket.Number, EpollEvents.In, _token);
                if (errno is not (0 or Errno.EEXIST))
                {
                    _resume.Change(PauseMilliseconds, Timeout.Infinite);
                }
            }
        }
    }

    /// <summary>
    /// Accepts no more: when this has returned, every connection that was accepted has been offered to the listener, for whoever is accepting is waited for.
    /// </summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
            _loop.Unwatch(_socket.Number);
        }

        _loop.Slots.Remove(_token);
        _resume.Dispose();

        // Its calls do not block, and what it accepts it only queues.
        SpinWait.SpinUntil(() => Volatile.Read(ref _accepting) == 0);
    }

    /// <summary>The pool goes on. False when the endpoint is closed, or is to wait.</summary>
    private bool LooksAway()
    {
        lock (_gate)
        {
            if (_closed || _paused || _looksAway)
            {
                return false;
            }

            _looksAway = true;
            _loop.Unwatch(_socket.Number);
            return true;
        }
    }

    /// <summary>
    /// Accepts up to <paramref name="limit"/> connections that are waiting. How many there were. The rest is accepted although the acceptor has ended,
    /// and however far Kestrel is behind.
    /// </summary>
    private int Accept(int limit, bool isRest)
    {
        var accepted = 0;
        var outer = t_accepts;
        t_accepts = true;
        Interlocked.Increment(ref _accepting);

        // The reference keeps the descriptor from being closed, and its number reused, under the calls below.
        var held = false;
        try
        {
            _socket.DangerousAddRef(ref held);
            for (; accepted < limit && (!_closed || isRest); accepted++)
            {
                if (!isRest && _listener.IsBehind)
                {
                    // Kestrel does not take what was accepted: the kernel's queue is the place to wait.
                    Pause(reason: null);
                    break;
                }

                if (!TryAcceptOne(_socket.Number))
                {
                    break;
                }
            }
        }
        catch (ObjectDisposedException)
        {
            // The endpoint was closed while this event was on its way.
        }
        finally
        {
            t_accepts = outer;
            if (held)
            {
                _socket.DangerousRelease();
            }

            Interlocked.Decrement(ref _accepting);
        }

        return accepted;
    }

    private bool TryAcceptOne(int listenFd)
    {
        if (_nearLimit && !DescriptorReserve.HasRoom(listenFd, out _nearLimit))
        {
            _services.Metrics.AcceptPaused();
            Pause(Marshal.GetPInvokeErrorMessage(Errno.EMFILE));
            return false;
        }

        var fd = DescriptorCalls.Accept(listenFd, out var remote, out var errno);
        if (fd >= 0)
        {
            _nearLimit = DescriptorReserve.IsNear(fd);
            Hand(new SocketHandle(fd), remote);
            return true;
        }

        switch (AcceptErrors.Judge(errno))
        {
            case AcceptResult.Empty:
                return false;
            case AcceptResult.Next:
                return true;
            case AcceptResult.OutOfResources:
                _services.Metrics.AcceptPaused();
                Pause(Marshal.GetPInvokeErrorMessage(errno));
                return false;
            default:
                if (!_closed)
                {
                    ReportFailure(Marshal.GetPInvokeErrorMessage(errno));
                    Pause(reason: null);
                }

                return false;
        }
    }

    /// <summary>Makes a connection of an accepted socket. Whatever goes wrong costs this one, and its descriptor is closed.</summary>
    [SuppressMessage(
        "Design", "CA1031:Do not catch general exception types", Justification = "A fault of one connection; the endpoint must go on.")]
    private void Hand(SocketHandle socket, EndPoint? remote)
    {
        AeronetConnection? connection = null;
        ConnectionPermit? permit = null;
        try
        {
            // The limit first: what it refuses takes nothing from a rate.
            if (_services.Limits is { } limits && (permit = limits.TryEnter(remote, isClient: !_listener.ReadsHeaders)) is null)
            {
                Refuse(limits, socket);
                return;
            }

            var reserved = AeronetConnection.Unreserved;
            if (_listener.Habits.Admission is { } admission)
            {
                if (!admission.TryReserve(remote, out var wait))
                {
                    permit?.Leave();
                    socket.ResetOnClose();
                    socket.Close();
                    return;
                }

                reserved = (int)Math.Ceiling(wait.TotalMilliseconds);
            }

            var loop = _services.Loops.LeastLoaded(_loop);
            connection = new AeronetConnection(_services, loop, socket, _services.Pools[loop.Index], _listener.EndPoint, remote, _listener.Habits)
            {
                ReservedWait = reserved,
                Permit = permit,
            };
            if (!connection.TryStart(out var errno))
            {
                ReportFailure(Marshal.GetPInvokeErrorMessage(errno));
            }
            else if (!_listener.TryOffer(connection))
            {
                connection.StopNow();
            }
        }
        catch (Exception failure)
        {
            ReportFailure(failure.Message, failure);
            Discard(connection, socket);
            permit?.Leave();
        }
    }

    /// <summary>Ends a socket that is one too many: nothing was made for it.</summary>
    private void Refuse(ConnectionLimits limits, SocketHandle socket)
    {
        if (_listener.Habits.SpeaksPlainHttp && limits.TryBeginAnswer())
        {
            if (LingeringClose.TryAnswer(_services.Loops.LeastLoaded(_loop), socket, limits.Answer.Span, limits.EndAnswer))
            {
                return;
            }

            limits.EndAnswer();
        }

        socket.ResetOnClose();
        socket.Close();
    }

    [SuppressMessage(
        "Design", "CA1031:Do not catch general exception types", Justification = "What has failed once may fail again, and has been reported.")]
    private static void Discard(AeronetConnection? connection, SocketHandle socket)
    {
        try
        {
            connection?.StopNow();
        }
        catch (Exception)
        {
        }
        finally
        {
            socket.Close();
        }
    }

    private void ReportFailure(string reason, Exception? failure = null)
    {
        if (_listener.MayLogFailure())
        {
            TransportLog.AcceptFailed(_services.Logger, _listener.EndPoint, reason, failure);
        }
    }

    /// <summary>Leaves the queue to the kernel for a while.</summary>
    private void Pause(string? reason)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            _paused = true;
            _loop.Unwatch(_socket.Number);
            _resume.Change(PauseMilliseconds, Timeout.Infinite);
        }

        if (reason is not null && _listener.MayLogPause())
        {
            TransportLog.AcceptPaused(_services.Logger, _listener.EndPoint, PauseMilliseconds, reason);
        }
    }
}
