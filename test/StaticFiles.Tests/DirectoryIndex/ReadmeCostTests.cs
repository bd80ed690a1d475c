using System.Diagnostics;
using Aeronet.AspNetCore.StaticFiles.Listings.Rendering;
using Aeronet.AspNetCore.StaticFiles.Tests.Support;

namespace Aeronet.AspNetCore.StaticFiles.Tests.DirectoryIndex;

/// <summary>A README is somebody else's text: whatever it is, it costs so much and no more, once, and no loop waits.</summary>
public sealed class ReadmeCostTests
{
    private const int Size = 128 * 1024;

    public static TheoryData<string> Hostile =>
        ["[a](", "[", "![", "](", "*a ", "**a", "_a_", "`", "<", "&", "|", "|a\n", "~~", "> ", "- ", "1. ", "[a]: ", "[a][", "(", "\\", "a\n\n", "#", "http://", "www.a.", "<a", "* a\n  ", "^a^", "==a"];

    [Theory, MemberData(nameof(Hostile))]
    public Task Render_HostileText_BoundedInTime(string piece) => QuietMoment.TryAsync($"'{piece.ReplaceLineEndings("\\n")}'", TimeSpan.FromSeconds(3), () =>
    {
        var text = string.Concat(Enumerable.Repeat(piece, Size / piece.Length));
        var start = Stopwatch.GetTimestamp();
        try
        {
            Markdown.ToHtml(text);
        }
        catch (Exception error) when (error is ArgumentException or TimeoutException)
        {
            // Told in the log.
        }

        return Task.FromResult(Stopwatch.GetElapsedTime(start));
    });

    [Fact]
    public async Task Get_HostileReadme_OnceForAllAndOthersAreServed()
    {
        await using var site = await TestSite.StartAsync(ServerKind.Aeronet, o => o.DirectoryIndex.Enabled = true);
        site.Write("README.md", string.Concat(Enumerable.Repeat("[a](", Size / 4)));
        site.Write("small.txt", "small");
        await site.GetAsync("/small.txt");

        var lists = Task.WhenAll(Enumerable.Range(0, 8).Select(_ => site.GetAsync("/")));
        while (!lists.IsCompleted)
        {
            Assert.Equal("small", (await site.GetAsync("/small.txt")).Text);
        }

        Assert.All(await lists, answer => Assert.Contains("<bdi>small.txt</bdi>", answer.Text));

        // What was found stays found.
        await QuietMoment.TryAsync("the next list", TimeSpan.FromMilliseconds(500), async () =>
        {
            var start = Stopwatch.GetTimestamp();
            Assert.DoesNotContain("<section", (await site.GetAsync("/")).Text);
            return Stopwatch.GetElapsedTime(start);
        });
        Assert.Single(site.Host.Logs.Entries, e => e.EventId.Name == "ReadmeFailed");
        Assert.DoesNotContain(site.Host.Logs.From("Aeronet.AspNetCore.Transport"), e => e.EventId.Name == "LoopBlocked" && e.Message.StartsWith("GET / ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Get_LargestHonestReadme_Rendered()
    {
        await using var site = await TestSite.StartAsync(ServerKind.Aeronet, o => o.DirectoryIndex.Enabled = true);
        const string Paragraph = "Some *text* with [a link](sub/) and `code`, a list:\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n";
        site.Write("README.md", string.Concat(Enumerable.Repeat(Paragraph, Size / Paragraph.Length)));

        Assert.Contains("<section class=\"readme\"", (await site.GetAsync("/")).Text);
    }
}
