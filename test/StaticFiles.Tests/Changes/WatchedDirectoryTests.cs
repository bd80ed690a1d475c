using Aeronet.AspNetCore.StaticFiles.Tests.Support;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Changes;

/// <summary>Names that lead elsewhere while the file they led to stays as it was: only watching tells.</summary>
public sealed class WatchedDirectoryTests
{
    // Long enough that nothing here is seen by looking a name up again.
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);

    public WatchedDirectoryTests() => GatedEvents.Create().Dispose();

    [Theory, EachServer]
    public async Task Get_DirectorySwapped_NewFile(ServerKind server)
    {
        await using var site = await StartAsync(server);
        site.Write("a/b/c/file.txt", "first");
        site.Write("next/b/c/file.txt", "second");
        await AssertKeptAsync(site, "/a/b/c/file.txt", "first");

        Directory.Move(site.PathOf("a"), site.PathOf("old"));
        Directory.Move(site.PathOf("next"), site.PathOf("a"));

        await AssertBecomesAsync(site, "/a/b/c/file.txt", "second");

        // Watches follow: the directory that is there now is watched in place of the first.
        await AssertKeptAsync(site, "/a/b/c/file.txt", "second");
        Directory.Move(site.PathOf("a/b"), site.PathOf("a/gone"));
        await AssertBecomesAsync(site, "/a/b/c/file.txt", "");
    }

    [Fact]
    public async Task Get_LinkSwapped_NewFile()
    {
        await using var site = await StartAsync(ServerKind.Aeronet);
        site.Write("v1/file.txt", "first");
        site.Write("v2/file.txt", "second");
        site.Link("current", "v1");
        site.Link("file.txt", "current/file.txt");
        await AssertKeptAsync(site, "/current/file.txt", "first");
        await AssertKeptAsync(site, "/file.txt", "first");

        // As a deployment, and Kubernetes for its volumes, swaps a link.
        await SwapAsync(site, "current", "v2");

        await AssertBecomesAsync(site, "/current/file.txt", "second");
        await AssertBecomesAsync(site, "/file.txt", "second");
    }

    // Through a link one directory is watched by two paths.
    [Fact]
    public async Task Get_TwoPathsToOneDirectory_BothNoticed()
    {
        await using var site = await StartAsync(ServerKind.Aeronet);
        var path = site.Write("dir/file.txt", "first");
        site.Write("second.txt", "second");
        site.Link("link", "dir");
        await AssertKeptAsync(site, "/dir/file.txt", "first");
        await AssertKeptAsync(site, "/link/file.txt", "first");
        File.Delete(site.PathOf("link"));
        await AssertBecomesAsync(site, "/link/file.txt", "");

        File.Move(path, site.PathOf("kept.txt"));
        File.Move(site.PathOf("second.txt"), path);

        await AssertBecomesAsync(site, "/dir/file.txt", "second");
    }

    [Fact]
    public async Task Get_RootSwapped_NewRoot()
    {
        await using var site = await StartAsync(ServerKind.Aeronet, o =>
        {
            foreach (var version in (string[])["v1", "v2"])
            {
                Directory.CreateDirectory($"{o.Root}/{version}/web/sub");
                File.WriteAllText($"{o.Root}/{version}/web/file.txt", version);
                File.WriteAllText($"{o.Root}/{version}/web/sub/file.txt", version);
            }

            File.CreateSymbolicLink($"{o.Root}/current", "v1");
            o.Root += "/current/web";
        });
        await AssertKeptAsync(site, "/file.txt", "v1");

        await SwapAsync(site, "current", "v2");

        await AssertBecomesAsync(site, "/file.txt", "v2");
        await AssertKeptAsync(site, "/file.txt", "v2");
        await AssertKeptAsync(site, "/sub/file.txt", "v2");
        Directory.Move(site.PathOf("v2/web/sub"), site.PathOf("v2/web/gone"));
        await AssertBecomesAsync(site, "/sub/file.txt", "");
    }

    [Fact]
    public async Task Get_PermissionTaken_Forbidden()
    {
        await using var site = await TestSite.StartAsync(ServerKind.Aeronet, o => o.OpenFileCacheMaxAge = Never, before: Unprivileged.Use);
        var path = site.Write("dir/file.txt", "first");
        await AssertKeptAsync(site, "/dir/file.txt", "first");

        File.SetUnixFileMode(path, UnixFileMode.None);

        await site.GetUntilAsync("/dir/file.txt", answer => answer.Status == 403);
    }

    [Fact]
    public async Task Get_BetterDefaultDocumentOrVariantAppears_Served()
    {
        await using var site = await StartAsync(ServerKind.Aeronet, o =>
        {
            o.DefaultDocuments = ["index.html", "index.htm"];
            o.Precompressed = ["gzip"];
        });
        site.Write("dir/index.htm", "second choice");
        site.Write("app.js", "original");
        await AssertKeptAsync(site, "/dir/", "second choice");
        await AssertKeptAsync(site, "/app.js", "original", "Accept-Encoding: gzip");

        site.Write("dir/index.html", "first choice");
        site.Write("app.js.gz", "compressed");

        await AssertBecomesAsync(site, "/dir/", "first choice");
        await AssertBecomesAsync(site, "/app.js", "compressed", "Accept-Encoding: gzip");
    }

    [Fact]
    public async Task Get_NotWatching_OldFileUntilMaxAge()
    {
        await using var site = await StartAsync(ServerKind.Aeronet, o => o.WatchDirectories = false);
        using var totals = new MetricTotals(site.Host.Services);
        site.Write("dir/file.txt", "first");
        await AssertKeptAsync(site, "/dir/file.txt", "first");
        Directory.Move(site.PathOf("dir"), site.PathOf("old"));
        await Task.Delay(100);

        Assert.Equal("first", (await site.GetAsync("/dir/file.txt")).Text);
        Assert.Equal(0, totals.Count("aeronet.files.watched"));
    }

    [Fact]
    public async Task Get_ThousandsOfDirectories_EachWatchedAndNoDescriptorLeft()
    {
        const int Count = 3000;
        await using var site = await StartAsync(ServerKind.Aeronet, o => o.OpenFileCacheSize = 256);
        using var totals = new MetricTotals(site.Host.Services);
        for (var i = 0; i < Count; i++)
        {
            site.Write($"{i / 100}/{i}/file.txt", $"content of {i}");
        }

        for (var i = 0; i < Count; i++)
        {
            Assert.Equal($"content of {i}", (await site.GetAsync($"/{i / 100}/{i}/file.txt")).Text);
        }

        Assert.Equal(0, totals.Total("aeronet.files.watch_failures"));
        Assert.InRange(totals.Total("aeronet.files.watched"), Count + (Count / 100) + 1, 4096);
        await AssertKeptAsync(site, "/29/2999/file.txt", "content of 2999");
        await AssertKeptAsync(site, "/29/2998/file.txt", "content of 2998");
        Directory.Move(site.PathOf("29/2999"), site.PathOf("29/gone"));
        await AssertBecomesAsync(site, "/29/2999/file.txt", "");
        Assert.Equal("content of 2998", (await site.GetAsync("/29/2998/file.txt")).Text);

        // A file for each place of the cache, and none for directories.
        Assert.InRange(OpenDescriptors.Below(site.Root), 1, 256);
        await site.Host.StopAsync();
        Assert.Equal(0, totals.Total("aeronet.files.watched"));
        await OpenDescriptors.BecomeAsync(site.Root, 0);
    }

    // File.Move takes no link to a directory.
    private static async Task SwapAsync(TestSite site, string link, string target)
    {
        site.Link("next", target);
        var moved = await ExternalTool.Require("mv").RunAsync("-fT", site.PathOf("next"), site.PathOf(link));
        Assert.True(moved.ExitCode == 0, moved.Error);
    }

    private static Task<TestSite> StartAsync(ServerKind server, Action<AeronetStaticFileOptions>? options = null)
        => TestSite.StartAsync(server, o =>
        {
            o.OpenFileCacheMaxAge = Never;
            options?.Invoke(o);
        });

    // Twice: a directory that has only just been watched is looked at again.
    private static async Task AssertKeptAsync(TestSite site, string target, string content, params string[] headers)
    {
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(content, (await site.GetAsync(target, headers)).Text);
        }
    }

    private static async Task AssertBecomesAsync(TestSite site, string target, string content, params string[] headers)
        => await site.GetUntilAsync(target, answer => content.Length == 0 ? answer.WasPassedOn : answer.Text == content, headers);
}
