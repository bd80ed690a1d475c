using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>
/// Asks for a file's type by statx(2), whose structure is the same on every architecture, unlike that of stat(2).
/// </summary>
internal static unsafe partial class FileTypes
{
    private const int AT_FDCWD = -100;
    private const int AT_SYMLINK_NOFOLLOW = 0x100;
    private const int AT_EMPTY_PATH = 0x1000;
    private const uint STATX_TYPE_AND_SIZE = 0x1 | 0x200;
    private const int ModeOffset = 28;
    private const int SizeOffset = 40;
    private const int S_IFMT = 0xF000;
    private const int S_IFSOCK = 0xC000;
    private const int S_IFREG = 0x8000;

    internal static bool IsSocket(string path)
    {
        var buffer = stackalloc byte[256];
        return statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_TYPE_AND_SIZE, buffer) == 0 && TypeOf(buffer) == S_IFSOCK;
    }

    /// <summary>The size of an open regular file in bytes. False for everything else.</summary>
    internal static bool TryGetRegularFileSize(SafeFileHandle file, out long size)
    {
        var buffer = stackalloc byte[256];
        var held = false;
        try
        {
            file.DangerousAddRef(ref held);
            var isRegular = statx((int)file.DangerousGetHandle(), "", AT_EMPTY_PATH, STATX_TYPE_AND_SIZE, buffer) == 0 && TypeOf(buffer) == S_IFREG;
            size = *(long*)(buffer + SizeOffset);
            return isRegular;
        }
        finally
        {
            if (held)
            {
                file.DangerousRelease();
            }
        }
    }

    private static int TypeOf(byte* buffer) => *(ushort*)(buffer + ModeOffset) & S_IFMT;

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int directory, string path, int flags, uint mask, void* buffer);
}
