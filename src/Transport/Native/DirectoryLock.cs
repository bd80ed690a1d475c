using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>
/// A directory's advisory lock (flock(2)): two processes that look for a file there and make it, do so one after the other. The kernel
/// takes it back from a process that dies.
/// </summary>
internal static unsafe class DirectoryLock
{
    private const int O_CLOEXEC = 0x80000;
    private const int LOCK_EX = 2;
    private const int LOCK_NB = 4;

    /// <summary>Takes the lock; disposing what comes back returns it. Null with the errno: EAGAIN while another has it.</summary>
    internal static SafeFileHandle? TryTake(string directory, out int errno)
    {
        int fd;
        fixed (byte* name = Encoding.UTF8.GetBytes(directory + '\0'))
        {
            fd = Libc.open(name, O_CLOEXEC, 0);
        }

        if (fd < 0)
        {
            errno = Marshal.GetLastSystemError();
            return null;
        }

        var handle = new SafeFileHandle(fd, ownsHandle: true);
        errno = Libc.flock(fd, LOCK_EX | LOCK_NB) == 0 ? 0 : Marshal.GetLastSystemError();
        if (errno == 0)
        {
            return handle;
        }

        handle.Dispose();
        return null;
    }
}
