using System.Collections.Concurrent;
using System.Text;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Middleware.Tests.AccessLog;

/// <summary>
/// What a handler kept of its response and goes on using (fire and forget, a lost <c>Task.WhenAny</c>) is dead, and never somebody
/// else's response.
/// </summary>
public sealed class StaleBodyTests
{
    private const string Stray = "stray\n";
    private const int Others = 8;

    [Theory]
    [EachServer("stream")]
    [EachServer("writer")]
    [EachServer("advance")]
    [EachServer("feature")]
    [EachServer("file")]
    [EachServer("region")]
    public async Task WriteAfterEnd_OthersUntouched_WriterTold(ServerKind server, string way)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, string.Concat(Enumerable.Repeat(Stray, 20_000)));
        var failure = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var othersRun = new Rendezvous(Others);
        var sink = new CapturingSink();
        await using var site = await LogSite.StartAsync(
            server,
            sink,
            app => app.Run(context => context.Request.Path == "/keeps"
                ? KeepAsync(context, way, file, othersRun.AllCame, failure)
                : AnswerSlowlyAsync(context, othersRun)),
            ("Format", "{path} {bytes}"));

        using (var kept = await site.GetAsync("/keeps"))
            Assert.Equal("kept", await kept.Content.ReadAsStringAsync());

        await sink.LineAsync();
        var others = await Task.WhenAll(Enumerable.Range(0, Others).Select(async _ =>
        {
            // Each a client, and so a connection, of its own.
            using var client = site.CreateClient();
            return await client.GetStringAsync("/other");
        }));

        Assert.IsType<ObjectDisposedException>(await failure.Task.OrTimeout("the stray writer to end"));
        Assert.All(others, other => Assert.Equal(string.Concat(Enumerable.Range(0, 40)), other));
        Assert.All(sink.Lines.Skip(1), line => Assert.Equal("/other 70", line));
        File.Delete(file);
    }

    // No object is made for a request, and none is ever shared between connections.
    [Theory]
    [InlineData(ServerKind.Sockets)]
    [InlineData(ServerKind.Aeronet)]
    [InlineData(ServerKind.Http2)]
    public async Task Wrappers_OneAConnection(ServerKind server)
    {
        var wrappers = new ConcurrentQueue<(string Connection, object Server, object Body, object Stream, object Writer)>();
        await using var site = await LogSite.StartAsync(
            server,
            new CapturingSink(),
            app => app.Run(context =>
            {
                wrappers.Enqueue((
                    context.Connection.Id,
                    context.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>(),
                    context.Features.GetRequiredFeature<IHttpResponseBodyFeature>(),
                    context.Response.Body,
                    context.Response.BodyWriter));
                return context.Response.WriteAsync("x");
            }));

        for (var client = 0; client < 3; client++)
        {
            using var connection = site.CreateClient();
            for (var i = 0; i < 5; i++)
                await connection.GetStringAsync("/");
        }

        // One for each object of the server's own. Those are a connection's, too; but over HTTP/2 a request that overtakes the end of
        // the one before it gets another.
        var byServer = wrappers.GroupBy(wrapper => wrapper.Server).ToArray();
        Assert.Equal(3, wrappers.Select(w => w.Connection).Distinct().Count());
        Assert.InRange(byServer.Length, 3, server == ServerKind.Http2 ? 15 : 3);
        Assert.All(byServer, own => Assert.Single(own.Select(w => (w.Connection, w.Body, w.Stream, w.Writer)).Distinct()));
        Assert.Equal(byServer.Length, wrappers.Select(w => w.Body).Distinct().Count());
        Assert.Equal(byServer.Length, wrappers.Select(w => w.Stream).Distinct().Count());
        Assert.Equal(byServer.Length, wrappers.Select(w => w.Writer).Distinct().Count());
    }

    // What wraps each response or request anew has nothing to do with the next one on its connection; so what counts it has not either.
    [Theory]
    [InlineData(ServerKind.Sockets, "compression")]
    [InlineData(ServerKind.Aeronet, "compression")]
    [InlineData(ServerKind.Http2, "compression")]
    [InlineData(ServerKind.Aeronet, "buffering")]
    [InlineData(ServerKind.Sockets, "request")]
    [InlineData(ServerKind.Aeronet, "request")]
    public async Task UseInNextRequest_LogBehindWrapper_Throws(ServerKind server, string wrapper)
    {
        Func<Task>? stray = null;
        Exception? told = null;
        await using var site = await TestSite.StartAsync(server, new SiteOptions
        {
            Settings = { ["Aeronet:AccessLog:Format"] = "{path} {request_bytes}" },
            Builder = builder => builder.Services.AddResponseCompression().AddAeronetAccessLog().AddSingleton<IAccessLogSink>(new CapturingSink()),
            App = app =>
            {
                if (wrapper == "compression")
                    app.UseResponseCompression();
                else
                    app.Use(next => context => wrapper == "buffering" ? BufferAsync(context, next) : WrapRequestAsync(context, next));

                app.UseAeronetAccessLog();
                app.Run(async context =>
                {
                    context.Response.ContentType = "text/plain";
                    var (input, output, writer) = (context.Request.Body, context.Response.Body, context.Response.BodyWriter);
                    if (stray is { } use)
                        told = await Record.ExceptionAsync(use);

                    stray ??= wrapper == "request"
                        ? async () => Assert.Equal(0, await input.ReadAsync(new byte[10]))
                        : async () =>
                        {
                            await Assert.ThrowsAsync<ObjectDisposedException>(async () => await writer.WriteAsync(Encoding.ASCII.GetBytes(Stray)));
                            await output.WriteAsync(Encoding.ASCII.GetBytes(Stray));
                        };
                    await context.Response.WriteAsync("mine");
                });
            },
        });
        using var client = site.CreateClient();
        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new StringContent("body") };
            (request.Version, request.VersionPolicy) = (client.DefaultRequestVersion, client.DefaultVersionPolicy);
            request.Headers.Add("Accept-Encoding", "gzip");
            using var response = await client.SendAsync(request);
            await using var body = await response.Content.ReadAsStreamAsync();
            await using var plain = wrapper == "compression" ? new System.IO.Compression.GZipStream(body, System.IO.Compression.CompressionMode.Decompress) : body;
            using var reader = new StreamReader(plain);
            Assert.Equal("mine", await reader.ReadToEndAsync());
        }

        Assert.IsType<ObjectDisposedException>(told);
    }

    private static async Task BufferAsync(HttpContext context, RequestDelegate next)
    {
        var body = context.Response.Body;
        using var buffer = new MemoryStream();
        context.Response.Body = buffer;
        await next(context);
        context.Response.Body = body;
        buffer.Position = 0;
        await buffer.CopyToAsync(body);
    }

    private static async Task WrapRequestAsync(HttpContext context, RequestDelegate next)
    {
        var body = context.Request.Body;
        await using var wrapper = new BufferedStream(body);
        context.Request.Body = wrapper;
        await next(context);
        context.Request.Body = body;
    }

    private static async Task KeepAsync(HttpContext context, string way, string file, Task others, TaskCompletionSource<Exception?> failure)
    {
        var (stream, writer) = (context.Response.Body, context.Response.BodyWriter);
        var feature = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        await context.Response.WriteAsync("kept");
        _ = Task.Run(async () =>
        {
            try
            {
                await others;
                for (var i = 0; i < 200; i++)
                {
                    await UseAsync(way, stream, writer, feature, file);
                    await Task.Delay(1);
                }

                failure.SetResult(null);
            }
            catch (Exception e)
            {
                failure.SetResult(e);
            }
        });
    }

    private static async Task UseAsync(
        string way, Stream stream, System.IO.Pipelines.PipeWriter writer, IHttpResponseBodyFeature feature, string file)
    {
        var stray = Encoding.ASCII.GetBytes(Stray);
        switch (way)
        {
            case "stream":
                await stream.WriteAsync(stray);
                await stream.FlushAsync();
                break;
            case "writer":
                await writer.WriteAsync(stray);
                break;
            case "advance":
                stray.CopyTo(writer.GetSpan(stray.Length));
                writer.Advance(stray.Length);
                await writer.FlushAsync();
                break;
            case "feature":
                await feature.StartAsync();
                await feature.Stream.WriteAsync(stray);
                break;
            case "file":
                await feature.SendFileAsync(file, 0, null);
                break;
            case "region" when feature is IHttpFileRegionFeature region:
                using (var handle = File.OpenHandle(file))
                    await region.SendFileAsync(handle, 0, RandomAccess.GetLength(handle));
                break;
            default:
                await feature.SendFileAsync(file, 0, 100);
                break;
        }
    }

    private static async Task AnswerSlowlyAsync(HttpContext context, Rendezvous run)
    {
        await context.Response.Body.FlushAsync();
        await context.Response.BodyWriter.FlushAsync();
        run.Come();
        await run.AllCame;
        for (var i = 0; i < 40; i++)
        {
            await context.Response.WriteAsync(i.ToString(System.Globalization.CultureInfo.InvariantCulture));
            await Task.Delay(2);
        }
    }

    /// <summary>All others are at work before the stray writer begins.</summary>
    private sealed class Rendezvous(int count)
    {
        private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _missing = count;

        public Task AllCame => _all.Task;

        public void Come()
        {
            if (Interlocked.Decrement(ref _missing) == 0)
                _all.SetResult();
        }
    }
}
