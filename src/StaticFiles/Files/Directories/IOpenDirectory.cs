using Microsoft.Extensions.Primitives;

namespace Aeronet.AspNetCore.StaticFiles.Files.Directories;

/// <summary>An open directory, to be read once.</summary>
internal interface IOpenDirectory : IDisposable
{
    /// <summary>Taken when it was opened, before anything was read.</summary>
    DirectoryStamp Stamp { get; }

    /// <summary>Tells from now on whether what is listed has changed; null where only the stamp and the age do.</summary>
    IChangeToken? Watch() => null;

    /// <summary>Adds what is served of it to <paramref name="entries"/>; false when the directory could not be read.</summary>
    bool TryRead(DirectorySnapshotBuilder entries);
}
