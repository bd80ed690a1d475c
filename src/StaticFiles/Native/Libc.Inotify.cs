using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.StaticFiles.Native;

/// <summary>The calls of inotify(7).</summary>
internal static unsafe partial class Libc
{
    internal const uint IN_ONLYDIR = 0x1000000;

    private const int IN_CLOEXEC = 0x80000;

    /// <summary>inotify_init1(2): a descriptor whose reads wait.</summary>
    internal static int CreateInotify() => inotify_init1(IN_CLOEXEC) is var result and >= 0 ? result : -Marshal.GetLastPInvokeError();

    /// <summary>inotify_add_watch(2).</summary>
    internal static int AddWatch(SafeFileHandle inotify, ReadOnlySpan<byte> path, uint mask)
    {
        fixed (byte* name = path)
        {
            using var at = new HandleReference(inotify);
            var result = inotify_add_watch((int)at.Descriptor, name, mask);
            return result >= 0 ? result : -Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>inotify_rm_watch(2).</summary>
    internal static void RemoveWatch(SafeFileHandle inotify, int watch)
    {
        using var at = new HandleReference(inotify);

        // EINVAL: the kernel was first, because the directory is gone.
        _ = inotify_rm_watch((int)at.Descriptor, watch);
    }

    /// <summary>read(2).</summary>
    internal static int Read(SafeFileHandle file, Span<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            while (true)
            {
                using var at = new HandleReference(file);
                var result = read((int)at.Descriptor, bytes, (nuint)buffer.Length);
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

    [LibraryImport("libc", SetLastError = true)]
    private static partial int inotify_init1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int inotify_add_watch(int inotify, byte* path, uint mask);

    [LibraryImport("libc")]
    private static partial int inotify_rm_watch(int inotify, int watch);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int descriptor, byte* buffer, nuint size);
}
