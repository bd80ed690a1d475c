namespace Aeronet.AspNetCore.Transport.Tls.Policies;

/// <summary>
/// The files that one reading of settings looked at, each as it was just before. Nothing that has been read belongs together unless
/// all of them are still the same afterwards: a directory of Kubernetes (<c>..data</c>), say, can be swapped between a certificate and its key.
/// </summary>
internal sealed class ReadFiles
{
    // As Linux has it (MAXSYMLINKS, path_resolution(7)).
    private const int MaxLinks = 40;

    private readonly Dictionary<string, FileStamp> _stamps = [];

    internal IReadOnlyCollection<string> Paths => _stamps.Keys;

    /// <summary>Whether one of them is another file by now, or the same with other content.</summary>
    internal bool HaveChanged => _stamps.Any(file => FileStamp.Of(file.Key) != file.Value);

    /// <summary>A file is about to be read.</summary>
    internal void Note(string path) => _stamps.TryAdd(path, FileStamp.Of(path));

    /// <summary>The folders in which a change can put another file in the place of one of these: where it is, and where links on the way to it are.</summary>
    internal IReadOnlySet<string> Folders()
    {
        var folders = new HashSet<string>();
        foreach (var path in _stamps.Keys)
        {
            AddFolders(Path.GetFullPath(path), folders);
        }

        return folders;
    }

    private static void AddFolders(string path, HashSet<string> folders)
    {
        var at = Path.GetPathRoot(path)!;
        var rest = new Stack<string>();
        Push(path);
        for (var links = 0; rest.TryPop(out var name);)
        {
            if (name == "..")
            {
                at = Path.GetDirectoryName(at) ?? at;
                continue;
            }

            var next = Path.Combine(at, name);
            if (name != "." && links < MaxLinks && new FileInfo(next).LinkTarget is { } target)
            {
                links++;
                folders.Add(at);
                at = Path.IsPathRooted(target) ? Path.GetPathRoot(target)! : at;
                Push(target);
            }
            else if (name != ".")
            {
                at = next;
            }
        }

        folders.Add(Path.GetDirectoryName(at) ?? at);

        void Push(string names)
        {
            foreach (var name in names[(Path.GetPathRoot(names)?.Length ?? 0)..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Reverse())
            {
                rest.Push(name);
            }
        }
    }
}
