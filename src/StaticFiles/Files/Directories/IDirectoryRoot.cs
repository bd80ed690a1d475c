namespace Aeronet.AspNetCore.StaticFiles.Files.Directories;

/// <summary>A root whose directories can be listed.</summary>
internal interface IDirectoryRoot
{
    /// <summary>Opens a directory beneath the root by the same rules as files. Ordinary failures are values.</summary>
    /// <param name="path">As for files, or a NUL alone for the root.</param>
    /// <param name="directory">The directory, with <see cref="OpenOutcome.Directory"/>; the caller's to dispose.</param>
    OpenOutcome OpenDirectory(ReadOnlySpan<byte> path, out IOpenDirectory? directory);
}
