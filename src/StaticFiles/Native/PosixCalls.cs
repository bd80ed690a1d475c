using System.Runtime.InteropServices;

namespace Aeronet.AspNetCore.StaticFiles.Native;

/// <summary>The calls that are the same on every system of its kind; what only Linux has is in <see cref="Libc"/>.</summary>
internal static unsafe partial class PosixCalls
{
    /// <summary>open(2) of a name that ends with a zero byte: a descriptor, or the negative errno.</summary>
    internal static int Open(ReadOnlySpan<byte> path, int flags)
    {
        fixed (byte* name = path)
        {
            while (true)
            {
                var result = open(name, flags);
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

    // Variadic in C, but its third argument is read for O_CREAT alone.
    [LibraryImport("libc", SetLastError = true)]
    private static partial int open(byte* path, int flags);
}
