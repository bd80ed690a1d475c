using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>
/// A connected socket's descriptor with the calls a connection makes on it. Every call holds the descriptor for its
/// duration, and closing waits for the last holder, so a descriptor number can never be used after the kernel has given
/// it to somebody else. The same idea as <see cref="SafeHandle"/>, with a value instead of an exception for "closed".
/// </summary>
internal sealed unsafe class SocketHandle(int fd)
{
    /// <summary>The most buffers one call takes; the rest goes with the next call.</summary>
    internal const int MaxVectors = 64;

    private const int Closing = 1;
    private const int OneUse = 2;

    // Bit 0: closing. The bits above: calls in progress.
    private int _state;

    internal bool IsClosed => (Volatile.Read(ref _state) & Closing) != 0;

    /// <summary>Receives into one buffer (recv(2)). 0 bytes is the peer's end of stream.</summary>
    internal IoResult Receive(Span<byte> buffer) => Receive(buffer, Libc.MSG_DONTWAIT);

    /// <summary>Copies what the next receive will get.</summary>
    internal IoResult Peek(Span<byte> buffer) => Receive(buffer, Libc.MSG_DONTWAIT | Libc.MSG_PEEK);

    private IoResult Receive(Span<byte> buffer, int flags)
    {
        if (!TryUse())
        {
            return IoResult.Closed;
        }

        nint received;
        int errno;
        fixed (byte* pointer = buffer)
        {
            do
            {
                received = SocketCalls.recv(fd, pointer, (nuint)buffer.Length, flags);
            }
            while (received < 0 & (errno = ErrnoOf(received)) == Errno.EINTR);
        }

        EndUse();
        return received >= 0 ? IoResult.FromBytes(received) : IoResult.FromErrno(errno);
    }

    /// <summary>Receives into several buffers (readv(2)), pinned by the caller.</summary>
    internal IoResult Receive(Libc.IoVec* vectors, int count)
    {
        if (!TryUse())
        {
            return IoResult.Closed;
        }

        nint received;
        int errno;
        do
        {
            received = SocketCalls.readv(fd, vectors, count);
        }
        while (received < 0 & (errno = ErrnoOf(received)) == Errno.EINTR);

        EndUse();
        return received >= 0 ? IoResult.FromBytes(received) : IoResult.FromErrno(errno);
    }

    /// <summary>Sends one buffer (send(2)). <paramref name="more"/> holds back a partial segment for the bytes that follow.</summary>
    internal IoResult Send(ReadOnlySpan<byte> buffer, bool more)
    {
        if (!TryUse())
        {
            return IoResult.Closed;
        }

        nint sent;
        int errno;
        fixed (byte* pointer = buffer)
        {
            do
            {
                sent = SocketCalls.send(fd, pointer, (nuint)buffer.Length, SendFlags(more));
            }
            while (sent < 0 & (errno = ErrnoOf(sent)) == Errno.EINTR);
        }

        EndUse();
        return sent >= 0 ? IoResult.FromBytes(sent) : IoResult.FromErrno(errno);
    }

    /// <summary>Sends several buffers (sendmsg(2)), pinned by the caller.</summary>
    internal IoResult Send(Libc.IoVec* vectors, int count, bool more) =>
        SendMessage(new Libc.MsgHdr { Vectors = vectors, VectorCount = (nuint)count }, more);

    private IoResult SendMessage(Libc.MsgHdr message, bool more)
    {
        if (!TryUse())
        {
            return IoResult.Closed;
        }

        nint sent;
        int errno;
        do
        {
            sent = SocketCalls.sendmsg(fd, &message, SendFlags(more));
        }
        while (sent < 0 & (errno = ErrnoOf(sent)) == Errno.EINTR);

        EndUse();
        return sent >= 0 ? IoResult.FromBytes(sent) : IoResult.FromErrno(errno);
    }

    /// <summary>
    /// Sends a record that is not data through the kernel's TLS (Documentation/networking/tls.rst, TLS_SET_RECORD_TYPE).
    /// </summary>
    internal IoResult SendTlsRecord(byte type, ReadOnlySpan<byte> content)
    {
        // struct cmsghdr and one byte, padded (cmsg(3)).
        var control = stackalloc byte[Libc.ControlHeaderSize + sizeof(nuint)];
        *(nuint*)control = (nuint)Libc.ControlHeaderSize + 1;
        ((int*)(control + sizeof(nuint)))[0] = Libc.SOL_TLS;
        ((int*)(control + sizeof(nuint)))[1] = Libc.TLS_SET_RECORD_TYPE;
        control[Libc.ControlHeaderSize] = type;
        fixed (byte* pointer = content)
        {
            var vector = new Libc.IoVec { Base = pointer, Length = (nuint)content.Length };
            return SendMessage(new Libc.MsgHdr { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = (nuint)(Libc.ControlHeaderSize + sizeof(nuint)) }, more: false);
        }
    }

    /// <summary>
    /// Sends from a file (sendfile(2)). 0 bytes means the file ends before <paramref name="offset"/>. A short count says
    /// nothing: since Linux 4.3 a signal may end the call early, so the caller goes on until would-block.
    /// </summary>
    internal IoResult SendFile(SafeHandle file, long offset, long count)
    {
        if (!TryUse())
        {
            return IoResult.Closed;
        }

        nint sent;
        int errno;
        do
        {
            sent = SocketCalls.SendFile(fd, (int)file.DangerousGetHandle(), &offset, (nuint)count, out errno);
        }
        while (errno == Errno.EINTR);

        EndUse();
        return sent >= 0 ? IoResult.FromBytes(sent) : IoResult.FromErrno(errno);
    }

    /// <summary>Bytes received by the kernel and not yet read (tcp(7), SIOCINQ); 0 when it cannot say.</summary>
    internal int UnreadBytes() => Ask(Libc.FIONREAD);

    /// <summary>Bytes sent that the peer has not acknowledged (tcp(7), SIOCOUTQ); 0 when the kernel cannot say.</summary>
    internal int UnacknowledgedBytes() => Ask(Libc.TIOCOUTQ);

    /// <summary>Sends FIN and keeps the receiving half open.</summary>
    internal void ShutdownSend()
    {
        if (TryUse())
        {
            _ = Libc.shutdown(fd, Libc.SHUT_WR);
            EndUse();
        }
    }

    /// <summary>Makes the coming close send RST instead of FIN (socket(7), SO_LINGER with zero time).</summary>
    internal void ResetOnClose()
    {
        if (TryUse())
        {
            var linger = new Libc.Linger { OnOff = 1, Seconds = 0 };
            _ = Libc.setsockopt(fd, Libc.SOL_SOCKET, Libc.SO_LINGER, &linger, (uint)sizeof(Libc.Linger));
            EndUse();
        }
    }

    internal System.Net.EndPoint? GetLocalEndPoint()
    {
        if (!TryUse())
        {
            return null;
        }

        var address = stackalloc byte[SocketAddresses.MaxLength];
        var length = (uint)SocketAddresses.MaxLength;
        var result = Libc.getsockname(fd, address, &length);
        EndUse();
        return result == 0 ? SocketAddresses.Parse(new ReadOnlySpan<byte>(address, (int)length)) : null;
    }

    /// <summary>Runs an epoll_ctl on the descriptor; 0, or the errno (EBADF when closed).</summary>
    internal int Register(EpollHandle epoll, EpollEvents events, ulong token, bool modify)
    {
        if (!TryUse())
        {
            return Errno.EBADF;
        }

        var errno = modify ? epoll.Modify(fd, events, token) : epoll.Add(fd, events, token);
        EndUse();
        return errno;
    }

    /// <summary>Lets <paramref name="use"/> see the descriptor's number while it is held. False when closed.</summary>
    internal bool Lend(nint user, Func<nint, int, bool> use)
    {
        if (!TryUse())
        {
            return false;
        }

        var result = use(user, fd);
        EndUse();
        return result;
    }

    /// <summary>
    /// A framework socket with a descriptor of its own, for <c>IConnectionSocketFeature</c>: the connection does not end before both
    /// are closed. False when this one is, or the process has no descriptor left.
    /// </summary>
    internal bool TryDuplicate([NotNullWhen(true)] out System.Net.Sockets.Socket? socket)
    {
        socket = null;
        if (!TryUse())
        {
            return false;
        }

        try
        {
            if (DescriptorCalls.TryDuplicate(fd, out var duplicate, out _))
            {
                socket = new System.Net.Sockets.Socket(new System.Net.Sockets.SafeSocketHandle(duplicate, ownsHandle: true));
            }

            return socket is not null;
        }
        finally
        {
            EndUse();
        }
    }

    /// <summary>Closes the descriptor, now or when the call in progress ends. Idempotent.</summary>
    internal void Close()
    {
        if (Interlocked.Or(ref _state, Closing) == 0)
        {
            _ = SocketCalls.close(fd);
        }
    }

    private int Ask(nuint request)
    {
        var answer = 0;
        if (TryUse())
        {
            if (Libc.ioctl(fd, request, &answer) != 0)
            {
                answer = 0;
            }

            EndUse();
        }

        return answer;
    }

    private static int SendFlags(bool more) =>
        Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL | (more ? Libc.MSG_MORE : 0);

    private static int ErrnoOf(nint result) => result < 0 ? Marshal.GetLastSystemError() : 0;

    /// <summary>
    /// Holds the descriptor for a call that a library makes on it. False when it is closed; otherwise <see cref="EndUse"/>
    /// must follow.
    /// </summary>
    internal bool TryUse()
    {
        var state = Volatile.Read(ref _state);
        while ((state & Closing) == 0)
        {
            var seen = Interlocked.CompareExchange(ref _state, state + OneUse, state);
            if (seen == state)
            {
                return true;
            }

            state = seen;
        }

        return false;
    }

    internal void EndUse()
    {
        if (Interlocked.Add(ref _state, -OneUse) == Closing)
        {
            _ = SocketCalls.close(fd);
        }
    }
}
