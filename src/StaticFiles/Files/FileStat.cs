namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>What identifies a file and one version of its content, taken from an open descriptor.</summary>
/// <param name="Device">Number of the file system.</param>
/// <param name="Inode">Number of the file in it; 0 where the platform does not tell.</param>
/// <param name="Size">Bytes.</param>
/// <param name="ModifiedSeconds">Time of the last change of content, seconds since 1970 UTC.</param>
/// <param name="ModifiedNanoseconds">The rest of that time, 0 to 999,999,999.</param>
/// <param name="IsUnlinked">Whether the last name of the file is gone (deleted, or replaced by a rename).</param>
internal readonly record struct FileStat(
    ulong Device, ulong Inode, long Size, long ModifiedSeconds, uint ModifiedNanoseconds, bool IsUnlinked);
