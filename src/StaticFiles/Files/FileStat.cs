namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>What identifies a file and one version of its content, taken from an open descriptor.</summary>
/// <param name="Device">Number of the file system.</param>
/// <param name="Inode">Number of the file in it; 0 where the platform does not tell.</param>
/// <param name="Size">Bytes.</param>
/// <param name="ModifiedSeconds">Time of the last change of content, seconds since 1970 UTC. Whoever may write can set it to anything.</param>
/// <param name="ModifiedNanoseconds">The rest of that time, 0 to 999,999,999.</param>
/// <param name="ChangedSeconds">
/// Time of the last change of anything (content, rights, names), seconds since 1970 UTC: the kernel's alone to set. 0 where the platform
/// does not tell.
/// </param>
/// <param name="ChangedNanoseconds">The rest of that time, 0 to 999,999,999.</param>
/// <param name="IsUnlinked">Whether the last name of the file is gone (deleted, or replaced by a rename).</param>
internal readonly record struct FileStat(
    ulong Device,
    ulong Inode,
    long Size,
    long ModifiedSeconds,
    uint ModifiedNanoseconds,
    long ChangedSeconds,
    uint ChangedNanoseconds,
    bool IsUnlinked)
{
    /// <summary>Whether no other content can ever have the same: there is a file's number, and a time that nobody sets.</summary>
    /// <remarks>
    /// File systems that keep no such time show the modification time, in whole seconds, in its place: those of images (squashfs,
    /// ISO 9660), which are swapped as a whole, and FAT.
    /// </remarks>
    public bool IsIdentity => Inode != 0 && ChangedSeconds != 0
        && (ChangedNanoseconds != 0 || (ChangedSeconds, ChangedNanoseconds) != (ModifiedSeconds, ModifiedNanoseconds));
}
