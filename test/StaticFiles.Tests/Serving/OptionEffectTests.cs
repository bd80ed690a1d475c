using Aeronet.AspNetCore.StaticFiles.Tests.Support;
using Microsoft.AspNetCore.Builder;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Serving;

public sealed class OptionEffectTests
{
    [Theory, EachServer]
    public async Task UnknownExtension_Default_OctetStream(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server);
        site.Write("file.zzz", "x");
        site.Write("LICENSE", "x");

        Assert.Equal("application/octet-stream", (await site.GetAsync("/file.zzz"))["Content-Type"]);
        Assert.Equal("application/octet-stream", (await site.GetAsync("/LICENSE"))["Content-Type"]);
    }

    [Theory, EachServer]
    public async Task UnknownExtension_NotServed_PassedOn(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server, o => o.ServeUnknownFileTypes = false);
        site.Write("file.zzz", "x");
        site.Write("file.css", "x");
        site.Write("dir.zzz/index.html", "index");

        Assert.True((await site.GetAsync("/file.zzz")).WasPassedOn);
        Assert.Equal("text/css; charset=utf-8", (await site.GetAsync("/file.css"))["Content-Type"]);
        Assert.Equal(301, (await site.GetAsync("/dir.zzz")).Status);
        Assert.Equal("text/html; charset=utf-8", (await site.GetAsync("/dir.zzz/"))["Content-Type"]);
    }

    [Theory, EachServer]
    public async Task DefaultContentType_Changed_Used(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server, o => o.DefaultContentType = "text/plain; charset=utf-8");
        site.Write("LICENSE", "x");

        Assert.Equal("text/plain; charset=utf-8", (await site.GetAsync("/LICENSE"))["Content-Type"]);
    }

    [Theory, EachServer]
    public async Task Directory_DefaultDocuments_FirstThatExists(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server, o => o.DefaultDocuments = ["home.htm", "index.html"]);
        site.Write("index.html", "index of /");
        site.Write("both/index.html", "index");
        site.Write("both/home.htm", "home");
        site.Write("none/other.html", "other");

        Assert.Equal("index of /", (await site.GetAsync("/")).Text);
        Assert.Equal("home", (await site.GetAsync("/both/")).Text);
        Assert.Equal("text/html; charset=utf-8", (await site.GetAsync("/both/"))["Content-Type"]);
        Assert.True((await site.GetAsync("/none/")).WasPassedOn);
        Assert.True((await site.GetAsync("/none")).WasPassedOn);

        // As UseStaticFiles: a form is posted to the path it is on.
        Assert.True((await site.SendAsync(HttpMethod.Post, "/both/")).WasPassedOn);
        Assert.True((await site.SendAsync(HttpMethod.Options, "/both/")).WasPassedOn);
        Assert.Equal(405, (await site.SendAsync(HttpMethod.Post, "/both/home.htm")).Status);
        Assert.True((await site.SendAsync(HttpMethod.Post, "/both")).WasPassedOn);
    }

    // RFC 9110 section 15.4.2. The location is a path: it says nothing that a forged Host field could change.
    [Theory, EachServer]
    public async Task DirectoryWithoutSlash_DefaultDocument_RedirectedWithQuery(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server);
        site.Write("a b/c#d/index.html", "index");

        var answer = await site.GetAsync("/a%20b/c%23d?x=1&y=%2F", "Host: evil.example");

        Assert.Equal(301, answer.Status);
        Assert.Equal("/a%20b/c%23d/?x=1&y=%2F", answer["Location"]);
        Assert.Equal("index", (await site.GetAsync(answer["Location"]!)).Text);
    }

    [Theory, EachServer]
    public async Task RequestPath_Set_OnlyBelowIt(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server, o => o.RequestPath = "/files");
        site.Write("file.txt", "x");
        site.Write("index.html", "index");

        Assert.Equal("x", (await site.GetAsync("/files/file.txt")).Text);
        Assert.Equal("x", (await site.GetAsync("/FILES/file.txt")).Text);
        Assert.Equal("index", (await site.GetAsync("/files/")).Text);
        Assert.Equal("/files/", (await site.GetAsync("/files"))["Location"]);
        Assert.True((await site.GetAsync("/file.txt")).WasPassedOn);
        Assert.True((await site.GetAsync("/filesfile.txt")).WasPassedOn);
        Assert.True((await site.GetAsync("/filesindex.html")).WasPassedOn);
    }

    [Theory, EachServer]
    public async Task PathBase_Set_InRedirects(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server, before: app => app.UsePathBase("/base"));
        site.Write("dir/index.html", "index");
        site.Write("index.html", "root");

        Assert.Equal("/base/dir/", (await site.GetAsync("/base/dir"))["Location"]);
        Assert.Equal("/base/", (await site.GetAsync("/base"))["Location"]);
        Assert.Equal("index", (await site.GetAsync("/base/dir/")).Text);
    }

    // RFC 8615 section 3.
    [Theory, EachServer]
    public async Task Hidden_Default_OnlyWellKnown(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server);
        site.Write(".env", "secret");
        site.Write(".git/config", "secret");
        site.Write("a/.htaccess", "secret");
        site.Write("a/.well-known/x", "secret");
        site.Write(".well-known/security.txt", "public");
        site.Write(".well-known/.secret", "secret");
        site.Write("...", "secret");

        Assert.Equal("public", (await site.GetAsync("/.well-known/security.txt")).Text);
        foreach (var path in (string[])["/.env", "/%2Eenv", "/.git/config", "/a/.htaccess", "/a/.well-known/x", "/.well-known/.secret", "/..."])
        {
            Assert.True((await site.GetAsync(path)).WasPassedOn, path);
        }
    }

    [Theory, EachServer]
    public async Task Hidden_Served_AsAnyFile(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server, o => o.ServeHidden = true);
        site.Write(".env", "x");
        site.Write("a/.b/c", "x");

        Assert.Equal("x", (await site.GetAsync("/.env")).Text);
        Assert.Equal("x", (await site.GetAsync("/a/.b/c")).Text);
    }

    // RFC 9111 section 5.2; RFC 9110 section 15.4.5 for 304.
    [Theory, EachServer]
    public async Task CacheControl_Set_OnEveryAnswerWithTheFile(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server, o => o.CacheControl = "public, max-age=60, immutable");
        site.Write("file.txt", "hello");

        var whole = await site.GetAsync("/file.txt");

        Assert.Equal("public, max-age=60, immutable", whole["Cache-Control"]);
        Assert.Equal(whole["Cache-Control"], (await site.GetAsync("/file.txt", "Range: bytes=0-1"))["Cache-Control"]);
        Assert.Equal(whole["Cache-Control"], (await site.GetAsync("/file.txt", $"If-None-Match: {whole["ETag"]}"))["Cache-Control"]);
    }

    [Theory, EachServer]
    public async Task OpenFileCache_Off_SameAnswers(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server, o => o.OpenFileCacheSize = 0);
        site.Write("small.bin", Pattern.Bytes(1000));
        site.Write("large.bin", Pattern.Bytes(100_000));

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(Pattern.Bytes(1000), (await site.GetAsync("/small.bin")).Body);
            Assert.Equal(Pattern.Bytes(100_000), (await site.GetAsync("/large.bin")).Body);
        }
    }
}
