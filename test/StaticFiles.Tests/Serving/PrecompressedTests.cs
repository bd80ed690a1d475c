using Aeronet.AspNetCore.StaticFiles.Tests.Support;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Serving;

/// <summary>RFC 9110 sections 8.4, 12.5.3 and 12.5.5: files that lie beside their original in a content coding.</summary>
public sealed class PrecompressedTests
{
    private const string Original = "original";

    [Theory]
    [EachServer("gzip, br", "br")]
    [EachServer("gzip, br;q=0.9", "gzip")]
    [EachServer("zstd, gzip;q=0.5", "zstd")]
    [EachServer("identity", null)]
    [EachServer("deflate", null)]
    public async Task Get_Variants_ByAcceptEncoding(ServerKind server, string accepted, string? coding)
    {
        await using var site = await StartAsync(server);

        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head])
        {
            var answer = await site.SendAsync(method, "/app.js", "Accept-Encoding: " + accepted);

            var body = coding is null ? Original : "in " + coding;
            Assert.Equal(200, answer.Status);
            Assert.Equal(coding, answer["Content-Encoding"]);
            Assert.Equal(method == HttpMethod.Get ? body : "", answer.Text);
            Assert.Equal(body.Length.ToString(), answer["Content-Length"]);
            Assert.Equal("text/javascript; charset=utf-8", answer["Content-Type"]);
            Assert.Equal("Accept-Encoding", answer["Vary"]);
        }
    }

    // Section 8.8.3.3: representations in different codings have different tags, and each is compared with its own.
    [Theory, EachServer]
    public async Task Get_Variants_OwnTags(ServerKind server)
    {
        await using var site = await StartAsync(server);
        var identity = await site.GetAsync("/app.js");
        var compressed = await site.GetAsync("/app.js", "Accept-Encoding: br");

        Assert.NotEqual(identity["ETag"], compressed["ETag"]);
        var notModified = await site.GetAsync("/app.js", "Accept-Encoding: br", $"If-None-Match: {compressed["ETag"]}");
        Assert.Equal(304, notModified.Status);
        Assert.Equal("Accept-Encoding", notModified["Vary"]);
        Assert.Null(notModified["Content-Encoding"]);
        Assert.Equal(200, (await site.GetAsync("/app.js", "Accept-Encoding: br", $"If-None-Match: {identity["ETag"]}")).Status);
    }

    // A client can do nothing with bytes out of the middle of a compressed stream: parts are of the file itself.
    [Theory, EachServer]
    public async Task GetRange_VariantLikedBest_PartsOfTheFile(ServerKind server)
    {
        await using var site = await StartAsync(server, o => o.RangeGap = 0);
        var identity = (await site.GetAsync("/app.js"))["ETag"];

        foreach (var condition in (string[][])[[], [$"If-Range: {identity}"]])
        {
            var one = await site.GetAsync("/app.js", ["Accept-Encoding: br", "Range: bytes=3-", .. condition]);
            Assert.Equal((206, "ginal", null, "bytes 3-7/8"), (one.Status, one.Text, one["Content-Encoding"], one["Content-Range"]));
            Assert.Equal((identity, "Accept-Encoding"), (one["ETag"], one["Vary"]));

            var several = await site.GetAsync("/app.js", ["Accept-Encoding: br", "Range: bytes=0-0,3-3", .. condition]);
            Assert.Equal("0-0/8:o 3-3/8:g", (await MultipartAnswer.ReadAsync(several)).ToString());
            Assert.Equal((null, identity, "Accept-Encoding"), (several["Content-Encoding"], several["ETag"], several["Vary"]));

            var beyond = await site.GetAsync("/app.js", ["Accept-Encoding: br", "Range: bytes=8-", .. condition]);
            Assert.Equal((416, "bytes */8"), (beyond.Status, beyond["Content-Range"]));
        }
    }

    // Who loads a file part by part says which version it began with: of the parts' own representation, not of the one that would be sent whole.
    [Theory, EachServer]
    public async Task GetRange_TwoInARow_ConditionsAreOfThePartsRepresentation(ServerKind server)
    {
        await using var site = await StartAsync(server);
        File.SetLastWriteTimeUtc(site.PathOf("app.js"), DateTime.UtcNow.AddHours(-2));
        await Task.Delay(50);
        var variant = (await site.GetAsync("/app.js", "Accept-Encoding: br"))["ETag"];
        var first = await site.GetAsync("/app.js", "Accept-Encoding: br", "Range: bytes=0-2");
        Assert.Equal((206, "ori"), (first.Status, first.Text));

        foreach (var condition in (string[])[$"If-Match: {first["ETag"]}", $"If-Unmodified-Since: {first["Last-Modified"]}"])
        {
            var second = await site.GetAsync("/app.js", "Accept-Encoding: br", "Range: bytes=3-", condition);
            Assert.Equal((206, "ginal", first["ETag"]), (second.Status, second.Text, second["ETag"]));
            Assert.Equal(416, (await site.GetAsync("/app.js", "Accept-Encoding: br", "Range: bytes=8-", condition)).Status);

            // Not a range: the whole, of which the condition is not true.
            Assert.Equal(412, (await site.GetAsync("/app.js", "Accept-Encoding: br", "Range: lines=3-", condition)).Status);
        }

        Assert.Equal(412, (await site.GetAsync("/app.js", "Accept-Encoding: br", "Range: bytes=3-", $"If-Match: {variant}")).Status);
        Assert.Equal(200, (await site.GetAsync("/app.js", "Accept-Encoding: br", $"If-Match: {variant}")).Status);
    }

    // Section 13.1.5: who names a variant's tag has its first bytes. RFC 9110 has no place for the coding of one part among several.
    [Theory, EachServer]
    public async Task GetRange_IfRangeIsVariantsTag_RestOfIt(ServerKind server)
    {
        await using var site = await StartAsync(server, o => o.RangeGap = 0);
        var tag = (await site.GetAsync("/app.js", "Accept-Encoding: br"))["ETag"];

        var answer = await site.GetAsync("/app.js", "Accept-Encoding: br", "Range: bytes=3-", $"If-Range: {tag}");
        Assert.Equal((206, "br", "br", "bytes 3-4/5", tag), (answer.Status, answer.Text, answer["Content-Encoding"], answer["Content-Range"], answer["ETag"]));

        var several = await site.GetAsync("/app.js", "Accept-Encoding: br", "Range: bytes=0-0,3-3", $"If-Range: {tag}");
        Assert.Equal((200, "in br", "br"), (several.Status, several.Text, several["Content-Encoding"]));

        // The tag of one is of no use for another.
        Assert.Equal(Original, (await site.GetAsync("/app.js", "Range: bytes=3-", $"If-Range: {tag}")).Text);
        Assert.Equal("in gzip", (await site.GetAsync("/app.js", "Accept-Encoding: gzip", "Range: bytes=3-", $"If-Range: {tag}")).Text);
    }

    // A date does not say which of them the client has.
    [Theory, EachServer]
    public async Task GetRange_IfRangeIsDateOfBoth_Whole(ServerKind server)
    {
        await using var site = await StartAsync(server);
        foreach (var name in (string[])["dated.js", "dated.js.br"])
        {
            File.WriteAllText(site.PathOf(name), name);
        }

        await Task.Delay(1100);
        var date = (await site.GetAsync("/dated.js", "Accept-Encoding: br"))["Last-Modified"];

        var answer = await site.GetAsync("/dated.js", "Accept-Encoding: br", "Range: bytes=3-", $"If-Range: {date}");
        Assert.Equal((200, "dated.js.br"), (answer.Status, answer.Text));
    }

    [Theory, EachServer]
    public async Task GetRange_FileItselfRefused_OfTheVariantInOnePart(ServerKind server)
    {
        await using var site = await StartAsync(server, o => o.RangeGap = 0);

        var one = await site.GetAsync("/app.js", "Accept-Encoding: br, identity;q=0", "Range: bytes=3-");
        Assert.Equal((206, "br", "br"), (one.Status, one.Text, one["Content-Encoding"]));
        var several = await site.GetAsync("/app.js", "Accept-Encoding: br, *;q=0", "Range: bytes=0-0,3-3");
        Assert.Equal((200, "in br"), (several.Status, several.Text));
    }

    // The client that found it: it decodes what has a Content-Encoding, and a frame of parts is not compressed.
    [Theory]
    [InlineData("0-3", "orig")]
    [InlineData("3-4", "gi")]
    [InlineData("0-0,7-7", "bytes 7-7/8")]
    public async Task GetRange_ByCurlThatDecodes_Understood(string range, string expected)
    {
        var curl = ExternalTool.Require("curl");
        await using var site = await StartAsync(ServerKind.Aeronet, o => o.RangeGap = 0);
        using (var compressed = new System.IO.Compression.GZipStream(File.Create(site.PathOf("app.js.gz")), System.IO.Compression.CompressionLevel.Optimal))
        {
            compressed.Write("original"u8);
        }

        File.Delete(site.PathOf("app.js.br"));
        File.Delete(site.PathOf("app.js.zst"));
        var got = await curl.RunAsync("-sS", "--compressed", "-r", range, $"http://127.0.0.1:{site.Host.Port}/app.js");

        Assert.True(got.ExitCode == 0, got.Error);
        Assert.Contains(expected, got.Output);
        Assert.Equal("original", (await curl.RunAsync("-sS", "--compressed", $"http://127.0.0.1:{site.Host.Port}/app.js")).Output);
    }

    [Theory, EachServer]
    public async Task Get_IdentityRefused_406OrVariant(ServerKind server)
    {
        await using var site = await StartAsync(server);

        var refused = await site.GetAsync("/app.js", "Accept-Encoding: deflate, identity;q=0");
        Assert.Equal((406, "Accept-Encoding"), (refused.Status, refused["Vary"]));
        Assert.Equal("in gzip", (await site.GetAsync("/app.js", "Accept-Encoding: gzip;q=0.1, identity;q=0")).Text);
    }

    [Theory, EachServer]
    public async Task Get_StaleOrEmptySibling_Ignored(ServerKind server)
    {
        await using var site = await StartAsync(server, o => o.Precompressed = ["br", "gzip"]);
        File.SetLastWriteTimeUtc(site.PathOf("app.js.br"), File.GetLastWriteTimeUtc(site.PathOf("app.js")).AddTicks(-1));
        File.WriteAllText(site.PathOf("app.js.gz"), "");

        var answer = await site.GetAsync("/app.js", "Accept-Encoding: br, gzip");

        Assert.Equal((Original, null, null), (answer.Text, answer["Content-Encoding"], answer["Vary"]));
    }

    [Theory, EachServer]
    public async Task Get_OriginalChanged_OldVariantNoLongerServed(ServerKind server)
    {
        await using var site = await StartAsync(server);
        Assert.Equal("in br", (await site.GetAsync("/app.js", "Accept-Encoding: br")).Text);

        File.WriteAllText(site.PathOf("app.js"), "changed");
        Assert.Equal("changed", (await site.GetAsync("/app.js", "Accept-Encoding: br")).Text);

        File.WriteAllText(site.PathOf("app.js.br"), "changed in br");
        File.SetLastWriteTimeUtc(site.PathOf("app.js.br"), DateTime.UtcNow.AddSeconds(1));
        await site.GetUntilAsync("/app.js", answer => answer.Text == "changed in br", "Accept-Encoding: br");
    }

    [Theory, EachServer]
    public async Task Get_VariantChangedOrDeleted_SeenAtOnce(ServerKind server)
    {
        await using var site = await StartAsync(server, o => o.OpenFileCacheMaxAge = TimeSpan.FromHours(1));
        Assert.Equal("in br", (await site.GetAsync("/app.js", "Accept-Encoding: br")).Text);

        site.Write("app.js.br", "new br");
        Assert.Equal("new br", (await site.GetAsync("/app.js", "Accept-Encoding: br")).Text);
        File.Delete(site.PathOf("app.js.br"));
        Assert.Equal("in zstd", (await site.GetAsync("/app.js", "Accept-Encoding: br, zstd;q=0.5")).Text);
        await OpenDescriptors.BecomeAsync(site.Root, 3);
    }

    // A sibling leads out of the root no more than any name does.
    [Theory, EachServer]
    public async Task Get_SiblingIsLinkToOutside_Ignored(ServerKind server)
    {
        await using var site = await StartAsync(server);
        site.Write("../secret", "secret");
        site.Write("page.html", "page");
        site.Link("page.html.br", "../secret");

        Assert.Equal("page", (await site.GetAsync("/page.html", "Accept-Encoding: br")).Text);
    }

    [Theory, EachServer]
    public async Task Get_DefaultDocument_ItsVariant(ServerKind server)
    {
        await using var site = await StartAsync(server);
        site.Write("index.html", "page");
        site.Write("index.html.gz", "page in gzip");

        var answer = await site.GetAsync("/", "Accept-Encoding: gzip");

        Assert.Equal(("page in gzip", "gzip"), (answer.Text, answer["Content-Encoding"]));
    }

    [Theory, EachServer]
    public async Task Get_NoneConfigured_OriginalAndNoVary(ServerKind server)
    {
        await using var site = await StartAsync(server, o => o.Precompressed = []);

        var answer = await site.GetAsync("/app.js", "Accept-Encoding: br, identity;q=0");

        Assert.Equal((200, Original, null), (answer.Status, answer.Text, answer["Vary"]));
    }

    private static async Task<TestSite> StartAsync(ServerKind server, Action<AeronetStaticFileOptions>? options = null)
    {
        var site = await TestSite.StartAsync(server, o =>
        {
            o.Precompressed = ["br", "zstd", "gzip"];
            options?.Invoke(o);
        });
        site.Write("app.js", Original);
        site.Write("app.js.br", "in br");
        site.Write("app.js.zst", "in zstd");
        site.Write("app.js.gz", "in gzip");
        return site;
    }
}
