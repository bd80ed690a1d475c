namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>
/// Directories whose files are opened beneath them, and so are not a provider's to give, by whatever path it names them: a build writes
/// down the path that the project had for it, and the application may be started by another.
/// </summary>
/// <param name="paths">The directories.</param>
internal sealed class ContainedDirectories(IEnumerable<string> paths)
{
    // As the kernel's own limit, path_resolution(7).
    private const int MaxLinks = 40;

    private static readonly StringComparer Comparer = OperatingSystem.IsLinux() ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase;

    private readonly HashSet<string> _directories = new(paths.Select(path => Follow(path, null, 0)), Comparer);

    /// <summary>
    /// Whether the way along a path leads through one of them, links in between followed, wherever a link in that directory then leads.
    /// </summary>
    public bool Has(string path) => _directories.Count > 0 && Follow(path, _directories, 0).Length == 0;

    // The path without links; empty as soon as the way comes to one of the directories.
    private static string Follow(string path, HashSet<string>? directories, int links)
    {
        var full = Path.GetFullPath(path);
        var way = Path.GetPathRoot(full)!;
        foreach (var name in full[way.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            way = Path.Combine(way, name);
            if (links < MaxLinks && new FileInfo(way).LinkTarget is { } target)
            {
                way = Follow(Path.Combine(Path.GetDirectoryName(way)!, target), directories, links + 1);
            }

            if (way.Length == 0 || directories?.Contains(way) == true)
            {
                return "";
            }
        }

        return way;
    }
}
