using System.Text.RegularExpressions;
using Aeronet.Testing;

namespace Aeronet.AspNetCore.Showcase.Tests.Documentation;

/// <summary>A reader who follows the links gets everywhere, and to what they name.</summary>
public sealed partial class LinkTests
{
    public static TheoryData<string> Pages => [.. Documents.All];

    [Theory, MemberData(nameof(Pages))]
    public void Link_ToAFileOrHeading_Exists(string page)
    {
        var broken = new List<string>();
        foreach (var (path, heading) in Links(page))
        {
            var target = path.Length == 0 ? page : Resolve(page, path);
            var full = Path.Combine(Repository.Root, target);
            if (!File.Exists(full) && !Directory.Exists(full))
                broken.Add($"{path}: there is no {target}");
            else if (heading.Length > 0 && !Anchors(target).Contains(heading))
                broken.Add($"{path}#{heading}: {target} has no such heading");
        }

        Assert.True(broken.Count == 0, $"{page}:\n{string.Join('\n', broken)}");
    }

    [Fact]
    public void Index_LeadsToEveryPage()
    {
        var named = Links("docs/README.md").Select(link => Resolve("docs/README.md", link.Path)).ToHashSet();

        Assert.All(Documents.All.Where(page => page.StartsWith("docs/", StringComparison.Ordinal) && page != "docs/README.md"), page => Assert.Contains(page, named));
    }

    [Fact]
    public void Readme_LeadsToTheIndex()
        => Assert.Contains(Links("README.md"), link => link.Path == "docs/README.md");

    private static string Resolve(string page, string path)
        => Path.GetRelativePath(Repository.Root, Path.GetFullPath(Path.Combine(Repository.Root, Path.GetDirectoryName(page)!, path)));

    private static IEnumerable<(string Path, string Heading)> Links(string page)
        => Link().Matches(CodeBlock().Replace(Repository.Read(page), ""))
            .Select(match => match.Groups[1].Value)
            .Where(target => !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal))
            .Select(target => target.Split('#') is [var path, var heading] ? (path, heading) : (target, ""));

    /// <summary>The anchors that GitHub gives the headings of a page.</summary>
    private static HashSet<string> Anchors(string page)
        => [.. Heading().Matches(CodeBlock().Replace(Repository.Read(page), ""))
            .Select(match => NotInAnchor().Replace(match.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'))];

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#{1,6} (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"[^\p{L}\p{N} _-]")]
    private static partial Regex NotInAnchor();
}
