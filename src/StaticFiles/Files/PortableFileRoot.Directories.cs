using System.Text;
using Aeronet.AspNetCore.StaticFiles.Files.Directories;

namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>Directories by full path, with the same check before as files.</summary>
internal sealed partial class PortableFileRoot : IDirectoryRoot
{
    public OpenOutcome OpenDirectory(ReadOnlySpan<byte> path, out IOpenDirectory? directory)
    {
        directory = null;
        var relative = Encoding.UTF8.GetString(path[..^1]);
        if (relative.Length > 0 && OperatingSystem.IsWindows() && !IsPlainOnWindows(relative))
        {
            return OpenOutcome.NotFound;
        }

        var full = Path.GetFullPath(_prefix + relative);
        if (!full.StartsWith(_prefix, StringComparison.Ordinal) || !MayFollow(full) || !Directory.Exists(full))
        {
            return OpenOutcome.NotFound;
        }

        directory = new PortableOpenDirectory(new DirectoryInfo(full), MayFollow);
        return OpenOutcome.Directory;
    }
}
