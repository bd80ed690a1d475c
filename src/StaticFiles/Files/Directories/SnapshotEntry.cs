namespace Aeronet.AspNetCore.StaticFiles.Files.Directories;

/// <summary>One entry of a snapshot; its name is in the snapshot's block of names.</summary>
/// <param name="NameStart">Where the name starts in the block.</param>
/// <param name="NameLength">Its bytes.</param>
/// <param name="IsDirectory">Whether it is a directory, or a link to one.</param>
/// <param name="Size">Bytes; 0 for a directory.</param>
/// <param name="ModifiedSeconds">The last change of content, seconds since 1970 UTC.</param>
internal readonly record struct SnapshotEntry(int NameStart, ushort NameLength, bool IsDirectory, long Size, long ModifiedSeconds);
