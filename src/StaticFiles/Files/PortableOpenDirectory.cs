using System.Text;
using Aeronet.AspNetCore.StaticFiles.Files.Directories;

namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>Reads a directory by the framework's means. Names that are no Unicode are left out: it cannot tell their bytes.</summary>
internal sealed class PortableOpenDirectory(DirectoryInfo directory, Func<string, bool> mayFollow) : IOpenDirectory
{
    public DirectoryStamp Stamp { get; } = new(
        0, 0, SecondsOf(directory), (uint)(directory.LastWriteTimeUtc.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick));

    public bool TryRead(DirectorySnapshotBuilder entries)
    {
        try
        {
            foreach (var entry in directory.EnumerateFileSystemInfos())
            {
                if (entries.IsTruncated)
                {
                    break;
                }

                Add(entry, entries);
            }

            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        // Nothing is open between the calls.
    }

    private void Add(FileSystemInfo entry, DirectorySnapshotBuilder entries)
    {
        var name = Encoding.UTF8.GetBytes(entry.Name);
        if (!entries.Lists(name) || entry.Name.Contains('\uFFFD', StringComparison.Ordinal))
        {
            return;
        }

        var target = entry.LinkTarget is null ? entry : TargetOf(entry);
        if (target is DirectoryInfo { Exists: true })
        {
            entries.Add(name, isDirectory: true, 0, SecondsOf(target));
        }
        else if (target is FileInfo { Exists: true } file && entries.ListsFile(name))
        {
            entries.Add(name, isDirectory: false, file.Length, SecondsOf(file));
        }
    }

    private FileSystemInfo? TargetOf(FileSystemInfo link)
    {
        try
        {
            return mayFollow(link.FullName) ? link.ResolveLinkTarget(returnFinalTarget: true) : null;
        }
        catch (IOException)
        {
            // A loop of links.
            return null;
        }
    }

    private static long SecondsOf(FileSystemInfo entry) => new DateTimeOffset(entry.LastWriteTimeUtc).ToUnixTimeSeconds();
}
