using System.Text;
using Aeronet.AspNetCore.StaticFiles.Files.Directories;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>
/// A web root that is more than a directory: the directory itself, opened as any, and providers for the rest (assets of Razor class
/// libraries, embedded files). The first that has a name decides.
/// </summary>
/// <param name="layers">In the order they are asked in.</param>
internal sealed class LayeredFileRoot(IReadOnlyList<IFileRoot> layers) : IFileRoot, IDirectoryRoot
{
    public string Strategy => string.Join(", ", layers.Select(layer => layer.Strategy));

    /// <summary>The layer that is a directory of the system's; null without one.</summary>
    public LinuxFileRoot? Directory => layers.OfType<LinuxFileRoot>().FirstOrDefault();

    public OpenResult Open(ReadOnlySpan<byte> path)
    {
        var outcome = OpenOutcome.NotFound;
        foreach (var layer in layers)
        {
            var opened = layer.Open(path);
            if (opened.Outcome is not (OpenOutcome.NotFound or OpenOutcome.Directory))
            {
                return opened;
            }

            // A file in a later layer is still to be found where an earlier one has such a directory only in name.
            outcome = opened.Outcome == OpenOutcome.Directory ? OpenOutcome.Directory : outcome;
        }

        return new OpenResult(outcome);
    }

    public bool TryStat(SafeFileHandle file, out FileStat stat)
    {
        stat = PhysicalFile.Stat(file);
        return true;
    }

    public bool StillLeadsTo(string path, in FileStat stat)
    {
        byte[] terminated = [.. Encoding.UTF8.GetBytes(path), 0];
        foreach (var layer in layers)
        {
            if (layer.StillLeadsTo(path, stat))
            {
                return true;
            }

            // Of an earlier layer now.
            var opened = layer.Open(terminated);
            opened.Handle?.Dispose();
            if (opened.Outcome is not (OpenOutcome.NotFound or OpenOutcome.Directory))
            {
                return false;
            }
        }

        return false;
    }

    // Each layer lists as it opens: beneath a directory by its rules for links, and of a provider only what is its own.
    public OpenOutcome OpenDirectory(ReadOnlySpan<byte> path, out IOpenDirectory? directory)
    {
        directory = null;
        var parts = new List<IOpenDirectory>();
        foreach (var layer in layers.OfType<IDirectoryRoot>())
        {
            var outcome = layer.OpenDirectory(path, out var part);
            if (outcome == OpenOutcome.Directory)
            {
                parts.Add(part!);
            }
            else if (outcome != OpenOutcome.NotFound)
            {
                parts.ForEach(opened => opened.Dispose());
                return outcome;
            }
        }

        directory = parts.Count > 1 ? new LayeredOpenDirectory(parts) : parts.FirstOrDefault();
        return directory is null ? OpenOutcome.NotFound : OpenOutcome.Directory;
    }
}
