using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>
/// Opens files by their full path, for systems without the calls that <see cref="LinuxFileRoot"/> needs. Links are
/// looked for before the file is opened, so whoever changes the tree at that moment can lead the way out.
/// </summary>
internal sealed partial class PortableFileRoot(string root, SymlinkPolicy symlinks) : IFileRoot
{
    private readonly string _prefix = Path.EndsInDirectorySeparator(root) ? root : root + Path.DirectorySeparatorChar;

    public string Strategy => "full path";

    public OpenResult Open(ReadOnlySpan<byte> path)
    {
        var relative = Encoding.UTF8.GetString(path[..^1]);
        if (OperatingSystem.IsWindows() && !IsPlainOnWindows(relative))
        {
            return new OpenResult(OpenOutcome.NotFound);
        }

        var full = Path.GetFullPath(_prefix + relative);
        if (!full.StartsWith(_prefix, StringComparison.Ordinal) || !MayFollow(full))
        {
            return new OpenResult(OpenOutcome.NotFound);
        }

        if (Directory.Exists(full))
        {
            return new OpenResult(OpenOutcome.Directory);
        }

        return File.Exists(full) ? OpenFile(full) : new OpenResult(OpenOutcome.NotFound);
    }

    public bool TryStat(SafeFileHandle file, out FileStat stat)
    {
        stat = PhysicalFile.Stat(file);
        return true;
    }

    private static OpenResult OpenFile(string full)
    {
        try
        {
            return PhysicalFile.Open(full);
        }
        catch (UnauthorizedAccessException)
        {
            return new OpenResult(OpenOutcome.Denied);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return new OpenResult(OpenOutcome.NotFound);
        }
        catch (IOException)
        {
            return new OpenResult(OpenOutcome.Unavailable);
        }
    }

    private bool MayFollow(string full)
    {
        if (symlinks == SymlinkPolicy.Follow)
        {
            return true;
        }

        for (var path = full; path.Length > _prefix.Length; path = Path.GetDirectoryName(path)!)
        {
            var entry = new FileInfo(path);
            if (entry.LinkTarget is not null && (symlinks == SymlinkPolicy.Deny || !EndsInside(entry)))
            {
                return false;
            }
        }

        return true;
    }

    private bool EndsInside(FileInfo link)
    {
        try
        {
            var target = link.ResolveLinkTarget(returnFinalTarget: true);
            return target?.FullName.StartsWith(_prefix, StringComparison.Ordinal) == true;
        }
        catch (IOException)
        {
            // A loop of links.
            return false;
        }
    }

    // Colons name alternate streams and devices; dots and blanks at the end of a name are ignored by Windows.
    private static bool IsPlainOnWindows(string relative)
    {
        foreach (var range in relative.AsSpan().Split('/'))
        {
            var name = relative.AsSpan(range);
            if (name.IndexOfAny(Path.GetInvalidFileNameChars()) >= 0 || name is [.., '.' or ' '])
            {
                return false;
            }
        }

        return true;
    }
}
