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

    /// <summary>Reads a small file, or as much of it as there is by now.</summary>
    /// <param name="file">The file.</param>
    /// <param name="size">Its bytes, when it was looked at.</param>
    public static ReadOnlySpan<byte> Read(SafeFileHandle file, long size)
    {
        var bytes = new byte[size];
        var filled = 0;

        // One call may give less than there is, as pread(2) has it.
        while (filled < bytes.Length && RandomAccess.Read(file, bytes.AsSpan(filled), filled) is var read and > 0)
        {
            filled += read;
        }

        return bytes.AsSpan(0, filled);
    }

    /// <summary>Looks at an open file: by statx(2), else what every platform tells.</summary>
    public static FileStat Stat(SafeFileHandle file) => LinuxFileRoot.TryStatOpen(file, out var stat) ? stat : StatPortably(file);

    /// <summary>Size and modification time, which every platform tells; no inode, no change time, and not whether the name is gone.</summary>
    /// <exception cref="NotSupportedException">It cannot be sought in, so it is no regular file.</exception>
    public static FileStat StatPortably(SafeFileHandle file)
    {
        var modified = File.GetLastWriteTimeUtc(file).Ticks - DateTime.UnixEpoch.Ticks;
        var (seconds, rest) = Math.DivRem(modified, TimeSpan.TicksPerSecond);
        if (rest < 0)
        {
            (seconds, rest) = (seconds - 1, rest + TimeSpan.TicksPerSecond);
        }

        return new FileStat(0, 0, RandomAccess.GetLength(file), seconds, (uint)(rest * TimeSpan.NanosecondsPerTick), 0, 0, IsUnlinked: false);
    }
}
