using System.Text;
using Aeronet.AspNetCore.StaticFiles.Native;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>
/// open(2) by full path without waiting, where no more of the system's calls is known than that. The runtime's own way waits for the
/// other end of a FIFO, and its attributes of a path do not tell one from a file.
/// </summary>
internal static class PosixOpen
{
    // O_NONBLOCK and O_CLOEXEC: fcntl.h of macOS, and of Linux on every architecture that .NET runs on.
    private const int MacFlags = 0x4 | 0x1000000;
    private const int LinuxFlags = 0x800 | 0x80000;

    /// <summary>Opens a file that can be sought in, which no FIFO, socket or terminal can; null where the flags are not known.</summary>
    public static OpenResult? TryOpen(string path)
    {
        int flags;
        if (OperatingSystem.IsMacOS() || OperatingSystem.IsMacCatalyst())
        {
            flags = MacFlags;
        }
        else if (OperatingSystem.IsLinux())
        {
            flags = LinuxFlags;
        }
        else
        {
            return null;
        }

        var descriptor = PosixCalls.Open([.. Encoding.UTF8.GetBytes(path), 0], flags);
        if (descriptor < 0)
        {
            return new OpenResult(-descriptor switch
            {
                // ENXIO: a socket.
                Errno.ENOENT or Errno.ENOTDIR or Errno.ENXIO => OpenOutcome.NotFound,
                Errno.EACCES or Errno.EPERM => OpenOutcome.Denied,
                _ => OpenOutcome.Unavailable,
            });
        }

        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        try
        {
            var portable = PhysicalFile.StatPortably(handle);
            return new OpenResult(OpenOutcome.File, handle, LinuxFileRoot.TryStatOpen(handle, out var stat) ? stat : portable);
        }
        catch (NotSupportedException)
        {
            handle.Dispose();
            return new OpenResult(OpenOutcome.NotFound);
        }
    }
}
