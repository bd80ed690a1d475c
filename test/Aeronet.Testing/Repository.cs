using Xunit;

namespace Aeronet.Testing;

/// <summary>The sources that these tests were built from.</summary>
public static class Repository
{
    /// <summary>The folder of the solution, or a skip where the sources are not at hand.</summary>
    public static string Root
    {
        get
        {
            // Not by the compiler's path of this file: a deterministic build does not keep it.
            for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            {
                if (File.Exists(Path.Combine(folder, "Aeronet.AspNetCore.sln")))
                    return folder;
            }

            Assert.Skip("the sources are not where the tests were built");
            return "";
        }
    }

    /// <summary>The text of a file, by its path in the repository.</summary>
    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>The rows of the Markdown table whose heading row starts with <paramref name="heading"/>, in the part of a document after <paramref name="section"/>.</summary>
    public static string[][] Table(string path, string section, string heading)
    {
        var lines = Read(path).Split('\n').SkipWhile(line => line != section).SkipWhile(line => !line.StartsWith(heading, StringComparison.Ordinal));
        return [.. lines.Skip(2).TakeWhile(line => line.StartsWith('|')).Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries))];
    }
}
