using System.Runtime.InteropServices;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>
/// Which of the functions this process's C library has. Found out at start: a function that is missing would otherwise be an
/// <see cref="EntryPointNotFoundException"/> in the middle of a request.
/// </summary>
internal static unsafe partial class Libc
{
    /// <summary>What the transport cannot do without. glibc and musl have all of it.</summary>
    internal static readonly string[] Required =
    [
        nameof(close), nameof(recv), nameof(readv), nameof(send), nameof(sendmsg), nameof(recvmsg), nameof(flock), nameof(accept4), nameof(shutdown), nameof(setsockopt),
        nameof(getsockname), nameof(ioctl), nameof(fcntl), nameof(poll), nameof(epoll_create1), nameof(epoll_ctl), nameof(epoll_wait),
        nameof(eventfd), nameof(open), nameof(geteuid), nameof(write), nameof(syscall), nameof(mmap), nameof(munmap), nameof(madvise), nameof(mlock), "getrlimit",
    ];

    /// <summary>What is asked for by name first, and done otherwise where it is missing.</summary>
    internal static readonly string[] Optional = [nameof(sendfile), nameof(sendfile64), nameof(statx)];

    // Plain sendfile takes a 32-bit off_t on 32-bit glibc. musl's is 64-bit everywhere, and musl has no other since 1.2.4.
    private static readonly bool s_hasSendFile64 = Has(nameof(sendfile64));
    private static readonly bool s_hasSendFile = s_hasSendFile64 || Has(nameof(sendfile));

    /// <summary>The functions of <see cref="Required"/> that are missing.</summary>
    internal static IReadOnlyList<string> Missing() => [.. Required.Where(name => !Has(name))];

    /// <summary>sendfile(2); -1 with <paramref name="errno"/>, which is ENOSYS where the C library has none.</summary>
    internal static nint SendFile(int socket, int file, long* offset, nuint count, out int errno)
    {
        if (!s_hasSendFile)
        {
            errno = Errno.ENOSYS;
            return -1;
        }

        var sent = s_hasSendFile64 ? sendfile64(socket, file, offset, count) : sendfile(socket, file, offset, count);
        errno = sent < 0 ? Marshal.GetLastSystemError() : 0;
        return sent;
    }

    private static bool Has(string name) =>
        NativeLibrary.TryLoad(Library, typeof(Libc).Assembly, searchPath: null, out var handle) && NativeLibrary.TryGetExport(handle, name, out _);
}
