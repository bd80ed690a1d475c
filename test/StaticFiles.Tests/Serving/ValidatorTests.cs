using Aeronet.AspNetCore.StaticFiles.Tests.Support;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Serving;

/// <summary>RFC 9110 section 8.8: which validators are strong, and when.</summary>
public sealed class ValidatorTests
{
    // Section 8.8.1: another change within the same tick of the clock would leave size and time as they are. A file of the future stays so.
    [Theory, EachServer]
    public async Task Get_JustChanged_WeakTag(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server);
        File.SetLastWriteTimeUtc(site.Write("file.txt", "hello"), DateTime.UtcNow.AddHours(1));

        var answer = await site.GetAsync("/file.txt");
        var tag = answer["ETag"]!;

        Assert.StartsWith("W/\"", tag, StringComparison.Ordinal);
        Assert.Equal(304, (await site.GetAsync("/file.txt", $"If-None-Match: {tag}")).Status);
        Assert.Equal(412, (await site.GetAsync("/file.txt", $"If-Match: {tag}")).Status);
        Assert.Equal(200, (await site.GetAsync("/file.txt", "If-Match: *")).Status);

        // Section 13.1.5: neither it nor its date makes a partial answer possible.
        Assert.Equal(200, (await site.GetAsync("/file.txt", "Range: bytes=0-1", $"If-Range: {tag}")).Status);
        Assert.Equal(200, (await site.GetAsync("/file.txt", "Range: bytes=0-1", $"If-Range: {answer["Last-Modified"]}")).Status);
        Assert.Equal(206, (await site.GetAsync("/file.txt", "Range: bytes=0-1")).Status);
    }

    // Section 8.8.3.2: the tag that follows must not match the weak one, whose content may have been another.
    [Theory, EachServer]
    public async Task Get_SomeTimeAfterChange_StrongTagThatDiffers(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server);

        // Whole seconds stand for a file system that knows no finer ones: two of them have to pass.
        var time = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1).UtcDateTime;
        File.SetLastWriteTimeUtc(site.Write("file.txt", "hello"), time);
        var weak = (await site.GetAsync("/file.txt"))["ETag"]!;
        Assert.StartsWith("W/\"", weak, StringComparison.Ordinal);

        var strong = (await site.GetUntilAsync("/file.txt", answer => answer["ETag"]!.StartsWith('"')))["ETag"]!;
        Assert.True(DateTime.UtcNow >= time.AddSeconds(2));
        Assert.Equal(200, (await site.GetAsync("/file.txt", $"If-None-Match: {weak}")).Status);
        Assert.Equal(304, (await site.GetAsync("/file.txt", $"If-None-Match: {strong}")).Status);
        Assert.Equal(206, (await site.GetAsync("/file.txt", "Range: bytes=0-1", $"If-Range: {strong}")).Status);
    }

    [Theory, EachServer]
    public async Task ContentHash_SameContent_SameTagWhateverTheFile(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server, o => (o.EntityTags, o.Precompressed) = (EntityTagSource.ContentHash, ["br"]));
        site.Write("a.txt", "hello");
        site.Write("b.txt", "hello");
        site.Write("c.txt", "hullo");
        site.Write("a.txt.br", "hello");

        var tag = (await site.GetAsync("/a.txt"))["ETag"]!;

        // SHA-256 of "hello" begins so.
        Assert.Equal("\"2cf24dba5fb0a30e26e83b2ac5b9e29e\"", tag);
        Assert.Equal(tag, (await site.GetAsync("/b.txt"))["ETag"]);
        Assert.NotEqual(tag, (await site.GetAsync("/c.txt"))["ETag"]);
        Assert.Equal("\"2cf24dba5fb0a30e26e83b2ac5b9e29e-br\"", (await site.GetAsync("/a.txt", "Accept-Encoding: br"))["ETag"]);
        Assert.Equal(304, (await site.GetAsync("/b.txt", $"If-None-Match: {tag}")).Status);
    }

    [Theory, EachServer]
    public async Task ContentHash_ContentChanged_OtherTag(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server, o => o.EntityTags = EntityTagSource.ContentHash);
        site.Write("a.txt", "hello");
        var first = (await site.GetAsync("/a.txt"))["ETag"];
        site.Write("a.txt", "hullo");
        var second = (await site.GetAsync("/a.txt"))["ETag"];
        site.Write("a.txt", "hello");

        Assert.NotEqual(first, second);
        Assert.Equal(first, (await site.GetAsync("/a.txt"))["ETag"]);
    }

    // Hashed within the tick of its change, the file is hashed again: it may have changed once more since.
    [Theory, EachServer]
    public async Task ContentHash_ChangedUnnoticeably_TagOfWhatIsThere(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(
            server, o => (o.EntityTags, o.OpenFileCacheMaxAge) = (EntityTagSource.ContentHash, TimeSpan.FromHours(1)));
        var time = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1).UtcDateTime;
        File.SetLastWriteTimeUtc(site.Write("a.txt", "hullo"), time);
        Assert.StartsWith("W/", (await site.GetAsync("/a.txt"))["ETag"]!, StringComparison.Ordinal);
        using (var file = File.OpenHandle(site.PathOf("a.txt"), FileMode.Open, FileAccess.Write))
        {
            RandomAccess.Write(file, "hello"u8, 0);
            File.SetLastWriteTimeUtc(file, time);
        }

        var strong = (await site.GetUntilAsync("/a.txt", answer => answer["ETag"]!.StartsWith('"')))["ETag"]!;

        Assert.Equal("\"2cf24dba5fb0a30e26e83b2ac5b9e29e\"", strong);
    }
}
