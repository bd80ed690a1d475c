namespace Aeronet.Testing;

/// <summary>The pages of the documentation, by their paths in the repository.</summary>
public static class Documents
{
    private static readonly string[] s_folders = ["docs", "samples", "eng", "src"];

    /// <summary>Every page, of the root and of the folders that people read.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. Directory.EnumerateFiles(Repository.Root, "*.md")
            .Concat(s_folders.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.md", SearchOption.AllDirectories)))
            .Select(path => Path.GetRelativePath(Repository.Root, path))
            .Where(path => !path.Split('/').Any(part => part is "bin" or "obj" or "node_modules"))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The code fences of a page, in order. One without an end goes to the end of the page.</summary>
    public static IReadOnlyList<CodeFence> Fences(string page)
    {
        var fences = new List<CodeFence>();
        var lines = Repository.Read(page).Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var text = lines[i].TrimStart(' ');
            var mark = text.StartsWith("```", StringComparison.Ordinal) || text.StartsWith("~~~", StringComparison.Ordinal) ? text[0] : '\0';
            if (mark == '\0')
                continue;

            var indent = lines[i].Length - text.Length;
            var length = text.TakeWhile(c => c == mark).Count();
            var (first, info) = (i + 1, text[length..].Split(' ', StringSplitOptions.RemoveEmptyEntries));
            var content = lines.Skip(first).TakeWhile(line => !IsEnd(line, mark, length))
                .Select(line => line[Math.Min(indent, line.Length - line.TrimStart(' ').Length)..]).ToArray();
            i = first + content.Length;
            fences.Add(new CodeFence(page, first, info.FirstOrDefault() ?? "", info.ElementAtOrDefault(1) ?? "", string.Join('\n', content) + "\n"));
        }

        return fences;
    }

    private static bool IsEnd(string line, char mark, int length)
    {
        var text = line.Trim();
        return text.Length >= length && text.All(c => c == mark);
    }
}
