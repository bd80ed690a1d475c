using Aeronet.AspNetCore.StaticFiles.Tests.Support;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Changes;

/// <summary>A deployment that swaps the link to the root: the old one's file system can be unmounted soon after.</summary>
public sealed class RootSwapTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RootSwapped_NoRequestAfterwards_OldRootIsClosed(bool watches)
    {
        await using var site = await StartAsync(watches);
        Assert.Equal("v1", (await site.GetAsync("/file.txt")).Text);
        Assert.Equal(2, OpenDescriptors.Below(site.PathOf("v1")));

        Swap(site);

        await Eventually.HoldsAsync(() => OpenDescriptors.Below(site.PathOf("v1")) == 0, "the old root is closed", timeout: Soon);
        Assert.Equal("v2", (await site.GetAsync("/file.txt")).Text);
    }

    [Fact]
    public async Task RootSwapped_RequestsGoOn_OldRootIsClosedAtOnce()
    {
        await using var site = await StartAsync(watches: true);
        Assert.Equal("v1", (await site.GetAsync("/file.txt")).Text);

        Swap(site);

        await site.GetUntilAsync("/file.txt", answer => answer.Text == "v2");
        Assert.Equal(0, OpenDescriptors.Below(site.PathOf("v1")));
    }

    private static Task<TestSite> StartAsync(bool watches) => TestSite.StartAsync(ServerKind.Aeronet, o =>
    {
        foreach (var version in (string[])["v1", "v2"])
        {
            Directory.CreateDirectory($"{o.Root}/{version}/web");
            File.WriteAllText($"{o.Root}/{version}/web/file.txt", version);
        }

        File.CreateSymbolicLink($"{o.Root}/current", "v1");
        o.Root += "/current/web";
        o.WatchDirectories = watches;
    });

    private static void Swap(TestSite site)
    {
        site.Link("next", "v2");
        using var mv = System.Diagnostics.Process.Start("mv", ["-fT", site.PathOf("next"), site.PathOf("current")]);
        mv.WaitForExit();
    }
}
