using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Aeronet.AspNetCore.Transport.Native.Faults;

/// <summary>
/// The system calls of sockets and loops as <see cref="Libc"/> has them, with what a <see cref="FaultPolicy"/> puts in their way. In builds with
/// <c>AERONET_ASSERTS</c> alone: there <c>SocketCalls</c> is this class, in others <see cref="Libc"/> itself (the project file), and this folder
/// is not compiled.
/// </summary>
internal static unsafe class FaultyCalls
{
    private static readonly ConcurrentDictionary<int, SocketFaults> s_sockets = new();

    // No import: what the transport itself cannot do without is looked for at start.
    private static readonly delegate* unmanaged<int, void*, uint, int> s_connect =
        (delegate* unmanaged<int, void*, uint, int>)NativeLibrary.GetExport(NativeLibrary.Load("libc", typeof(Libc).Assembly, searchPath: null), "connect");

    internal static int epoll_create1(int flags)
    {
        FaultPolicy.UseEnvironment();
        return Libc.epoll_create1(flags);
    }

    internal static int epoll_ctl(int epoll, int operation, int fd, void* registration) =>
        Of(fd) is { } faults ? faults.Control(epoll, operation, registration) : Libc.epoll_ctl(epoll, operation, fd, registration);

    internal static int epoll_wait(int epoll, void* events, int maxEvents, int timeoutMilliseconds)
    {
        if (FaultPolicy.Current is { } policy)
        {
            switch (policy.Waits.Next(FaultKinds.Eintr | FaultKinds.Short | FaultKinds.Delay))
            {
                case FaultKinds.Eintr:
                    return Fail(Errno.EINTR);
                case FaultKinds.Short:
                    maxEvents = (int)policy.Waits.PartOf((nuint)maxEvents);
                    break;
            }
        }

        return Libc.epoll_wait(epoll, events, maxEvents, timeoutMilliseconds);
    }

    internal static int poll(Libc.PollFd* fds, nuint count, int timeoutMilliseconds) =>
        IsInterrupted() ? Fail(Errno.EINTR) : Libc.poll(fds, count, timeoutMilliseconds);

    /// <summary>To an eventfd, which without waiting neither fails nor is interrupted (eventfd(2)).</summary>
    internal static nint write(int fd, void* buffer, nuint length)
    {
        _ = FaultPolicy.Current?.Waits.Next(FaultKinds.Delay);
        return Libc.write(fd, buffer, length);
    }

    /// <summary>Never would-block where a connection waits: its client knows of it, so nobody can say that it came later.</summary>
    internal static int accept4(int fd, void* address, uint* length, int flags)
    {
        if (FaultPolicy.Current is not { } policy)
        {
            return Libc.accept4(fd, address, length, flags);
        }

        var kind = policy.Accepts.Next(FaultKinds.Eintr | FaultKinds.Delay | FaultKinds.Emfile | FaultKinds.Econnaborted);
        if (kind is FaultKinds.Eintr or FaultKinds.Emfile)
        {
            return Fail(kind == FaultKinds.Eintr ? Errno.EINTR : policy.Accepts.Below(2) == 0 ? Errno.EMFILE : Errno.ENFILE);
        }

        var accepted = Libc.accept4(fd, address, length, flags);
        if (accepted >= 0 && kind == FaultKinds.Econnaborted)
        {
            policy.Count(kind);
            _ = TryReset(accepted);
            _ = Libc.close(accepted);
            return Fail(Errno.ECONNABORTED);
        }

        if (accepted >= 0)
        {
            s_sockets[accepted] = policy.NextConnection(accepted);
        }

        return accepted;
    }

    internal static int close(int fd)
    {
        // First: closed, the number may be the next connection's.
        s_sockets.TryRemove(fd, out _);
        return Libc.close(fd);
    }

    internal static nint recv(int fd, void* buffer, nuint length, int flags)
    {
        var asked = length;
        return Of(fd) is not { } faults ? Libc.recv(fd, buffer, length, flags)
            : faults.BeforeReceive(ref length) is var errno and not 0 ? Fail(errno)
            : faults.After(Libc.recv(fd, buffer, length, flags), length, asked);
    }

    internal static nint readv(int fd, Libc.IoVec* vectors, int count)
    {
        if (Of(fd) is not { } faults)
        {
            return Libc.readv(fd, vectors, count);
        }

        var asked = LengthOf(vectors, count);
        var length = asked;
        if (faults.BeforeReceive(ref length) is var errno and not 0)
        {
            return Fail(errno);
        }

        var part = stackalloc Libc.IoVec[count];
        return faults.After(Libc.readv(fd, part, Cut(vectors, count, length, part)), length, asked);
    }

    internal static nint send(int fd, void* buffer, nuint length, int flags)
    {
        var asked = length;
        return Of(fd) is not { } faults ? Libc.send(fd, buffer, length, flags)
            : faults.BeforeSend(ref length, mayBeShort: true) is var errno and not 0 ? Fail(errno)
            : faults.After(Libc.send(fd, buffer, length, flags), length, asked);
    }

    /// <summary>What has a type of its own besides (a TLS record) is sent whole or not at all.</summary>
    internal static nint sendmsg(int fd, Libc.MsgHdr* message, int flags)
    {
        if (Of(fd) is not { } faults)
        {
            return IsInterrupted() ? Fail(Errno.EINTR) : Libc.sendmsg(fd, message, flags);
        }

        var asked = LengthOf(message->Vectors, (int)message->VectorCount);
        var length = asked;
        if (faults.BeforeSend(ref length, mayBeShort: message->Control is null) is var errno and not 0)
        {
            return Fail(errno);
        }

        var part = stackalloc Libc.IoVec[(int)message->VectorCount];
        var shorter = *message;
        shorter.VectorCount = (nuint)Cut(message->Vectors, (int)message->VectorCount, length, part);
        shorter.Vectors = part;
        return faults.After(Libc.sendmsg(fd, &shorter, flags), length, asked);
    }

    /// <summary>Between processes: no connection's.</summary>
    internal static nint recvmsg(int fd, Libc.MsgHdr* message, int flags) => IsInterrupted() ? Fail(Errno.EINTR) : Libc.recvmsg(fd, message, flags);

    internal static nint SendFile(int socket, int file, long* offset, nuint count, out int errno)
    {
        if (Of(socket) is { } faults && (errno = faults.BeforeSend(ref count, mayBeShort: true)) != 0)
        {
            return -1;
        }

        return Libc.SendFile(socket, file, offset, count, out errno);
    }

    /// <summary>A call that failed, as the caller of any system call sees it.</summary>
    internal static int Fail(int errno)
    {
        Marshal.SetLastSystemError(errno);
        return -1;
    }

    /// <summary>Dissolves a TCP connection (connect(2), AF_UNSPEC): the peer gets RST, the next call ECONNRESET. False for what cannot be.</summary>
    internal static bool TryReset(int fd)
    {
        // struct sockaddr of family 0.
        var nobody = stackalloc byte[16];
        return s_connect(fd, nobody, 16) == 0;
    }

    /// <summary>Whether epoll reports room to send.</summary>
    internal static bool IsWritable(int fd)
    {
        const short pollOut = 4;
        var poll = new Libc.PollFd { Fd = fd, Events = pollOut };
        return Libc.poll(&poll, 1, 0) == 1 && (poll.Returned & pollOut) != 0;
    }

    private static bool IsInterrupted() => FaultPolicy.Current?.Waits.Next(FaultKinds.Eintr | FaultKinds.Delay) == FaultKinds.Eintr;

    private static SocketFaults? Of(int fd) => s_sockets.IsEmpty ? null : s_sockets.GetValueOrDefault(fd);

    private static nuint LengthOf(Libc.IoVec* vectors, int count)
    {
        nuint length = 0;
        for (var i = 0; i < count; i++)
        {
            length += vectors[i].Length;
        }

        return length;
    }

    /// <summary>The first <paramref name="length"/> bytes of the vectors; how many that are.</summary>
    private static int Cut(Libc.IoVec* vectors, int count, nuint length, Libc.IoVec* part)
    {
        var parts = 0;
        for (; parts < count && (length > 0 || parts == 0); parts++)
        {
            part[parts] = vectors[parts] with { Length = Math.Min(length, vectors[parts].Length) };
            length -= part[parts].Length;
        }

        return parts;
    }
}
