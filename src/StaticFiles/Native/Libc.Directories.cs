using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.StaticFiles.Native;

/// <summary>The system calls that read directories. Names are bytes: what .NET makes of them cannot be turned back.</summary>
internal static unsafe partial class Libc
{
    internal const int AT_SYMLINK_NOFOLLOW = 0x100;
    internal const int R_OK = 4;
    internal const int X_OK = 1;
    private const int AT_EACCESS = 0x200;

    private const int SYS_faccessat2 = 439;
    private static readonly int SYS_getdents64 = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 217 : 61;

    /// <summary>getdents64(2): fills <paramref name="buffer"/> with records, 0 at the end of the directory.</summary>
    internal static int GetDirectoryEntries(SafeFileHandle directory, Span<byte> buffer)
    {
        fixed (byte* records = buffer)
        {
            using var at = new HandleReference(directory);
            var result = syscall(SYS_getdents64, at.Descriptor, (nint)records, buffer.Length, 0, 0);
            return result >= 0 ? (int)result : -Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>statx(2) of a name in a directory; a link itself, not what it leads to.</summary>
    internal static int StatEntry(SafeFileHandle directory, ReadOnlySpan<byte> terminatedName, out Statx stat)
    {
        fixed (byte* name = terminatedName)
        {
            using var at = new HandleReference(directory);
            return StatAt(at.Descriptor, name, AT_SYMLINK_NOFOLLOW, out stat);
        }
    }

    /// <summary>
    /// faccessat2(2), Linux 5.8, by the effective user. Where the kernel or a seccomp filter does not know it, everything counts as
    /// accessible: opening decides.
    /// </summary>
    internal static bool MayAccess(SafeFileHandle directory, ReadOnlySpan<byte> terminatedName, int mode)
    {
        fixed (byte* name = terminatedName)
        {
            using var at = new HandleReference(directory);
            return syscall(SYS_faccessat2, at.Descriptor, (nint)name, mode, AT_EACCESS | AT_SYMLINK_NOFOLLOW, 0) == 0
                || Marshal.GetLastPInvokeError() != Errno.EACCES;
        }
    }
}
