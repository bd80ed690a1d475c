using Aeronet.AspNetCore.StaticFiles.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Serving;

/// <summary>Options that decide about content types, caching, and what else a response says of a file.</summary>
public sealed class ContentFieldTests
{
    // RFC 9110 section 8.3.1, RFC 2046 section 4.1.2.
    [Theory]
    [EachServer("a.txt", "text/plain; charset=utf-8")]
    [EachServer("a.html", "text/html; charset=utf-8")]
    [EachServer("a.md", "text/x-own; charset=utf-8")]
    [EachServer("a.latin", "text/plain; charset=iso-8859-1")]
    [EachServer("a.JSON", "application/json")]
    [EachServer("a.svg", "image/svg+xml")]
    [EachServer("a.b.css", "text/css; charset=utf-8")]
    [EachServer("a.unknown", "text/unknown; charset=utf-8")]
    public async Task ContentType_ByExtension(ServerKind server, string name, string type)
    {
        await using var site = await TestSite.StartAsync(server, o =>
        {
            o.ContentTypes[".md"] = "text/x-own";
            o.ContentTypes[".latin"] = "text/plain; charset=iso-8859-1";
            o.DefaultContentType = "text/unknown";
        });
        site.Write(name, "x");

        Assert.Equal(type, (await site.GetAsync("/" + name))["Content-Type"]);
    }

    [Theory, EachServer]
    public async Task TextCharset_Empty_NotAdded(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server, o => o.TextCharset = "");
        site.Write("a.txt", "x");

        Assert.Equal("text/plain", (await site.GetAsync("/a.txt"))["Content-Type"]);
    }

    [Theory]
    [EachServer("index.html", "no-cache")]
    [EachServer("a/b/other.html", "no-cache")]
    [EachServer("assets/x.js", "public, max-age=60")]
    [EachServer("assets/deep/x.js", "public, max-age=60")]
    [EachServer("top.js", "private")]
    [EachServer("a/top.js", "max-age=5")]
    [EachServer("a/none.txt", null)]
    [EachServer("a/app.3f2a9c1b.css", "public, max-age=31536000, immutable")]
    [EachServer("assets/app.3f2a9c1b.css", "public, max-age=60")]
    public async Task CacheControlRules_FirstThatMatches(ServerKind server, string name, string? value)
    {
        await using var site = await TestSite.StartAsync(server, o =>
        {
            o.CacheControl = "max-age=5";
            o.ImmutableFingerprints = true;
            o.CacheControlRules =
            [
                new CacheControlRule { Pattern = "*.html", Value = "no-cache" },
                new CacheControlRule { Pattern = "assets/**", Value = "public, max-age=60" },
                new CacheControlRule { Pattern = "/top.js", Value = "private" },
                new CacheControlRule { Pattern = "none.*" },
            ];
        });
        site.Write(name, "x");

        var answer = await site.GetAsync("/" + name);

        Assert.Equal(value, answer["Cache-Control"]);
        Assert.Equal(value, (await site.GetAsync("/" + name, $"If-None-Match: {answer["ETag"]}"))["Cache-Control"]);
        if (name == "index.html")
        {
            Assert.Equal(value, (await site.GetAsync("/"))["Cache-Control"]);
        }
    }

    [Theory, EachServer]
    public async Task OnPrepareResponse_EveryAnswerWithTheFile_MayChangeFields(ServerKind server)
    {
        var seen = new List<string>();
        await using var site = await TestSite.StartAsync(server, o => o.OnPrepareResponse = response =>
        {
            seen.Add($"{response.HttpContext.Response.StatusCode} {response.Path} {response.Length} {response.LastModified:O}");
            response.HttpContext.Response.Headers.ContentDisposition = ContentDisposition.Attachment("ä.html");
        });
        File.SetLastWriteTimeUtc(site.Write("a/index.html", "hello"), new DateTime(2024, 2, 29, 12, 34, 56, DateTimeKind.Utc));

        var whole = await site.GetAsync("/a/");
        Assert.Equal("attachment; filename=\"_.html\"; filename*=UTF-8''%C3%A4.html", whole["Content-Disposition"]);
        Assert.Equal("el", (await site.GetAsync("/a/", "Range: bytes=1-2")).Text);
        Assert.Equal(304, (await site.GetAsync("/a/", $"If-None-Match: {whole["ETag"]}")).Status);
        Assert.Equal(200, (await site.SendAsync(HttpMethod.Head, "/a/")).Status);
        await site.GetAsync("/missing");

        Assert.Equal(
            ["200", "206", "304", "200"], seen.Select(s => s.Split(' ')[0]));
        Assert.All(seen, s => Assert.EndsWith(" a/index.html 5 2024-02-29T12:34:56.0000000+00:00", s, StringComparison.Ordinal));
    }

    [Theory, EachServer]
    public async Task OnPrepareResponse_Throws_500AndFileReleased(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(
            server,
            o => (o.OnPrepareResponse, o.OpenFileCacheSize) = (_ => throw new InvalidOperationException("wrong"), 0),
            before: app => app.Use(async (context, next) =>
            {
                try
                {
                    await next(context);
                }
                catch (InvalidOperationException)
                {
                    context.Response.Clear();
                    context.Response.StatusCode = 500;
                }
            }));
        site.Write("file.bin", Pattern.Bytes(100_000));

        Assert.Equal(500, (await site.GetAsync("/file.bin")).Status);
        Assert.Equal(500, (await site.GetAsync("/file.bin", "Range: bytes=0-1,90000-90001")).Status);
        await OpenDescriptors.BecomeAsync(site.Root, 0);
    }

    [Theory, EachServer]
    public async Task FallbackDocument_Navigation_ThatPage(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server, o => o.FallbackDocument = "app/shell.html");
        site.Write("app/shell.html", "shell");
        site.Write("real.txt", "real");

        foreach (var path in (string[])["/", "/orders/17", "/orders/", "/v1.2/users"])
        {
            var answer = await site.GetAsync(path);
            Assert.Equal((200, "shell", "text/html; charset=utf-8"), (answer.Status, answer.Text, answer["Content-Type"]));
            Assert.Equal(304, (await site.GetAsync(path, $"If-None-Match: {answer["ETag"]}")).Status);
        }

        Assert.Equal("real", (await site.GetAsync("/real.txt")).Text);
        Assert.True((await site.GetAsync("/missing.js")).WasPassedOn);
        Assert.True((await site.GetAsync("/.env")).WasPassedOn);
        Assert.True((await site.GetAsync("/a%5Cb")).WasPassedOn);
        Assert.True((await site.SendAsync(HttpMethod.Post, "/orders/17")).WasPassedOn);
        Assert.True((await site.SendAsync(HttpMethod.Options, "/orders/17")).WasPassedOn);
    }
}
