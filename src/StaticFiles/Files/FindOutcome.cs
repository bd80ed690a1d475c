namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>What a request path leads to.</summary>
internal enum FindOutcome
{
    /// <summary>A file, and the caller holds a reference to it.</summary>
    File,

    /// <summary>A directory with a default document, asked for without its trailing slash.</summary>
    DirectoryWithoutSlash,

    /// <summary>Nothing that is served.</summary>
    NotFound,

    /// <summary>The process may not read it.</summary>
    Denied,

    /// <summary>It could not be told (out of descriptors, a failing medium).</summary>
    Unavailable,
}
