using System.Runtime.InteropServices;
using System.Text;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>What a file is, without opening it.</summary>
internal static unsafe partial class Libc
{
    private const int AT_FDCWD = -100;
    private const uint STATX_BASIC_STATS = 0x7FF;

    // struct statx: the same on every machine, unlike struct stat (statx(2)).
    private const int StatxSize = 256;
    private const int StatxInode = 32;
    private const int StatxSizeOfFile = 40;
    private const int StatxChanged = 96;
    private const int StatxModified = 112;
    private const int StatxDevice = 136;

    private static readonly bool s_hasStatx = OperatingSystem.IsLinux() && Has(nameof(statx));

    /// <summary>Device, inode, size, and times in nanoseconds of the file a path leads to; false when there is none, or the system cannot tell.</summary>
    internal static bool TryStatx(string path, out ulong device, out ulong inode, out long size, out long modified, out long changed)
    {
        (device, inode, size, modified, changed) = (0, 0, 0, 0, 0);
        if (!s_hasStatx)
        {
            return false;
        }

        var name = new byte[Encoding.UTF8.GetByteCount(path) + 1];
        Encoding.UTF8.GetBytes(path, name);
        var result = stackalloc byte[StatxSize];
        fixed (byte* pointer = name)
        {
            if (statx(AT_FDCWD, pointer, 0, STATX_BASIC_STATS, result) != 0)
            {
                return false;
            }
        }

        device = ((ulong)*(uint*)(result + StatxDevice) << 32) | *(uint*)(result + StatxDevice + 4);
        inode = *(ulong*)(result + StatxInode);
        size = *(long*)(result + StatxSizeOfFile);
        modified = Nanoseconds(result + StatxModified);
        changed = Nanoseconds(result + StatxChanged);
        return true;
    }

    // struct statx_timestamp: seconds and nanoseconds.
    private static long Nanoseconds(byte* timestamp) => unchecked((*(long*)timestamp * 1_000_000_000) + *(uint*)(timestamp + 8));

    [LibraryImport(Library)]
    private static partial int statx(int directory, byte* path, int flags, uint mask, void* result);
}
