namespace Aeronet.AspNetCore.StaticFiles.Files.Directories;

/// <summary>What identifies a directory and one set of names in it.</summary>
/// <param name="Device">Number of the file system.</param>
/// <param name="Inode">Number of the directory in it; 0 where the platform does not tell.</param>
/// <param name="ChangedSeconds">When a name was last added or removed, or something else changed, seconds since 1970 UTC.</param>
/// <param name="ChangedNanoseconds">The rest of that time.</param>
internal readonly record struct DirectoryStamp(ulong Device, ulong Inode, long ChangedSeconds, uint ChangedNanoseconds)
{
    /// <summary>Whether both are of the same directory, at whatever time.</summary>
    public bool IsSameDirectory(in DirectoryStamp other) => Device == other.Device && Inode == other.Inode;
}
