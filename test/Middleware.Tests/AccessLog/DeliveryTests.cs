using System.Globalization;
using System.Net;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Middleware.Tests.AccessLog;

/// <summary>What is logged is what was sent: the client goes away in the middle.</summary>
public sealed class DeliveryTests : IDisposable
{
    private const int Size = 64 * 1024 * 1024;
    private const int Taken = 20 * 1024 * 1024;

    private readonly string _file = Path.GetTempFileName();

    public DeliveryTests()
    {
        using var file = File.OpenHandle(_file, FileMode.Open, FileAccess.Write);
        RandomAccess.SetLength(file, Size);
    }

    public void Dispose() => File.Delete(_file);

    public static TheoryData<string> Ways => ["stream", "streamAtOnce", "writer", "writerAtOnce", "chunked", "file", "region", "sendfilePart"];

    // The transport knows to the byte what has left: what it counts as sent, without the head.
    [Theory, MemberData(nameof(Ways))]
    public async Task Reset_AfterAThird_BytesSentExactly(string way)
    {
        var sink = new CapturingSink();
        await using var site = await LogSite.StartAsync(
            ServerKind.Aeronet, sink, app => app.Run(context => AnswerAsync(context, way)), ("Format", "{bytes} {completed} {status}"));
        int headLength;
        using (var client = await RawClient.ConnectAsync(site.Host.EndPoint, receiveBufferSize: 64 * 1024))
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            headLength = (await client.ReadUntilAsync("\r\n\r\n")).Length;
            await client.ReadExactlyAsync(Taken);
            client.Reset();
        }

        var line = (await sink.LineAsync()).Split(' ');
        var bytes = long.Parse(line[0], CultureInfo.InvariantCulture);
        var sent = (long)site.Host.Metrics.Total("aeronet.bytes.sent");
        Assert.Equal(["false", "200"], line[1..]);
        Assert.InRange(bytes, Taken, Size - 1);

        // Of chunks the frames are not told from the bytes.
        Assert.Equal(sent - headLength, bytes);
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task Reset_AfterTls_BytesSent(string way)
    {
        var sink = new CapturingSink();
        await using var host = await TlsSite.StartAsync(
            app => app.UseAeronetAccessLog().Run(context => AnswerAsync(context, way)),
            builder: builder => builder.Services.AddAeronetAccessLog().AddSingleton<IAccessLogSink>(sink),
            settings: Settings("{bytes} {completed}"));

        using (var client = host.CreateHttpClient(trusted: TlsSite.Certificate))
            await TakeSomeAsync(client);

        var line = (await sink.LineAsync()).Split(' ');
        Assert.Equal("false", line[1]);
        Assert.InRange(long.Parse(line[0], CultureInfo.InvariantCulture), Taken, Size - 1);
    }

    // The connection lives on; no stream can have sent more than all of it.
    [Theory, MemberData(nameof(Ways))]
    public async Task Http2_StreamReset_BytesSent(string way)
    {
        var sink = new CapturingSink();
        await using var site = await LogSite.StartAsync(
            ServerKind.Http2, sink, app => app.Run(context => AnswerAsync(context, way)), ("Format", "{bytes} {completed}"));

        using (var client = site.CreateClient())
        {
            await TakeSomeAsync(client);
            var line = (await sink.LineAsync()).Split(' ');
            Assert.Equal("false", line[1]);
            Assert.InRange(long.Parse(line[0], CultureInfo.InvariantCulture), Taken, Size - 1);

            Assert.Equal(100, (await client.GetByteArrayAsync("/small")).Length);
            Assert.Equal("100 true", await sink.LineAsync(1));
        }
    }

    // Elsewhere it is what the application wrote until the server gave the request up, which Kestrel tells in time if the length is known.
    [Theory]
    [InlineData("stream")]
    [InlineData("writer")]
    [InlineData("file")]
    public async Task Sockets_Reset_NotCompleted(string way)
    {
        var sink = new CapturingSink();
        await using var site = await LogSite.StartAsync(
            ServerKind.Sockets, sink, app => app.Run(context => AnswerAsync(context, way)), ("Format", "{bytes} {completed}"));
        using (var client = site.CreateClient())
            await TakeSomeAsync(client);

        var line = (await sink.LineAsync()).Split(' ');
        Assert.Equal("false", line[1]);
        Assert.InRange(long.Parse(line[0], CultureInfo.InvariantCulture), Taken, Size - 1);
    }

    [Theory]
    [EachServer("/small", "100 true 200")]
    [EachServer("/head", "0 true 200")]
    [EachServer("/none", "0 true 204")]
    [EachServer("/chunks", "300 true 200")]
    public async Task Get_TakenWhole_Completed(ServerKind server, string path, string expected)
    {
        var sink = new CapturingSink();
        await using var site = await LogSite.StartAsync(
            server, sink, app => app.Run(context => AnswerAsync(context, "")), ("Format", "{bytes} {completed} {status}"));

        using (var client = site.CreateClient())
        using (var request = new HttpRequestMessage(path == "/head" ? HttpMethod.Head : HttpMethod.Get, path))
        {
            (request.Version, request.VersionPolicy) = (client.DefaultRequestVersion, client.DefaultVersionPolicy);
            using var response = await client.SendAsync(request);
            await response.Content.ReadAsByteArrayAsync();
        }

        Assert.Equal(expected, await sink.LineAsync());
    }

    [Fact]
    public async Task Get_ClosedByClientAfterAll_Completed()
    {
        var sink = new CapturingSink();
        await using var site = await LogSite.StartAsync(
            ServerKind.Aeronet,
            sink,
            app => app.Run(async context =>
            {
                context.Response.ContentLength = 100;
                await context.Response.Body.WriteAsync(new byte[100]);
                await context.Response.Body.FlushAsync();
                var progress = context.Features.GetRequiredFeature<ISendProgressFeature>();
                await Eventually.HoldsAsync(() => progress.HasEnded, "the end of the connection");
            }),
            ("Format", "{bytes} {completed}"));
        using (var client = await site.Host.ConnectAsync())
        {
            await client.SendGetAsync("/");
            Assert.Equal(100, (await client.ReadResponseAsync()).Body.Length);
            client.Reset();
        }

        Assert.Equal("100 true", await sink.LineAsync());
    }

    [Theory]
    [InlineData("before", "0 false")]
    [InlineData("abort", "3 false")]
    [InlineData("throw", "3 false")]
    [InlineData("short", "3 false")]
    [InlineData("throwFirst", "0 true")]
    public async Task Get_GivenUp_NotCompleted(string how, string expected)
    {
        var sink = new CapturingSink();
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var site = await LogSite.StartAsync(
            ServerKind.Aeronet,
            sink,
            app => app.Run(async context =>
            {
                reached.SetResult();
                if (how == "throwFirst")
                    throw new InvalidOperationException("on purpose");

                if (how == "before")
                {
                    await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { });
                    return;
                }

                if (how == "short")
                    context.Response.ContentLength = 10;

                await context.Response.WriteAsync("abc");
                await context.Response.Body.FlushAsync();
                await Task.Delay(50);
                if (how == "abort")
                    context.Abort();
                else if (how == "throw")
                    throw new InvalidOperationException("on purpose");
            }),
            ("Format", "{bytes} {completed}"));
        using (var client = await site.Host.ConnectAsync())
        {
            await client.SendGetAsync("/");
            await reached.Task.OrTimeout("the handler");
            if (how == "before")
                client.Reset();
            else if (how != "throwFirst")
                await client.ReadToEndAsync();

            Assert.Equal(expected, await sink.LineAsync());
        }
    }

    // Who throws before the response has begun leaves it to others, and theirs may be whole.
    [Theory]
    [InlineData("async", "3 true 400")]
    [InlineData("sync", "3 true 400")]
    [InlineData("started", "2 false 200")]
    [InlineData("started503", "2 false 503")]
    public async Task Get_ThrowsInsideExceptionHandler_ByWhoBeganTheResponse(string how, string expected)
    {
        var sink = new CapturingSink();
        await using var site = await TestSite.StartAsync(ServerKind.Aeronet, new SiteOptions
        {
            Settings = Settings("{bytes} {completed} {status}"),
            Builder = builder => builder.Services.AddAeronetAccessLog().AddSingleton<IAccessLogSink>(sink),
            App = app =>
            {
                app.UseExceptionHandler(handler => handler.Run(context =>
                {
                    context.Response.StatusCode = 400;
                    return context.Response.WriteAsync("bad");
                }));
                app.UseAeronetAccessLog();
                app.Run(context => how == "sync" ? throw new BadHttpRequestException("on purpose") : ThrowAsync(context));
            },
        });
        using var client = await site.Host.ConnectAsync();
        await client.SendGetAsync("/");

        Assert.Equal(expected, await sink.LineAsync());

        async Task ThrowAsync(HttpContext context)
        {
            await Task.Yield();
            if (how.StartsWith("started", StringComparison.Ordinal))
            {
                context.Response.StatusCode = how == "started" ? 200 : 503;
                context.Response.ContentLength = 2;
                await context.Response.WriteAsync("ab");
                await context.Response.Body.FlushAsync();
            }

            throw new BadHttpRequestException("on purpose");
        }
    }

    // The interim response is no part of the final one, and counts where the connection counts.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reset_After100Continue_BytesSentExactly(bool reads)
    {
        var sink = new CapturingSink();
        await using var site = await LogSite.StartAsync(
            ServerKind.Aeronet,
            sink,
            app => app.Run(async context =>
            {
                if (reads)
                    await context.Request.Body.CopyToAsync(Stream.Null);

                await AnswerAsync(context, "stream");
            }),
            ("Format", "{bytes} {completed} {status}"));
        int headLength;
        using (var client = await RawClient.ConnectAsync(site.Host.EndPoint, receiveBufferSize: 64 * 1024))
        {
            await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
            headLength = 0;
            if (reads)
            {
                headLength = (await client.ReadUntilAsync("\r\n\r\n")).Length;
                Assert.Equal("HTTP/1.1 100 Continue\r\n\r\n".Length, headLength);
                await client.SendAsync("abc");
            }

            headLength += (await client.ReadUntilAsync("\r\n\r\n")).Length;
            await client.ReadExactlyAsync(Taken);
            client.Reset();
        }

        var line = (await sink.LineAsync()).Split(' ');
        Assert.Equal(["false", "200"], line[1..]);
        Assert.Equal((long)site.Host.Metrics.Total("aeronet.bytes.sent") - headLength, long.Parse(line[0], CultureInfo.InvariantCulture));
    }

    private static Dictionary<string, string?> Settings(string format) => new()
    {
        [$"{AeronetAccessLogOptions.SectionName}:Format"] = format,
        [$"{AeronetAccessLogOptions.SectionName}:FlushInterval"] = "00:00:00",
    };

    private static async Task TakeSomeAsync(HttpClient client)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        (request.Version, request.VersionPolicy) = (client.DefaultRequestVersion, client.DefaultVersionPolicy);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[Taken]).OrTimeout("a third");
    }

    private async Task AnswerAsync(HttpContext context, string way)
    {
        if (context.Request.Path == "/none")
        {
            context.Response.StatusCode = 204;
            return;
        }

        if (context.Request.Path == "/chunks")
        {
            for (var i = 0; i < 3; i++)
            {
                await context.Response.Body.WriteAsync(new byte[100]);
                await context.Response.Body.FlushAsync();
            }

            return;
        }

        if (context.Request.Path == "/small" || context.Request.Path == "/head")
        {
            context.Response.ContentLength = 100;
            await context.Response.Body.WriteAsync(new byte[100]);
            return;
        }

        if (way != "chunked")
            context.Response.ContentLength = Size;

        // The application is told of nothing, and writes on to its end.
        var chunk = new byte[256 * 1024];
        switch (way)
        {
            case "stream" or "chunked":
                for (var i = 0; i < Size / chunk.Length; i++)
                    await context.Response.Body.WriteAsync(chunk);
                break;
            case "streamAtOnce":
                await context.Response.Body.WriteAsync(new byte[Size]);
                break;
            case "writer":
                for (var i = 0; i < Size / chunk.Length; i++)
                    await context.Response.BodyWriter.WriteAsync(chunk);
                break;
            case "writerAtOnce":
                await context.Response.BodyWriter.WriteAsync(new byte[Size]);
                break;
            case "file":
                await context.Response.SendFileAsync(_file);
                break;
            case "region" when context.Features.Get<IHttpResponseBodyFeature>() is IHttpFileRegionFeature region:
                using (var file = File.OpenHandle(_file))
                    await region.SendFileAsync(file, 0, Size);
                break;
            default:
                await context.Features.GetRequiredFeature<IHttpResponseBodyFeature>().SendFileAsync(_file, 0, Size / 2, context.RequestAborted);
                await context.Features.GetRequiredFeature<IHttpResponseBodyFeature>().SendFileAsync(_file, Size / 2, null, context.RequestAborted);
                break;
        }
    }
}
