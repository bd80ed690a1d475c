using Aeronet.AspNetCore.StaticFiles.Files.Directories;
using Microsoft.Extensions.Primitives;

namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>A directory that several layers have: of each what it has, and of a name what the first says.</summary>
/// <param name="parts">In the order of the layers; disposed with this.</param>
internal sealed class LayeredOpenDirectory(IReadOnlyList<IOpenDirectory> parts) : IOpenDirectory
{
    /// <summary>Another as soon as one of the parts has another, and as old as the youngest.</summary>
    public DirectoryStamp Stamp { get; } = parts.Select(part => part.Stamp).Aggregate((all, one) => unchecked(new DirectoryStamp(
        (all.Device * 31) + one.Device,
        (all.Inode * 31) + one.Inode,
        Math.Max(all.ChangedSeconds, one.ChangedSeconds),
        (uint)HashCode.Combine(all.ChangedSeconds, all.ChangedNanoseconds, one.ChangedSeconds, one.ChangedNanoseconds))));

    public IChangeToken? Watch()
    {
        IChangeToken[] tokens = [.. parts.Select(part => part.Watch()).OfType<IChangeToken>()];
        return tokens.Length == 0 ? null : new CompositeChangeToken(tokens);
    }

    public bool TryRead(DirectorySnapshotBuilder entries)
    {
        foreach (var part in parts)
        {
            entries.BeginLayer();
            if (!part.TryRead(entries))
            {
                return false;
            }
        }

        return true;
    }

    public void Dispose()
    {
        foreach (var part in parts)
        {
            part.Dispose();
        }
    }
}
