using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>An epoll instance (epoll(7)).</summary>
internal unsafe class EpollHandle : SafeHandleMinusOneIsInvalid
{
    protected EpollHandle(int fd)
        : base(ownsHandle: true) => SetHandle(fd);

    private int Fd => (int)handle;

    /// <summary>Creates an epoll instance; null with the errno when the kernel refuses.</summary>
    internal static EpollHandle? TryCreate(out int errno)
    {
        var fd = SocketCalls.epoll_create1(Libc.EPOLL_CLOEXEC);
        errno = fd < 0 ? Marshal.GetLastSystemError() : 0;
        return fd < 0 ? null : new EpollHandle(fd);
    }

    /// <summary>Returns 0 or the errno.</summary>
    internal virtual int Add(int fd, EpollEvents events, ulong token) => Control(Libc.EPOLL_CTL_ADD, fd, events, token);

    /// <summary>Returns 0 or the errno. Changing an edge-triggered registration reports readiness anew.</summary>
    internal virtual int Modify(int fd, EpollEvents events, ulong token) => Control(Libc.EPOLL_CTL_MOD, fd, events, token);

    internal virtual int Remove(int fd) => Control(Libc.EPOLL_CTL_DEL, fd, EpollEvents.None, 0);

    /// <summary>Waits for events; 0 on timeout and on a signal.</summary>
    internal virtual int Wait(EpollEventBuffer buffer, int timeoutMilliseconds)
    {
        var count = SocketCalls.epoll_wait(Fd, buffer.Pointer, buffer.Capacity, timeoutMilliseconds);
        if (count >= 0)
        {
            return count;
        }

        var errno = Marshal.GetLastSystemError();
        return errno == Errno.EINTR ? 0 : throw new InvalidOperationException($"epoll_wait failed with errno {errno}.");
    }

    /// <summary>Whether a wait would return at once. Takes no event: edges stay for the next wait.</summary>
    internal virtual bool HasEvents()
    {
        var poll = new Libc.PollFd { Fd = Fd, Events = Libc.POLLIN };
        return SocketCalls.poll(&poll, 1, 0) > 0;
    }

    protected override bool ReleaseHandle() => Libc.close(Fd) == 0;

    /// <summary>
    /// Held meanwhile, or EBADF once it is closed: connections and timers come here from any thread, also after the loop has ended,
    /// and the number may be somebody else's by then. Waiting and <see cref="HasEvents"/> need no hold: their threads end first.
    /// </summary>
    private int Control(int operation, int fd, EpollEvents events, ulong token)
    {
        var entry = stackalloc byte[16];
        EpollEventBuffer.Write(entry, events, token);
        var held = false;
        try
        {
            DangerousAddRef(ref held);
            return SocketCalls.epoll_ctl(Fd, operation, fd, entry) == 0 ? 0 : Marshal.GetLastSystemError();
        }
        catch (ObjectDisposedException)
        {
            return Errno.EBADF;
        }
        finally
        {
            if (held)
            {
                DangerousRelease();
            }
        }
    }
}
