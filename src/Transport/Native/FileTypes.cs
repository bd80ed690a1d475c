using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>
/// Asks for a file's type by statx(2), whose structure is the same on every architecture, unlike that of stat(2).
/// </summary>
internal static unsafe class FileTypes
{
    private const int AT_FDCWD = -100;
    private const int AT_SYMLINK_NOFOLLOW = 0x100;
    private const int AT_EMPTY_PATH = 0x1000;
    private const uint STATX_TYPE_MODE_NLINK_UID_SIZE = 0x1 | 0x2 | 0x4 | 0x8 | 0x200;
    private const int LinksOffset = 16;
    private const int OwnerOffset = 20;
    private const int ModeOffset = 28;
    private const int SizeOffset = 40;
    private const int S_IFMT = 0xF000;
    private const int S_IFSOCK = 0xC000;
    private const int S_IFREG = 0x8000;

    // By number: musl has the function only since 1.2.5, glibc since 2.28. -1 where it is not known, which the kernel refuses.
    private static readonly int s_statx = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 332,
        Architecture.Arm64 or Architecture.RiscV64 or Architecture.LoongArch64 => 291,
        Architecture.Arm or Architecture.Armv6 => 397,
        Architecture.X86 or Architecture.Ppc64le => 383,
        Architecture.S390x => 379,
        _ => -1,
    };

    internal static bool IsSocket(string path)
    {
        var buffer = stackalloc byte[256];
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
        {
            return Stat(AT_FDCWD, name, AT_SYMLINK_NOFOLLOW, buffer) && TypeOf(buffer) == S_IFSOCK;
        }
    }

    /// <summary>The size of an open regular file in bytes. False for everything else.</summary>
    internal static bool TryGetRegularFileSize(SafeFileHandle file, out long size)
    {
        var buffer = stackalloc byte[256];
        var isRegular = Stat(file, buffer) && TypeOf(buffer) == S_IFREG;
        size = *(long*)(buffer + SizeOffset);
        return isRegular;
    }

    /// <summary>What an open file is, and whose.</summary>
    internal static bool TryDescribe(SafeFileHandle file, out FileDescription description)
    {
        var buffer = stackalloc byte[256];
        var known = Stat(file, buffer);
        description = new FileDescription(
            TypeOf(buffer) == S_IFREG, *(ushort*)(buffer + ModeOffset) & ~S_IFMT, *(uint*)(buffer + LinksOffset), *(uint*)(buffer + OwnerOffset));
        return known;
    }

    private static bool Stat(SafeFileHandle file, byte* buffer)
    {
        byte empty = 0;
        var held = false;
        try
        {
            file.DangerousAddRef(ref held);
            return Stat((int)file.DangerousGetHandle(), &empty, AT_EMPTY_PATH, buffer);
        }
        finally
        {
            if (held)
            {
                file.DangerousRelease();
            }
        }
    }

    private static bool Stat(int directory, byte* path, int flags, byte* buffer) =>
        Libc.syscall(s_statx, directory, (nint)path, flags, (nint)STATX_TYPE_MODE_NLINK_UID_SIZE, (nint)buffer) == 0;

    private static int TypeOf(byte* buffer) => *(ushort*)(buffer + ModeOffset) & S_IFMT;
}
