using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>A file that this user alone may read, which lines are appended to, by several processes perhaps.</summary>
internal static unsafe class PrivateFile
{
    private const int O_WRONLY = 0x1;
    private const int O_CREAT = 0x40;
    private const int O_NOCTTY = 0x100;
    private const int O_APPEND = 0x400;
    private const int O_CLOEXEC = 0x80000;
    private const int ReadAndWriteByOwner = 0x180;
    private const int ForOthers = 0x3F;

    // asm/fcntl.h: of the flags used here the one that differs by architecture.
    private static readonly int s_noFollow = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.Arm or Architecture.Armv6 or Architecture.Arm64 or Architecture.Ppc64le => 0x8000,
        _ => 0x20000,
    };

    /// <summary>Opens or creates the file (open(2), mode 0600). Null with what is wrong with it, as the end of a sentence.</summary>
    internal static SafeFileHandle? TryOpen(string path, out string problem)
    {
        int fd;
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
        {
            // Non-blocking: a pipe without a reader would hold up the start. A regular file does not know the flag.
            fd = Libc.open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | Libc.O_NONBLOCK | s_noFollow, ReadAndWriteByOwner);
        }

        if (fd < 0)
        {
            var errno = Marshal.GetLastSystemError();
            problem = errno == Errno.ELOOP ? "is a symbolic link" : $"cannot be opened ({Marshal.GetPInvokeErrorMessage(errno)})";
            return null;
        }

        var file = new SafeFileHandle(fd, ownsHandle: true);
        problem = WhyShared(file) ?? "";
        if (problem.Length == 0)
        {
            return file;
        }

        file.Dispose();
        return null;
    }

    /// <summary>Appends a line by one write(2), which no other's comes into the middle of. False when not all of it was written.</summary>
    internal static bool TryAppend(SafeFileHandle file, ReadOnlySpan<byte> line)
    {
        var held = false;
        try
        {
            file.DangerousAddRef(ref held);
            fixed (byte* bytes = line)
            {
                while (true)
                {
                    var written = Libc.write((int)file.DangerousGetHandle(), bytes, (nuint)line.Length);
                    if (written >= 0 || Marshal.GetLastSystemError() != Errno.EINTR)
                    {
                        return written == line.Length;
                    }
                }
            }
        }
        finally
        {
            if (held)
            {
                file.DangerousRelease();
            }
        }
    }

    private static string? WhyShared(SafeFileHandle file)
    {
        if (!FileTypes.TryDescribe(file, out var description))
        {
            return "cannot be looked at";
        }

        return description switch
        {
            { IsRegular: false } => "is no regular file",
            { Links: > 1 } => "has other names (hard links)",
            _ when description.Owner != Libc.geteuid() => "belongs to another user",
            _ when (description.Mode & ForOthers) != 0 => $"can be read or written by others (mode {Convert.ToString(description.Mode, 8).PadLeft(4, '0')}, and 0600 is needed)",
            _ => null,
        };
    }
}
