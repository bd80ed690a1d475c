using System.Text.RegularExpressions;

namespace Aeronet.AspNetCore.Showcase.Tests.Documentation;

/// <summary>
/// Follows a page from top to bottom as its reader does. A block with a file name is saved under it. A block <c>sh run</c> is run, while the program
/// serves if it names a port, and must write what the next block of <c>text</c> has, where "..." stands for anything, and a time for any.
/// </summary>
public sealed partial class FollowTests
{
    // What pages ask a reader to have.
    private static readonly string[] s_tools = ["bash", "curl", "openssl"];

    public static TheoryData<string> Pages => [.. Documents.All.Where(page => Documents.Fences(page).Any(IsRun))];

    [Theory, MemberData(nameof(Pages))]
    public async Task Page_Followed_DoesWhatItSays(string page)
    {
        var others = await FollowAsync(Documents.Fences(page));

        Assert.True(others.Count == 0, string.Join('\n', others));
    }

    [Theory]
    [InlineData("b", "the commands before it write\na")]
    [InlineData("a", null)]
    [InlineData("...", null)]
    public async Task Commands_ThatWriteSomethingElse_AreFound(string said, string? fault)
    {
        var others = await FollowAsync([new CodeFence("docs/a.md", 1, "sh", "run", "echo a\n"), new CodeFence("docs/a.md", 5, "text", "", said + "\n")]);

        Assert.Equal(fault is null ? "" : $"docs/a.md:5: {fault}\n", string.Concat(others));
    }

    private static async Task<IReadOnlyList<string>> FollowAsync(IReadOnlyList<CodeFence> fences)
    {
        foreach (var tool in s_tools)
            ExternalTool.Require(tool);

        var others = new List<string>();
        await using var reader = new Follower();
        for (var i = 0; i < fences.Count; i++)
        {
            var fence = fences[i];
            if (IsRun(fence))
            {
                var output = await reader.RunAsync(fence);
                if (i + 1 < fences.Count && fences[i + 1].Language == "text" && !Matches(fences[i + 1].Text, output))
                    others.Add($"{fences[i + 1].Place}: the commands before it write\n{output}");
            }
            else if (fence.Name.Contains('.', StringComparison.Ordinal))
            {
                await reader.SaveAsync(fence);
            }
        }

        return others;
    }

    private static bool IsRun(CodeFence fence) => fence is { Language: "sh", Name: "run" };

    private static bool Matches(string expected, string output)
    {
        var pattern = Regex.Escape(Spaces().Replace(Time().Replace(expected.Trim(), "..."), " ")).Replace(@"\.\.\.", ".*", StringComparison.Ordinal);
        return Regex.IsMatch(Spaces().Replace(output.Trim(), " "), $"^{pattern}$", RegexOptions.Singleline);
    }

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")]
    private static partial Regex Time();

    // How wide a column is, is nobody's promise.
    [GeneratedRegex(" +")]
    private static partial Regex Spaces();
}
