using Aeronet.AspNetCore.StaticFiles.Tests.Support;

namespace Aeronet.AspNetCore.StaticFiles.Tests.DirectoryIndex;

/// <summary>Someone swaps a directory for a link out of the root while it is listed.</summary>
public sealed class ListingRaceTests
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData(SymlinkPolicy.Deny)]
    [InlineData(SymlinkPolicy.InsideRoot)]
    public async Task List_DirectorySwappedForLink_NothingFromOutside(SymlinkPolicy policy)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux.");
        await using var site = await IndexSite.StartAsync(ServerKind.Aeronet, options: o => o.Symlinks = policy);
        site.Write("real/inside.txt", "x");
        site.Write("real/README.md", "inside");
        site.Write("../out/secret.txt", "x");
        site.Write("../out/README.md", "secret");
        site.Link("link", "../out");
        using var stop = new CancellationTokenSource(Duration);
        var swapping = Task.Run(() => Swap(site, stop.Token), CancellationToken.None);

        var (listed, refused) = (0, 0);
        while (!stop.IsCancellationRequested)
        {
            var answer = await site.GetAsync("/dir/");
            Assert.DoesNotContain("secret", answer.Text);
            _ = answer.Status == 200 ? listed++ : refused++;
        }

        await swapping;
        Assert.True(listed > 0 && refused > 0, $"The race did not take place: {listed} listed, {refused} refused.");
    }

    private static void Swap(TestSite site, CancellationToken stop)
    {
        var (dir, real, link) = (site.PathOf("dir"), site.PathOf("real"), site.PathOf("link"));
        while (!stop.IsCancellationRequested)
        {
            Directory.Move(real, dir);
            Thread.Yield();
            Directory.Move(dir, real);
            Directory.Move(link, dir);
            Thread.Yield();
            Directory.Move(dir, link);
        }
    }
}
