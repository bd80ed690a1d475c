namespace Aeronet.AspNetCore.StaticFiles;

/// <summary>What entity tags are made of.</summary>
public enum EntityTagSource
{
    /// <summary>
    /// Inode, size, modification and change time in nanoseconds: costs nothing, differs between servers that do not share a file system. The default.
    /// </summary>
    FileMetadata,

    /// <summary>
    /// A hash of the content (SHA-256, the first 128 bits): the same on every server and after every deployment. Each version of a file
    /// is read once, whole, when it is first asked for; that request and those that come meanwhile wait. The hashes of the last 65,536
    /// versions, at most, are kept for each mount; where the file system keeps no change time of its own, a hash is kept with the open file
    /// alone. A file that was changed within the time that reading it takes (4 s for each GiB) has the weak tag of its metadata.
    /// </summary>
    ContentHash,
}
