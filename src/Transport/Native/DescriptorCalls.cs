using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>Calls on descriptors that are not connections.</summary>
internal static unsafe class DescriptorCalls
{
    /// <summary>Duplicates a descriptor (fcntl(2), F_DUPFD_CLOEXEC). False with the reason when it is not open.</summary>
    internal static bool TryDuplicate(int fd, out int duplicate, out string error)
    {
        duplicate = Libc.fcntl(fd, Libc.F_DUPFD_CLOEXEC, 0);
        error = duplicate < 0 ? Marshal.GetPInvokeErrorMessage(Marshal.GetLastSystemError()) : "";
        return duplicate >= 0;
    }

    /// <exception cref="InvalidOperationException">The kernel refuses.</exception>
    internal static void SetNonBlocking(int fd)
    {
        var flags = Libc.fcntl(fd, Libc.F_GETFL, 0);
        if (flags < 0 || Libc.fcntl(fd, Libc.F_SETFL, flags | Libc.O_NONBLOCK) < 0)
        {
            throw new InvalidOperationException($"fcntl failed on a listening socket: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastSystemError())}.");
        }
    }

    /// <summary>
    /// Accepts one connection (accept4(2)), non-blocking and closed on exec. Returns its descriptor, or -1 with the errno. Never
    /// throws: the descriptor would be lost.
    /// </summary>
    internal static int Accept(int listenFd, out EndPoint? remote, out int errno)
    {
        var address = stackalloc byte[SocketAddresses.MaxLength];
        uint length;
        int fd;
        do
        {
            length = SocketAddresses.MaxLength;
            fd = SocketCalls.accept4(listenFd, address, &length, Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC);
            errno = fd < 0 ? Marshal.GetLastSystemError() : 0;
        }
        while (errno == Errno.EINTR);

        remote = fd < 0 ? null : SocketAddresses.Parse(new ReadOnlySpan<byte>(address, (int)Math.Min(length, SocketAddresses.MaxLength)));
        return fd;
    }

    /// <summary>
    /// The kernel's id of the calling thread, as /proc/self/task names it (proc(5)); 0 when it cannot say. Not by gettid(3), which
    /// glibc has only since 2.30.
    /// </summary>
    internal static int CurrentThreadId()
    {
        try
        {
            var link = new FileInfo("/proc/thread-self").LinkTarget;
            return int.TryParse(Path.GetFileName(link), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>
    /// Keeps a descriptor that this process has been given from the programs it starts (fcntl(2), FD_CLOEXEC), as sd_listen_fds(3)
    /// does. What is no open descriptor stays one.
    /// </summary>
    internal static void CloseOnExec(int fd)
    {
        var flags = Libc.fcntl(fd, Libc.F_GETFD, 0);
        if (flags >= 0 && (flags & Libc.FD_CLOEXEC) == 0)
        {
            _ = Libc.fcntl(fd, Libc.F_SETFD, flags | Libc.FD_CLOEXEC);
        }
    }
}
