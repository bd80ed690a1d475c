using System.Globalization;
using System.IO.Compression;
using Aeronet.AspNetCore.StaticFiles.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Serving;

public sealed class ServingTests
{
    // RFC 9110: 8.3 Content-Type, 8.6 Content-Length, 8.8.2 Last-Modified, 8.8.3 ETag, 14.3 Accept-Ranges.
    [Theory, EachServer]
    public async Task Get_File_BytesAndFields(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server);
        File.SetLastWriteTimeUtc(site.Write("a/hello.txt", "hello"), new DateTime(2024, 2, 29, 12, 34, 56, DateTimeKind.Utc));

        var answer = await site.GetAsync("/a/hello.txt");

        Assert.Equal(200, answer.Status);
        Assert.Equal("hello", answer.Text);
        Assert.Equal("5", answer["Content-Length"]);
        Assert.Equal("text/plain; charset=utf-8", answer["Content-Type"]);
        Assert.Equal("Thu, 29 Feb 2024 12:34:56 GMT", answer["Last-Modified"]);
        Assert.Matches("^\"[0-9a-f]+-5-[0-9a-f]+-[0-9a-f]+\"$", answer["ETag"]);
        Assert.Equal("bytes", answer["Accept-Ranges"]);
        Assert.Equal("nosniff", answer["X-Content-Type-Options"]);
        Assert.Null(answer["Cache-Control"]);
    }

    // Around the size up to which files are read instead of sent, and over the copying loop's step.
    [Theory]
    [EachServer(0)]
    [EachServer(1)]
    [EachServer(1024)]
    [EachServer(16 * 1024)]
    [EachServer((16 * 1024) + 1)]
    [EachServer(64 * 1024)]
    [EachServer((3 * 1024 * 1024) + 17)]
    public async Task Get_AnySize_SameBytes(ServerKind server, int size)
    {
        await using var site = await TestSite.StartAsync(server);
        site.Write("file.bin", Pattern.Bytes(size));

        // Opened, then from the cache.
        for (var i = 0; i < 3; i++)
        {
            var answer = await site.GetAsync("/file.bin");
            Assert.Equal(200, answer.Status);
            Assert.Equal(size.ToString(CultureInfo.InvariantCulture), answer["Content-Length"]);
            Assert.Equal(Pattern.Bytes(size), answer.Body);
        }
    }

    // A writer that the server does not know of, and does not flush when the request ends.
    [Theory]
    [EachServer(100)]
    [EachServer(64 * 1024)]
    [EachServer((64 * 1024) + 100)]
    public async Task Get_BodyWriterOfAMiddleware_IsFlushedToTheEnd(ServerKind server, int size)
    {
        await using var site = await TestSite.StartAsync(server, before: app => app.Use(async (context, next) =>
        {
            var inner = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
            context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(inner.Stream));
            await next(context);
            context.Features.Set(inner);
        }));
        site.Write("file.bin", Pattern.Bytes(size));

        var answer = await site.GetAsync("/file.bin");

        Assert.Equal(200, answer.Status);
        Assert.Equal(Pattern.Bytes(size), answer.Body);
    }

    // RFC 9110 section 9.3.2: the fields of GET, no body.
    [Theory, EachServer]
    public async Task Head_File_FieldsOfGetWithoutBody(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server, o => o.CacheControl = "public, max-age=60");
        site.Write("file.bin", Pattern.Bytes(100_000));

        var get = await site.GetAsync("/file.bin");
        var head = await site.SendAsync(HttpMethod.Head, "/file.bin");

        Assert.Equal(200, head.Status);
        Assert.Empty(head.Body);
        Assert.Equal(
            get.Headers.Where(h => h.Key != "Date").OrderBy(h => h.Key, StringComparer.Ordinal),
            head.Headers.Where(h => h.Key != "Date").OrderBy(h => h.Key, StringComparer.Ordinal));
    }

    // RFC 9110 section 15.5.6: 405 says what is allowed.
    [Theory]
    [EachServer("POST")]
    [EachServer("PUT")]
    [EachServer("DELETE")]
    [EachServer("PATCH")]
    public async Task OtherMethod_File_405WithAllow(ServerKind server, string method)
    {
        await using var site = await TestSite.StartAsync(server);
        site.Write("file.txt", "x");

        var answer = await site.SendAsync(new HttpMethod(method), "/file.txt");

        Assert.Equal(405, answer.Status);
        Assert.Equal("GET, HEAD, OPTIONS", answer["Allow"]);
        Assert.Empty(answer.Body);
        Assert.True((await site.SendAsync(new HttpMethod(method), "/missing.txt")).WasPassedOn);
    }

    // RFC 9110 section 9.3.7.
    [Theory, EachServer]
    public async Task Options_File_204WithAllow(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server);
        site.Write("file.txt", "x");

        var answer = await site.SendAsync(HttpMethod.Options, "/file.txt");

        Assert.Equal(204, answer.Status);
        Assert.Equal("GET, HEAD, OPTIONS", answer["Allow"]);
        Assert.True((await site.SendAsync(HttpMethod.Options, "/missing.txt")).WasPassedOn);
    }

    [Theory, EachServer]
    public async Task Get_Missing_PassedOn(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server);
        site.Write("file.txt", "x");

        Assert.True((await site.GetAsync("/missing.txt")).WasPassedOn);
        Assert.True((await site.GetAsync("/file.txt/")).WasPassedOn);
        Assert.True((await site.GetAsync("/file.txt/more")).WasPassedOn);
        Assert.True((await site.GetAsync("/")).WasPassedOn);
    }

    [Theory, EachServer]
    public async Task Get_EndpointSelected_EndpointAnswers(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server, before: app =>
        {
            app.UseRouting();
            app.MapGet("/file.txt", () => "endpoint");
        });
        site.Write("file.txt", "file");
        site.Write("other.txt", "file");

        Assert.Equal("endpoint", (await site.GetAsync("/file.txt")).Text);
        Assert.Equal("file", (await site.GetAsync("/other.txt")).Text);
    }

    // An error page served in a second run of the pipeline keeps its status, and is not subject to preconditions (RFC 9110 section 13.2.1).
    [Theory, EachServer]
    public async Task Get_ErrorPageReExecuted_StatusKept(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server, before: app => app.UseStatusCodePagesWithReExecute("/404.html"));
        site.Write("404.html", "<p>gone</p>");

        var answer = await site.GetAsync("/missing.txt", "If-None-Match: *", "Range: bytes=0-1");

        Assert.Equal(404, answer.Status);
        Assert.Equal("<p>gone</p>", answer.Text);
        Assert.Equal("text/html; charset=utf-8", answer["Content-Type"]);
        Assert.Equal(404, (await site.SendAsync(HttpMethod.Post, "/missing.txt")).Status);
    }

    [Theory, EachServer]
    public async Task Get_BodyReplacedByAnotherMiddleware_WholeFileArrives(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server, before: app => app.Use(async (context, next) =>
        {
            var outer = context.Response.Body;
            using var buffer = new MemoryStream();
            context.Response.Body = buffer;
            await next();
            context.Response.Body = outer;
            await outer.WriteAsync(buffer.ToArray());
        }));
        site.Write("small.bin", Pattern.Bytes(1000));
        site.Write("large.bin", Pattern.Bytes(200_000));

        Assert.Equal(Pattern.Bytes(1000), (await site.GetAsync("/small.bin")).Body);
        Assert.Equal(Pattern.Bytes(200_000), (await site.GetAsync("/large.bin")).Body);
    }

    [Theory, EachServer]
    public async Task Get_ResponseCompression_WholeFileArrivesCompressed(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(
            server,
            before: app => app.UseResponseCompression(),
            services: services => services.AddResponseCompression(o => o.EnableForHttps = true));
        var text = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i} "));
        site.Write("small.txt", text[..5000]);
        site.Write("large.txt", text);

        Assert.Equal(text[..5000], await GetDecompressedAsync(site, "/small.txt"));
        Assert.Equal(text, await GetDecompressedAsync(site, "/large.txt"));
    }

    [Theory, EachServer]
    public async Task Get_OnStartingIsAsynchronous_WholeFileArrives(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server, before: app => app.Use((context, next) =>
        {
            context.Response.OnStarting(async () =>
            {
                await Task.Delay(5);
                context.Response.Headers["X-Late"] = "yes";
            });
            return next();
        }));
        site.Write("small.bin", Pattern.Bytes(1000));
        site.Write("large.bin", Pattern.Bytes(200_000));

        foreach (var (name, size) in new[] { ("/small.bin", 1000), ("/large.bin", 200_000) })
        {
            var answer = await site.GetAsync(name);
            Assert.Equal(Pattern.Bytes(size), answer.Body);
            Assert.Equal("yes", answer["X-Late"]);
        }
    }

    private static async Task<string> GetDecompressedAsync(TestSite site, string path)
    {
        var answer = await site.GetAsync(path, "Accept-Encoding: gzip");
        Assert.Equal("gzip", answer["Content-Encoding"]);
        using var gzip = new GZipStream(new MemoryStream(answer.Body), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip);
        return await reader.ReadToEndAsync();
    }
}
