using System.Text.RegularExpressions;

namespace Aeronet.AspNetCore.Showcase.Tests.Documentation;

/// <summary>Commands of the documentation: bash can read them, and what they name of this repository is there.</summary>
internal static partial class ShellBlock
{
    // The variables that something here reads.
    private static readonly Lazy<HashSet<string>> s_variables = new(() => [.. Variable().Matches(string.Concat(new[] { "eng", "src", "test", "samples" }
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*", SearchOption.AllDirectories))
        .Where(file => Path.GetExtension(file) is ".cs" or ".sh" && !file.Contains("/obj/", StringComparison.Ordinal) && !file.EndsWith("/CodeBlockTests.cs", StringComparison.Ordinal))
        .Select(File.ReadAllText))).Select(match => match.Value)]);

    /// <summary>What is wrong with them.</summary>
    public static async Task<IReadOnlyList<string>> FaultsOfAsync(CodeFence fence)
    {
        var syntax = await ExternalTool.Require("bash").RunAsync("-n", "-c", fence.Text);
        return
        [
            .. syntax.ExitCode == 0 ? Array.Empty<string>() : [syntax.Error],
            .. fence.Text.Split('\n').SelectMany(line => FaultsOfScript(line.Split(" #")[0])),
            .. Variable().Matches(fence.Text).Select(match => match.Value).Where(name => !s_variables.Value.Contains(name))
                .Select(name => $"nobody reads {name}"),
            .. Project().Matches(fence.Text).Select(match => match.Groups["path"].Value).Where(path => !Path.Exists(Path.Combine(Repository.Root, path)))
                .Select(path => $"there is no {path}"),
        ];
    }

    // A script of this repository, and the switches that it is called with, as its own text has them.
    private static IEnumerable<string> FaultsOfScript(string line)
    {
        var match = Script().Match(line);
        if (!match.Success)
            yield break;

        var path = Path.Combine(Repository.Root, match.Groups["path"].Value);
        if (!File.Exists(path))
        {
            yield return $"there is no {match.Groups["path"].Value}";
            yield break;
        }

        if ((File.GetUnixFileMode(path) & UnixFileMode.UserExecute) == 0)
            yield return $"{match.Groups["path"].Value} is not executable";

        var script = File.ReadAllText(path);
        var arguments = line[(match.Index + match.Length)..].Split(" -- ")[0];
        foreach (var name in Switch().Matches(arguments).Select(found => found.Value).Where(name => !script.Contains(name, StringComparison.Ordinal)))
            yield return $"{match.Groups["path"].Value} knows no {name}";
    }

    [GeneratedRegex(@"(?<![\w/])\./(?<path>eng/[\w./-]+)")]
    private static partial Regex Script();

    [GeneratedRegex(@"--[a-z0-9][a-z0-9-]*")]
    private static partial Regex Switch();

    [GeneratedRegex(@"\bAERONET_[A-Z_]+\b")]
    private static partial Regex Variable();

    [GeneratedRegex(@"--project (?<path>(samples|test|eng|src)/\S+)")]
    private static partial Regex Project();
}
