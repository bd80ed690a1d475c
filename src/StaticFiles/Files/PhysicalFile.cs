using Aeronet.AspNetCore.StaticFiles.Native;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>Opens a file by its full path, for roots that are not a directory the kernel can keep the way beneath.</summary>
internal static class PhysicalFile
{
    /// <summary>Opens a regular file. Exceptions are those of <see cref="File.OpenHandle"/>.</summary>
    public static OpenResult Open(string path)
    {
        // The runtime would wait for the other end of a FIFO. Unavailable may mean that a seccomp filter refuses statx(2).
        if (LinuxFileRoot.TryOpenPath(path) is { Outcome: not OpenOutcome.Unavailable } opened)
        {
            return opened.Outcome == OpenOutcome.File ? opened with { Stat = Stat(opened.Handle!) } : opened;
        }

        if (PosixOpen.TryOpen(path) is { } found)
        {
            return found;
        }

        var handle = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
        return new OpenResult(OpenOutcome.File, handle, Stat(handle));
    }

    /// <summary>Size and modification time, which every platform tells; no inode, and not whether the name is gone.</summary>
    public static FileStat Stat(SafeFileHandle file)
    {
        var modified = File.GetLastWriteTimeUtc(file).Ticks - DateTime.UnixEpoch.Ticks;
        var (seconds, rest) = Math.DivRem(modified, TimeSpan.TicksPerSecond);
        if (rest < 0)
        {
            (seconds, rest) = (seconds - 1, rest + TimeSpan.TicksPerSecond);
        }

        return new FileStat(0, 0, RandomAccess.GetLength(file), seconds, (uint)(rest * TimeSpan.NanosecondsPerTick), IsUnlinked: false);
    }
}
