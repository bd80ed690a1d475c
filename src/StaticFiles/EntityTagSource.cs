namespace Aeronet.AspNetCore.StaticFiles;

/// <summary>What entity tags are made of.</summary>
public enum EntityTagSource
{
    /// <summary>Inode, size and modification time in nanoseconds: costs nothing, differs between servers. The default.</summary>
    FileMetadata,

    /// <summary>
    /// A hash of the content (SHA-256, the first 128 bits): the same on every server and after every deployment. Each version of a file
    /// is read once, whole, when it is first asked for, and again whenever it has left the cache of open files.
    /// </summary>
    ContentHash,
}
