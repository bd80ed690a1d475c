using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.StaticFiles.Native;

/// <summary>
/// The system calls that open and look at files. Every wrapper returns the kernel's result, or the negative errno, read
/// on the same thread right after the call; a call interrupted by a signal is made again.
/// </summary>
internal static unsafe partial class Libc
{
    internal const int AT_FDCWD = -100;
    internal const int AT_EMPTY_PATH = 0x1000;

    /// <summary>Whether the numbers and flags below are known for this process's architecture.</summary>
    internal static bool IsSupported => OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture
        is Architecture.X64 or Architecture.Arm64 or Architecture.RiscV64 or Architecture.LoongArch64;

    // One number on every architecture (openat2 came after the numbers were unified); statx is older.
    private const int SYS_openat2 = 437;
    private static readonly int SYS_statx = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 332 : 291;

    /// <summary>openat2(2).</summary>
    internal static int OpenAt2(SafeFileHandle directory, ReadOnlySpan<byte> path, OpenHow how)
    {
        fixed (byte* name = path)
        {
            while (true)
            {
                using var at = new HandleReference(directory);
                var result = syscall(SYS_openat2, at.Descriptor, (nint)name, (nint)(&how), sizeof(OpenHow), 0);
                if (result >= 0)
                {
                    return (int)result;
                }

                if (Marshal.GetLastPInvokeError() is var error && error != Errno.EINTR)
                {
                    return -error;
                }
            }
        }
    }

    /// <summary>openat(2), without creating; a null <paramref name="directory"/> stands for the working directory.</summary>
    internal static int OpenAt(SafeFileHandle? directory, ReadOnlySpan<byte> path, int flags)
    {
        fixed (byte* name = path)
        {
            while (true)
            {
                using var at = new HandleReference(directory);
                var result = openat((int)at.Descriptor, name, flags, 0);
                if (result >= 0)
                {
                    return result;
                }

                if (Marshal.GetLastPInvokeError() is var error && error != Errno.EINTR)
                {
                    return -error;
                }
            }
        }
    }

    /// <summary>statx(2) of a path.</summary>
    internal static int StatPath(ReadOnlySpan<byte> path, out Statx stat)
    {
        fixed (byte* name = path)
        {
            return StatAt(AT_FDCWD, name, 0, out stat);
        }
    }

    /// <summary>statx(2) of an open descriptor.</summary>
    internal static int Stat(SafeFileHandle file, out Statx stat)
    {
        using var at = new HandleReference(file);
        byte empty = 0;
        return StatAt(at.Descriptor, &empty, AT_EMPTY_PATH, out stat);
    }

    /// <summary>readlinkat(2): the length of the target, cut off at the buffer's length.</summary>
    internal static int ReadLinkAt(SafeFileHandle directory, ReadOnlySpan<byte> path, Span<byte> target)
    {
        fixed (byte* name = path)
        fixed (byte* buffer = target)
        {
            using var at = new HandleReference(directory);
            var result = readlinkat((int)at.Descriptor, name, buffer, (nuint)target.Length);
            return result >= 0 ? (int)result : -Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>realpath(3): the path without any link in it, or null.</summary>
    internal static byte[]? RealPath(ReadOnlySpan<byte> path)
    {
        // PATH_MAX: what realpath(3) asks the buffer to hold.
        var buffer = stackalloc byte[4096];
        fixed (byte* name = path)
        {
            return realpath(name, buffer) is null ? null : MemoryMarshal.CreateReadOnlySpanFromNullTerminated(buffer).ToArray();
        }
    }

    private static int StatAt(nint directory, byte* name, int flags, out Statx stat)
    {
        // Fields that a file system does not fill are left as they were.
        stat = default;
        fixed (Statx* buffer = &stat)
        {
            return syscall(SYS_statx, directory, (nint)name, flags, (nint)Statx.STATX_BASIC_STATS, (nint)buffer) == 0
                ? 0
                : -Marshal.GetLastPInvokeError();
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(nint number, nint first, nint second, nint third, nint fourth, nint fifth);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int openat(int directory, byte* path, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint readlinkat(int directory, byte* path, byte* buffer, nuint size);

    [LibraryImport("libc")]
    private static partial byte* realpath(byte* path, byte* resolved);
}
