using System.Runtime.InteropServices;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>
/// The system calls the transport makes. Blittable signatures only; a failing call's errno is read by the wrapper that
/// called it, on the same thread, before anything else runs (the runtime preserves it over the return transition).
/// </summary>
internal static unsafe partial class Libc
{
    private const string Library = "libc";

    internal const int SOL_SOCKET = 1;
    internal const int SO_ERROR = 4;
    internal const int SO_KEEPALIVE = 9;
    internal const int SO_LINGER = 13;
    internal const int SO_REUSEPORT = 15;
    internal const int SO_PEERCRED = 17;
    internal const int SO_ACCEPTCONN = 30;
    internal const int SCM_RIGHTS = 1;
    internal const int IPPROTO_TCP = 6;
    internal const int TCP_NODELAY = 1;
    internal const int TCP_DEFER_ACCEPT = 9;
    internal const int TCP_ULP = 31;
    internal const int SOL_TLS = 282;
    internal const int TLS_TX = 1;
    internal const int TLS_RX = 2;
    internal const int TLS_SET_RECORD_TYPE = 1;

    internal const int MSG_PEEK = 0x2;
    internal const int MSG_DONTWAIT = 0x40;
    internal const int MSG_NOSIGNAL = 0x4000;
    internal const int MSG_MORE = 0x8000;
    internal const int MSG_CMSG_CLOEXEC = 0x40000000;
    internal const int SHUT_WR = 1;
    internal const int SOCK_NONBLOCK = 0x800;
    internal const int SOCK_CLOEXEC = 0x80000;

    internal const int EPOLL_CLOEXEC = 0x80000;
    internal const int EPOLL_CTL_ADD = 1;
    internal const int EPOLL_CTL_DEL = 2;
    internal const int EPOLL_CTL_MOD = 3;
    internal const int EFD_NONBLOCK = 0x800;
    internal const int EFD_CLOEXEC = 0x80000;

    internal const nuint FIONREAD = 0x541B;
    internal const nuint TIOCOUTQ = 0x5411;
    internal const int F_GETFD = 1;
    internal const int F_SETFD = 2;
    internal const int FD_CLOEXEC = 1;
    internal const int F_GETFL = 3;
    internal const int F_SETFL = 4;
    internal const int F_DUPFD_CLOEXEC = 1030;
    internal const int O_NONBLOCK = 0x800;
    internal const short POLLIN = 1;

    [StructLayout(LayoutKind.Sequential)]
    internal struct IoVec
    {
        internal void* Base;
        internal nuint Length;
    }

    /// <summary>struct msghdr (recvmsg(2)), 64-bit and 32-bit glibc and musl: the padding falls where the pointers' alignment puts it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct MsgHdr
    {
        internal void* Name;
        internal uint NameLength;
        internal IoVec* Vectors;
        internal nuint VectorCount;
        internal void* Control;
        internal nuint ControlLength;
        internal int Flags;
    }

    /// <summary>sizeof(struct cmsghdr): a size_t and two ints (cmsg(3)).</summary>
    internal static int ControlHeaderSize => sizeof(nuint) + (2 * sizeof(int));

    [StructLayout(LayoutKind.Sequential)]
    internal struct Linger
    {
        internal int OnOff;
        internal int Seconds;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct PollFd
    {
        internal int Fd;
        internal short Events;
        internal short Returned;
    }

    [LibraryImport(Library)]
    internal static partial int close(int fd);

    [LibraryImport(Library)]
    internal static partial nint recv(int fd, void* buffer, nuint length, int flags);

    [LibraryImport(Library)]
    internal static partial nint readv(int fd, IoVec* vectors, int count);

    [LibraryImport(Library)]
    internal static partial nint send(int fd, void* buffer, nuint length, int flags);

    [LibraryImport(Library)]
    internal static partial nint sendmsg(int fd, MsgHdr* message, int flags);

    [LibraryImport(Library)]
    internal static partial nint recvmsg(int fd, MsgHdr* message, int flags);

    [LibraryImport(Library)]
    internal static partial int flock(int fd, int operation);

    [LibraryImport(Library)]
    private static partial nint sendfile(int socket, int file, long* offset, nuint count);

    [LibraryImport(Library)]
    private static partial nint sendfile64(int socket, int file, long* offset, nuint count);

    [LibraryImport(Library)]
    internal static partial int accept4(int fd, void* address, uint* length, int flags);

    [LibraryImport(Library)]
    internal static partial int shutdown(int fd, int how);

    [LibraryImport(Library)]
    internal static partial int setsockopt(int fd, int level, int name, void* value, uint length);

    [LibraryImport(Library)]
    internal static partial int getsockname(int fd, void* address, uint* length);

    [LibraryImport(Library)]
    internal static partial int ioctl(int fd, nuint request, int* value);

    [LibraryImport(Library)]
    internal static partial int fcntl(int fd, int command, nint argument);

    [LibraryImport(Library)]
    internal static partial int poll(PollFd* fds, nuint count, int timeoutMilliseconds);

    [LibraryImport(Library)]
    internal static partial int epoll_create1(int flags);

    [LibraryImport(Library)]
    internal static partial int epoll_ctl(int epoll, int operation, int fd, void* epollEvent);

    [LibraryImport(Library)]
    internal static partial int epoll_wait(int epoll, void* events, int maxEvents, int timeoutMilliseconds);

    [LibraryImport(Library)]
    internal static partial int eventfd(uint initial, int flags);

    [LibraryImport(Library)]
    internal static partial int open(byte* path, int flags, int mode);

    [LibraryImport(Library)]
    internal static partial uint geteuid();

    [LibraryImport(Library)]
    internal static partial nint write(int fd, void* buffer, nuint length);

    [LibraryImport(Library)]
    internal static partial nint syscall(nint number, nint first, nint second, nint third, nint fourth, nint fifth);
}
