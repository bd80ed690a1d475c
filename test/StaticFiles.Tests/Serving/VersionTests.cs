using System.Globalization;
using Aeronet.AspNetCore.StaticFiles.Tests.Support;
using Microsoft.Extensions.FileProviders;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Serving;

/// <summary>Other content of the same size, dated as the old one was: <c>cp -p</c>, <c>rsync --inplace -t</c>, reproducible builds.</summary>
public sealed class VersionTests
{
    private static readonly DateTime Dated = new(2024, 2, 29, 12, 34, 56, DateTimeKind.Utc);

    [Theory, EachServer(0), EachServer(256)]
    public async Task Get_OtherContentOfSameSizeAndTime_OtherTag(ServerKind server, int cacheSize)
    {
        await using var site = await TestSite.StartAsync(server, o => o.OpenFileCacheSize = cacheSize);
        Put(site, "hello");
        await SettleAsync();
        var tag = (await site.GetAsync("/file.txt"))["ETag"]!;
        Assert.StartsWith("\"", tag, StringComparison.Ordinal);
        Assert.Equal(tag, (await site.GetAsync("/file.txt"))["ETag"]);

        Put(site, "hullo");
        await SettleAsync();

        Assert.Equal("hullo", (await site.GetAsync("/file.txt", $"If-None-Match: {tag}")).Text);
        Assert.Equal("hullo", (await site.GetAsync("/file.txt", "Range: bytes=2-", $"If-Range: {tag}")).Text);
    }

    [Fact]
    public async Task Get_OtherContentOfSameSizeAndTimeByProvider_OtherTag()
    {
        await using var site = await TestSite.StartAsync(ServerKind.Aeronet);
        Put(site, "hello");
        using var files = new PhysicalFileProvider(site.Root);
        await using var provided = await TestSite.StartAsync(ServerKind.Aeronet, o => (o.Root, o.FileProvider) = (null, files));
        await SettleAsync();
        var tag = (await provided.GetAsync("/file.txt"))["ETag"]!;
        Assert.StartsWith("\"", tag, StringComparison.Ordinal);

        Put(site, "hullo");
        await SettleAsync();

        Assert.Equal("hullo", (await provided.GetAsync("/file.txt", $"If-None-Match: {tag}")).Text);
        Assert.Equal("hullo", (await provided.GetAsync("/file.txt", "Range: bytes=2-", $"If-Range: {tag}")).Text);
    }

    // What has no path is told apart by its content, which is read anyhow: two assemblies of a reproducible build have one date.
    [Fact]
    public async Task Get_OtherResourceOfSameSizeAndTime_OtherTag()
    {
        var tags = new List<string?>();
        foreach (var content in (string[])["hello", "hullo", "hello"])
        {
            var files = new TextProvider(("file.txt", content));
            await using var site = await TestSite.StartAsync(ServerKind.Aeronet, o => (o.Root, o.FileProvider) = (null, files));
            tags.Add((await site.GetAsync("/file.txt"))["ETag"]);
        }

        Assert.Equal(tags[0], tags[2]);
        Assert.NotEqual(tags[0], tags[1]);
        Assert.All(tags, tag => Assert.StartsWith("\"", tag, StringComparison.Ordinal));
    }

    // RFC 9110 section 8.8.2.2: a date tells one version only where it is that of the last change.
    [Theory, EachServer]
    public async Task GetRange_DateSetByTool_NoPartByIt(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server);
        Put(site, "hello");
        await SettleAsync();
        var date = (await site.GetAsync("/file.txt"))["Last-Modified"];
        Put(site, "other");

        Assert.Equal("other", (await site.GetAsync("/file.txt", "Range: bytes=2-", $"If-Range: {date}")).Text);
    }

    // Two changes within one tick of the clock have one change time.
    [Fact]
    public async Task Get_JustChangedWhateverItsDate_WeakTag()
    {
        await using var site = await TestSite.StartAsync(ServerKind.Aeronet);
        var isWeak = false;
        for (var attempt = 0; attempt < 50 && !isWeak; attempt++)
        {
            Put(site, "hello");
            isWeak = (await site.GetAsync("/file.txt"))["ETag"]!.StartsWith("W/\"", StringComparison.Ordinal);
        }

        Assert.True(isWeak, "No answer within 20 ms of a change had a weak tag.");
    }

    // Dates that whole file systems and packages share: the Unix epoch (containers, ostree), a second later (Nix), that of ZIP, that of npm.
    [Theory]
    [EachServer("1970-01-01T00:00:00Z")]
    [EachServer("1970-01-01T00:00:01Z")]
    [EachServer("1980-01-01T00:00:00Z")]
    [EachServer("1980-02-01T00:00:00Z")]
    [EachServer("1985-10-26T08:15:00Z")]
    public async Task Get_DateThatBuildsShare_NoLastModified(ServerKind server, string time)
    {
        await using var site = await TestSite.StartAsync(server);
        site.Write("file.txt", "hello");
        var date = DateTimeOffset.Parse(time, CultureInfo.InvariantCulture);
        File.SetLastWriteTimeUtc(site.PathOf("file.txt"), date.UtcDateTime);
        await SettleAsync();
        var field = date.ToString("r", CultureInfo.InvariantCulture);

        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head])
        {
            var answer = await site.SendAsync(method, "/file.txt", $"If-Modified-Since: {DateTime.UtcNow:r}");
            Assert.Equal((200, null), (answer.Status, answer["Last-Modified"]));
        }

        Assert.Equal(200, (await site.GetAsync("/file.txt", $"If-Unmodified-Since: {DateTimeOffset.UnixEpoch.AddDays(-1):r}")).Status);
        Assert.Equal(200, (await site.GetAsync("/file.txt", "Range: bytes=1-", $"If-Range: {field}")).Status);
        var part = await site.GetAsync("/file.txt", "Range: bytes=1-");
        Assert.Equal((206, null), (part.Status, part["Last-Modified"]));
        Assert.Equal(304, (await site.GetAsync("/file.txt", $"If-None-Match: {part["ETag"]}")).Status);
    }

    private static void Put(TestSite site, string content)
    {
        // In place: the inode stays.
        File.WriteAllText(site.PathOf("file.txt"), content);
        File.SetLastWriteTimeUtc(site.PathOf("file.txt"), Dated);
    }

    private static Task SettleAsync() => Task.Delay(60);
}
