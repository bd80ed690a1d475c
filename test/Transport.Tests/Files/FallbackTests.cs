using System.IO.Compression;
using System.Net;
using Aeronet.AspNetCore.Transport.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Transport.Tests.Files;

/// <summary>Where a file cannot go by sendfile it is copied: the bytes are the same and the reason is counted.</summary>
public sealed class FallbackTests : IDisposable
{
    private readonly PatternFile _file = PatternFile.Create(FileHosts.Large);

    public void Dispose() => _file.Dispose();

    [Theory]
    [InlineData(1, true)]
    [InlineData(8192, true)]
    [InlineData(8193, false)]
    public async Task Small_UpToTheThreshold_Copied(int count, bool copied)
    {
        await using var host = await FileHosts.StartAsync(context =>
        {
            context.Response.ContentLength = count;
            return context.Response.SendFileAsync(_file.FullPath, 5, count);
        });
        using var client = await host.ConnectAsync();

        AssertBytes(await client.GetAsync(), 5, count);

        if (copied)
            host.AssertFellBack("small");
        else
            await host.ZeroCopyIsAsync(count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task NoContentLength_Copied(bool byHandle)
    {
        using var handle = File.OpenHandle(_file.FullPath);
        await using var host = await FileHosts.StartAsync(
            context => byHandle ? context.Region().SendFileAsync(handle, 0, FileHosts.Large) : context.Response.SendFileAsync(_file.FullPath));
        using var client = await host.ConnectAsync();

        var response = await client.GetAsync();

        Assert.Equal("chunked", response["Transfer-Encoding"]);
        AssertBytes(response, 0, FileHosts.Large);
        host.AssertFellBack("no_content_length");
        Assert.Equal(200, (await client.GetAsync()).StatusCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task NoContentLength_TakenAwayWhenTheResponseStarts_Copied(bool byHandle)
    {
        // Middleware that rewrites responses does this: what was true before the head was written is not any more.
        using var handle = File.OpenHandle(_file.FullPath);
        await using var host = await FileHosts.StartAsync(context =>
        {
            context.Response.OnStarting(() =>
            {
                context.Response.ContentLength = null;
                return Task.CompletedTask;
            });
            context.Response.ContentLength = FileHosts.Large;
            return byHandle ? context.Region().SendFileAsync(handle, 0, FileHosts.Large) : context.Response.SendFileAsync(_file.FullPath);
        });
        using var client = await host.ConnectAsync();

        for (var i = 0; i < 2; i++)
        {
            var response = await client.GetAsync();
            Assert.Equal("chunked", response["Transfer-Encoding"]);
            AssertBytes(response, 0, FileHosts.Large);
        }

        Assert.Equal(0, host.Metrics.Total("aeronet.sendfile.bytes"));
        Assert.Equal(2, host.Metrics.Total("aeronet.sendfile.fallbacks"));
    }

    [Fact]
    public async Task NoBody_StatusChangedWhenTheResponseStarts_NothingIsSent()
    {
        await using var host = await FileHosts.StartAsync(async context =>
        {
            if (context.Request.Path != "/file")
            {
                context.Response.OnStarting(() =>
                {
                    context.Response.StatusCode = 304;
                    context.Response.ContentLength = null;
                    return Task.CompletedTask;
                });
            }

            context.Response.ContentLength = FileHosts.Large;
            await Record.ExceptionAsync(() => context.Response.SendFileAsync(_file.FullPath));
        });
        using var client = await host.ConnectAsync();

        await client.SendGetAsync();
        Assert.Equal(304, (await client.ReadResponseAsync()).StatusCode);
        AssertBytes(await client.GetAsync("/file"), 0, FileHosts.Large);
        await Eventually.HoldsAsync(() => _file.CountOpen() == 0, "the file to be closed");
    }

    [Fact]
    public async Task TransferEncoding_SetByTheApplication_Copied()
    {
        // The application frames the body itself. Kestrel leaves it as it is.
        await using var host = await FileHosts.StartAsync(async context =>
        {
            context.Response.Headers.TransferEncoding = "chunked";
            await context.Response.WriteAsync($"{FileHosts.Large:x}\r\n");
            await context.Response.SendFileAsync(_file.FullPath);
            await context.Response.WriteAsync("\r\n0\r\n\r\n");
        });
        using var client = await host.ConnectAsync();

        AssertBytes(await client.GetAsync(), 0, FileHosts.Large);
        host.AssertFellBack("transfer_encoding");
    }

    [Theory]
    [InlineData("HEAD", 200)]
    [InlineData("GET", 204)]
    [InlineData("GET", 205)]
    [InlineData("GET", 304)]
    public async Task NoBody_NothingIsSentAndTheConnectionGoesOn(string method, int status)
    {
        await using var host = await FileHosts.StartAsync(async context =>
        {
            if (context.Request.Path == "/file")
            {
                context.Response.ContentLength = FileHosts.Large;
                await context.Response.SendFileAsync(_file.FullPath);
                return;
            }

            context.Response.StatusCode = status;
            if (status == 200)
                context.Response.ContentLength = FileHosts.Large;

            try
            {
                await context.Response.SendFileAsync(_file.FullPath);
            }
            catch (InvalidOperationException)
            {
                // Kestrel's answer to a body where none may be.
            }
        });
        using var client = await host.ConnectAsync();

        await client.SendAsync($"{method} / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Assert.Equal(status, (await client.ReadResponseAsync(head: true)).StatusCode);
        host.AssertFellBack("no_body");
        await Eventually.HoldsAsync(() => _file.CountOpen() == 0, "the file to be closed");

        // A region left armed would now be taken for memory.
        var response = await client.GetAsync("/file");
        AssertBytes(response, 0, FileHosts.Large);
    }

    [Fact]
    public async Task OutputWrapped_Https_Copied()
    {
        using var certificate = TestCertificate.Create();
        await using var host = await StartAsync(new KestrelHostOptions
        {
            Listen = listen => listen.UseHttps(certificate),
            App = app => app.Run(SendAsync),
        });
        using var client = host.CreateHttpClient(trusted: certificate);

        Assert.Equal(Pattern.Bytes(FileHosts.Large), await client.GetByteArrayAsync("/"));
        Assert.Equal(Pattern.Bytes(FileHosts.Large), await client.GetByteArrayAsync("/"));
        host.AssertFellBack("output_wrapped", times: 2);
    }

    [Fact]
    public async Task OutputWrapped_ConnectionLogging_Copied()
    {
        await using var host = await StartAsync(new KestrelHostOptions
        {
            Listen = listen => listen.UseConnectionLogging(),
            App = app => app.Run(SendAsync),
            LogLevel = Microsoft.Extensions.Logging.LogLevel.Information,
        });
        using var client = await host.ConnectAsync();

        AssertBytes(await client.GetAsync(), 0, FileHosts.Large);
        AssertBytes(await client.GetAsync(), 0, FileHosts.Large);
        host.AssertFellBack("output_wrapped", times: 2);
    }

    [Fact]
    public async Task OutputWrapped_FlushPending_CopiedInOrder()
    {
        const int First = 20_000_000;
        await using var host = await FileHosts.StartAsync(async context =>
        {
            context.Response.ContentLength = First + FileHosts.Large;
            var pending = context.Response.Body.WriteAsync(Pattern.Bytes(First)).AsTask();
            Assert.False(pending.IsCompleted);
            await context.Response.SendFileAsync(_file.FullPath);
            await pending;
        });
        using var client = await RawClient.ConnectAsync(host.EndPoint, receiveBufferSize: 16 * 1024);
        await client.SendGetAsync();
        await Task.Delay(100);

        await client.ReadResponseHeadAsync();
        await client.VerifyAsync(First);
        await client.VerifyAsync(FileHosts.Large);
        host.AssertFellBack("output_wrapped");
    }

    [Fact]
    public async Task Compression_Compresses_NoRegionFeatureAndTheBytesAreRight()
    {
        using var text = PatternFile.Create(FileHosts.Large, "data.txt");
        bool? hadRegion = null;
        await using var host = await StartAsync(new KestrelHostOptions
        {
            Builder = builder => builder.Services.AddResponseCompression(),
            App = app =>
            {
                app.UseResponseCompression();
                app.Run(context =>
                {
                    hadRegion = context.Features.Get<IHttpResponseBodyFeature>() is IHttpFileRegionFeature;
                    context.Response.ContentType = "text/plain";
                    return context.Response.SendFileAsync(text.FullPath);
                });
            },
        });
        using var client = await host.ConnectAsync();

        var response = await client.GetAsync("/", "Accept-Encoding: gzip");

        Assert.Equal("gzip", response["Content-Encoding"]);
        await using var plain = new GZipStream(new MemoryStream(response.Body), CompressionMode.Decompress);
        Assert.Equal(FileHosts.Large, await Pattern.VerifyAsync(plain));
        Assert.False(hadRegion);
        Assert.Equal(0, host.Metrics.Total("aeronet.sendfile.bytes"));
    }

    [Fact]
    public async Task Compression_PassesThrough_StillZeroCopy()
    {
        await using var host = await StartAsync(new KestrelHostOptions
        {
            Builder = builder => builder.Services.AddResponseCompression(),
            App = app =>
            {
                app.UseResponseCompression();
                app.Run(context =>
                {
                    context.Response.ContentType = "image/png";
                    return SendAsync(context);
                });
            },
        });
        using var client = await host.ConnectAsync();

        AssertBytes(await client.GetAsync("/", "Accept-Encoding: gzip"), 0, FileHosts.Large);
        await host.ZeroCopyIsAsync(FileHosts.Large);
    }

    [Fact]
    public async Task ResponseBody_Replaced_FileGoesThroughTheReplacement()
    {
        await using var host = await FileHosts.StartAsync(async context =>
        {
            var original = context.Response.Body;
            using var buffer = new MemoryStream();
            context.Response.Body = buffer;
            Assert.False(context.Features.Get<IHttpResponseBodyFeature>() is IHttpFileRegionFeature);
            await context.Response.SendFileAsync(_file.FullPath);
            context.Response.Body = original;
            var bytes = buffer.ToArray();
            Array.Reverse(bytes);
            context.Response.ContentLength = bytes.Length;
            await context.Response.Body.WriteAsync(bytes);
        });
        using var client = await host.ConnectAsync();

        var response = await client.GetAsync();
        Array.Reverse(response.Body);

        AssertBytes(response, 0, FileHosts.Large);
        Assert.Equal(0, host.Metrics.Total("aeronet.sendfile.bytes"));
    }

    [Fact]
    public async Task Http2_PriorKnowledge_CopiedWithoutTheFeature()
    {
        bool? hadRegion = null;
        await using var host = await StartAsync(new KestrelHostOptions
        {
            Listen = listen => listen.Protocols = HttpProtocols.Http2,
            App = app => app.Run(context =>
            {
                hadRegion = context.Features.Get<IHttpResponseBodyFeature>() is IHttpFileRegionFeature;
                return SendAsync(context);
            }),
        });
        using var client = host.CreateHttpClient(HttpVersion.Version20);

        Assert.Equal(Pattern.Bytes(FileHosts.Large), await client.GetByteArrayAsync("/"));

        Assert.False(hadRegion);
        Assert.Equal(0, host.Metrics.Total("aeronet.sendfile.bytes"));
    }

    [Fact]
    public async Task ZeroCopyFiles_Off_CopiedWithoutTheFeature()
    {
        bool? hadRegion = null;
        await using var host = await FileHosts.StartAsync(
            context =>
            {
                hadRegion = context.Features.Get<IHttpResponseBodyFeature>() is IHttpFileRegionFeature;
                return SendAsync(context);
            },
            transport => transport.ZeroCopyFiles = false);
        using var client = await host.ConnectAsync();

        AssertBytes(await client.GetAsync(), 0, FileHosts.Large);

        Assert.False(hadRegion);
        Assert.Equal(0, host.Metrics.Total("aeronet.sendfile.bytes"));
    }

    private static void AssertBytes(RawResponse response, long offset, int count)
    {
        Assert.Equal(count, response.Body.Length);
        Assert.Equal(-1, Pattern.FindMismatch(response.Body, offset));
    }

    private static Task<KestrelHost> StartAsync(KestrelHostOptions options) => KestrelHost.StartAsync(TransportKind.Aeronet, options);

    private Task SendAsync(HttpContext context)
    {
        context.Response.ContentLength = FileHosts.Large;
        return context.Response.SendFileAsync(_file.FullPath);
    }
}
