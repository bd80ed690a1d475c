using System.Runtime.InteropServices;
using System.Text;
using Aeronet.AspNetCore.StaticFiles.Native;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.Middleware.Native;

/// <summary>
/// The calls that .NET has none for: opening for appending, locks of whole files, and which file a path leads to. Each returns the kernel's
/// result, or the negative errno, read on the same thread right after the call.
/// </summary>
internal static unsafe partial class Libc
{
    // open(2), alike on the architectures below.
    private const int O_WRONLY = 0x1;
    private const int O_CREAT = 0x40;
    private const int O_NOCTTY = 0x100;
    private const int O_APPEND = 0x400;
    private const int O_CLOEXEC = 0x80000;
    private const int ReadAndWriteByAll = 0x1b6; // 0666, less umask

    // fcntl(2): locks of open file descriptions. Not flock(2), which .NET takes for FileShare, so that readers would be refused.
    private const int F_OFD_SETLK = 37;
    private const short F_WRLCK = 1;
    private const short F_UNLCK = 2;

    private const int AT_FDCWD = -100;
    private const int AT_EMPTY_PATH = 0x1000;
    private const int RENAME_NOREPLACE = 1;
    private const int EINTR = 4;

    // By number: musl has the function only since 1.2.5, glibc since 2.28.
    private static readonly int s_statx = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 332 : 291;

    // By number: neither musl nor old versions of glibc have the function.
    private static readonly int s_renameat2 = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 316 : 276;

    /// <summary>Whether the numbers above are known for this process's system and architecture.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture
        is Architecture.X64 or Architecture.Arm64 or Architecture.RiscV64 or Architecture.LoongArch64;

    /// <summary>Opens a file for appending, and makes it if need be: the descriptor.</summary>
    public static int OpenForAppending(string path)
    {
        while (true)
        {
            var result = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, ReadAndWriteByAll);
            if (result >= 0)
            {
                return result;
            }

            if (Marshal.GetLastPInvokeError() is var error && error != EINTR)
            {
                return -error;
            }
        }
    }

    /// <summary>Takes the lock of a file that all processes see; does not wait for it.</summary>
    public static int TryLock(SafeFileHandle file) => SetLock(file, F_WRLCK);

    /// <summary>Gives the lock back.</summary>
    public static int Unlock(SafeFileHandle file) => SetLock(file, F_UNLCK);

    /// <summary>Which file an open one is.</summary>
    public static int Stat(SafeFileHandle file, out Statx stat)
    {
        var held = false;
        try
        {
            file.DangerousAddRef(ref held);
            return StatAt((int)file.DangerousGetHandle(), "", AT_EMPTY_PATH, out stat);
        }
        finally
        {
            if (held)
            {
                file.DangerousRelease();
            }
        }
    }

    /// <summary>Which file a path leads to.</summary>
    public static int Stat(string path, out Statx stat) => StatAt(AT_FDCWD, path, 0, out stat);

    /// <summary>Renames a file; unlike .NET's way it never copies, as for a file that something is mounted on.</summary>
    public static int Rename(string from, string to) => Result(rename(from, to));

    /// <summary>
    /// The same, unless a file has the new name (EEXIST). Some file systems (NFS) and sandboxes have no such call: EINVAL, ENOSYS or EPERM.
    /// </summary>
    public static int RenameToNew(string from, string to)
    {
        fixed (byte* old = Encoding.UTF8.GetBytes(from + '\0'))
        fixed (byte* name = Encoding.UTF8.GetBytes(to + '\0'))
        {
            return Result((int)syscall(s_renameat2, AT_FDCWD, (nint)old, AT_FDCWD, (nint)name, RENAME_NOREPLACE));
        }
    }

    private static int StatAt(int directory, string path, int flags, out Statx stat)
    {
        // Fields that a file system does not fill are left as they were.
        stat = default;
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
        fixed (Statx* buffer = &stat)
        {
            return Result((int)syscall(s_statx, directory, (nint)name, flags, (nint)Statx.STATX_BASIC_STATS, (nint)buffer));
        }
    }

    private static int SetLock(SafeFileHandle file, short type)
    {
        // From the first byte on, however many there are.
        var whole = new FileLock { Type = type };
        var held = false;
        try
        {
            file.DangerousAddRef(ref held);
            return Result(fcntl((int)file.DangerousGetHandle(), F_OFD_SETLK, ref whole));
        }
        finally
        {
            if (held)
            {
                file.DangerousRelease();
            }
        }
    }

    private static int Result(int result) => result >= 0 ? result : -Marshal.GetLastPInvokeError();

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, int mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(int descriptor, int command, ref FileLock argument);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rename(string from, string to);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(nint number, nint first, nint second, nint third, nint fourth, nint fifth);

    /// <summary>struct flock of 64-bit systems.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct FileLock
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Process;
    }
}
