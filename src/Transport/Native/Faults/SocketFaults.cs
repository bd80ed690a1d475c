namespace Aeronet.AspNetCore.Transport.Native.Faults;

/// <summary>
/// What goes wrong at the calls on one connection's socket. Each fault is one that a kernel may give, with all that follows from it: who is told
/// would-block, or gets less than there is, may count on being told of the rest, edge-triggered. So the socket is registered anew at
/// once, which reports what is there: as if the rest had come, or the room, a moment later.
/// </summary>
internal sealed unsafe class SocketFaults
{
    private const FaultKinds Always = FaultKinds.Eagain | FaultKinds.Eintr | FaultKinds.Short | FaultKinds.Delay;

    /// <summary>A connection that is to be reset is so at one of its first calls.</summary>
    private const ulong LatestReset = 32;

    private readonly Lock _gate = new();
    private readonly FaultPolicy _policy;
    private readonly FaultStream _receives;
    private readonly FaultStream _sends;
    private readonly int _fd;
    private int _epoll = -1;
    private byte[]? _registration;
    private long _untilReset;

    internal SocketFaults(FaultPolicy policy, int fd, ulong seed)
    {
        _policy = policy;
        _fd = fd;
        _receives = new FaultStream(policy, seed);
        _sends = new FaultStream(policy, ~seed);
        _untilReset = (policy.Kinds & FaultKinds.Econnreset) != 0 && _sends.Hits() ? 1 + (long)_sends.Below(LatestReset) : long.MaxValue;
    }

    /// <summary>Before a call that receives up to <paramref name="length"/> bytes: the errno it fails with, or 0.</summary>
    internal int BeforeReceive(ref nuint length)
    {
        ResetInTime();
        return Act(_receives, _receives.Next(Always), ref length);
    }

    /// <summary>
    /// Before a call that sends <paramref name="length"/> bytes: the errno it fails with, or 0. A socket that takes more is not always
    /// reported to (tcp_poll wants a third of the buffer free, unix_poll three quarters), and then only the peer could end the wait.
    /// </summary>
    internal int BeforeSend(ref nuint length, bool mayBeShort)
    {
        ResetInTime();
        var kind = _sends.Next((mayBeShort ? Always : Always & ~FaultKinds.Short) | FaultKinds.Enobufs | FaultKinds.Enomem);
        return kind is FaultKinds.Eagain or FaultKinds.Short && !FaultyCalls.IsWritable(_fd) ? 0 : Act(_sends, kind, ref length);
    }

    /// <summary>After a call that was given <paramref name="length"/> bytes of those <paramref name="asked"/>: its result.</summary>
    internal nint After(nint result, nuint length, nuint asked)
    {
        if (length < asked && result == (nint)length)
        {
            ReportAnew();
        }

        return result;
    }

    /// <summary>epoll_ctl(2) on the socket.</summary>
    internal int Control(int epoll, int operation, void* registration)
    {
        if (operation == Libc.EPOLL_CTL_ADD && _sends.Next(FaultKinds.Enomem) != FaultKinds.None)
        {
            return FaultyCalls.Fail(Errno.ENOMEM);
        }

        lock (_gate)
        {
            _epoll = epoll;
            _registration = new ReadOnlySpan<byte>(registration, EpollEventBuffer.Stride).ToArray();
            return Libc.epoll_ctl(epoll, operation, _fd, registration);
        }
    }

    private int Act(FaultStream stream, FaultKinds kind, ref nuint length)
    {
        switch (kind)
        {
            case FaultKinds.Eagain:
                ReportAnew();
                return Errno.EAGAIN;
            case FaultKinds.Eintr:
                return Errno.EINTR;
            case FaultKinds.Enobufs:
                return Errno.ENOBUFS;
            case FaultKinds.Enomem:
                return Errno.ENOMEM;
            case FaultKinds.Short:
                length = stream.PartOf(length);
                return 0;
            default:
                return 0;
        }
    }

    /// <summary>By the lock no registration of the meantime is taken back.</summary>
    private void ReportAnew()
    {
        lock (_gate)
        {
            fixed (byte* registration = _registration)
            {
                if (registration is not null)
                {
                    _ = Libc.epoll_ctl(_epoll, Libc.EPOLL_CTL_MOD, _fd, registration);
                }
            }
        }
    }

    /// <summary>The kernel itself sends the reset, and tells the loop and the next call of it.</summary>
    private void ResetInTime()
    {
        if (Interlocked.Decrement(ref _untilReset) == 0 && FaultyCalls.TryReset(_fd))
        {
            _policy.Count(FaultKinds.Econnreset);
        }
    }
}
