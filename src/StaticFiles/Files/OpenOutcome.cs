namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>What opening a path below the root came to.</summary>
internal enum OpenOutcome
{
    /// <summary>A regular file, open.</summary>
    File,

    /// <summary>A directory. Nothing is left open.</summary>
    Directory,

    /// <summary>Nothing that may be served: no such name, a way out of the root, a FIFO, device or socket.</summary>
    NotFound,

    /// <summary>The process may not read it.</summary>
    Denied,

    /// <summary>It could not be told: the process or the system is out of descriptors or memory, or the medium fails.</summary>
    Unavailable,
}
