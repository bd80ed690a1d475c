using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aeronet.AspNetCore.Functional.Tests.Http2;

public sealed class Http2ClientTests
{
    [Theory, BothTransports]
    public async Task Get_PriorKnowledge_Http2(TransportKind transport)
    {
        await using var host = await StartAsync(transport, context => context.Response.WriteAsync(context.Request.Protocol));
        using var client = host.CreateHttpClient(HttpVersion.Version20);

        using var response = await client.GetAsync("/");

        Assert.Equal(HttpVersion.Version20, response.Version);
        Assert.Equal("HTTP/2", await response.Content.ReadAsStringAsync());
    }

    [Theory, BothTransports]
    public async Task Streams_ManyAtOnce_OneConnection(TransportKind transport)
    {
        await using var host = await StartAsync(transport, async context =>
        {
            if (context.Request.Path.Value!.EndsWith('7'))
                await Task.Yield();

            await context.Response.WriteAsync($"{context.Connection.Id} {context.Request.Path}");
        });
        using var client = host.CreateHttpClient(HttpVersion.Version20);
        var id = (await client.GetStringAsync("/first")).Split(' ')[0];

        var answers = await Task.WhenAll(Enumerable.Range(0, 500).Select(i => client.GetStringAsync($"/{i}")));

        for (var i = 0; i < answers.Length; i++)
            Assert.Equal($"{id} /{i}", answers[i]);
    }

    [Theory, BothTransports]
    public async Task Stream_OpenAndSilent_OthersAreAnswered(TransportKind transport)
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await StartAsync(transport, async context =>
        {
            if (context.Request.Path == "/wait")
                await release.Task;

            await context.Response.WriteAsync("ok");
        });
        using var client = host.CreateHttpClient(HttpVersion.Version20);

        var waiting = client.GetStringAsync("/wait");
        for (var i = 0; i < 50; i++)
            Assert.Equal("ok", await client.GetStringAsync("/now"));

        Assert.False(waiting.IsCompleted);
        release.SetResult();
        Assert.Equal("ok", await waiting.OrTimeout("the waiting stream"));
    }

    [Theory, BothTransports]
    public async Task Download_20MB_EveryByteIsRight(TransportKind transport)
    {
        const int Size = 20 * 1024 * 1024;
        await using var host = await StartAsync(transport, context => Pattern.WriteAsync(context.Response.Body, Size));
        using var client = host.CreateHttpClient(HttpVersion.Version20);

        var lengths = await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ =>
        {
            await using var body = await client.GetStreamAsync("/");
            return await Pattern.VerifyAsync(body);
        })).OrTimeout("the downloads");

        Assert.All(lengths, l => Assert.Equal(Size, l));
    }

    [Theory, BothTransports]
    public async Task Upload_20MB_EveryByteIsRight(TransportKind transport)
    {
        const int Size = 20 * 1024 * 1024;
        await using var host = await StartAsync(
            transport,
            async context => await context.Response.WriteAsync($"{await Pattern.VerifyAsync(context.Request.Body)}"));
        using var client = host.CreateHttpClient(HttpVersion.Version20);

        var answers = await Task.WhenAll(Enumerable.Range(0, 2).Select(async _ =>
        {
            using var content = new PatternContent(Size, step: 50_000);
            using var response = await client.PostAsync("/", content);
            return await response.Content.ReadAsStringAsync();
        })).OrTimeout("the uploads");

        Assert.All(answers, a => Assert.Equal($"{Size}", a));
    }

    [Theory, BothTransports]
    public async Task FlowControl_OneReaderStops_OtherStreamsGoOn(TransportKind transport)
    {
        const int Size = 4 * 1024 * 1024;
        await using var host = await StartAsync(
            transport,
            context => Pattern.WriteAsync(context.Response.Body, context.Request.Path == "/large" ? Size : 10));
        using var client = host.CreateHttpClient(HttpVersion.Version20);

        using var stopped = await client.GetAsync("/large", HttpCompletionOption.ResponseHeadersRead);
        for (var i = 0; i < 50; i++)
            Assert.Equal(10, (await client.GetByteArrayAsync("/small")).Length);

        await using var body = await stopped.Content.ReadAsStreamAsync();
        Assert.Equal(Size, await Pattern.VerifyAsync(body).OrTimeout("the rest of the large body"));
    }

    [Theory, BothTransports]
    public async Task Cancel_ByTheClient_RequestAbortedAndTheConnectionLives(TransportKind transport)
    {
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await StartAsync(transport, async context =>
        {
            if (context.Request.Path == "/id")
            {
                await context.Response.WriteAsync(context.Connection.Id);
                return;
            }

            using var registration = context.RequestAborted.Register(aborted.SetResult);
            started.SetResult();
            await aborted.Task;
        });
        using var client = host.CreateHttpClient(HttpVersion.Version20);
        var id = await client.GetStringAsync("/id");

        using var cancel = new CancellationTokenSource();
        var request = client.GetAsync("/wait", cancel.Token);
        await started.Task.OrTimeout("the handler");
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await aborted.Task.OrTimeout("RequestAborted");
        Assert.Equal(id, await client.GetStringAsync("/id"));
    }

    [Theory, BothTransports]
    public async Task Abort_ByTheServer_StreamIsResetAndTheConnectionLives(TransportKind transport)
    {
        await using var host = await StartAsync(transport, context =>
        {
            if (context.Request.Path == "/abort")
            {
                context.Abort();
                return Task.CompletedTask;
            }

            return context.Response.WriteAsync(context.Connection.Id);
        });
        using var client = host.CreateHttpClient(HttpVersion.Version20);
        var id = await client.GetStringAsync("/id");

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync("/abort"));

        Assert.Equal(id, await client.GetStringAsync("/id"));
    }

    [Theory, BothTransports]
    public async Task Trailers_OfTheResponse_Arrive(TransportKind transport)
    {
        await using var host = await StartAsync(transport, async context =>
        {
            context.Response.DeclareTrailer("x-sum");
            await context.Response.WriteAsync("body");
            context.Response.AppendTrailer("x-sum", "42");
        });
        using var client = host.CreateHttpClient(HttpVersion.Version20);

        using var response = await client.GetAsync("/");

        Assert.Equal("body", await response.Content.ReadAsStringAsync());
        Assert.Equal("42", Assert.Single(response.TrailingHeaders.GetValues("x-sum")));
    }

    [Theory, BothTransports]
    public async Task Headers_LargerThanAFrame_ArriveWhole(TransportKind transport)
    {
        await using var host = await StartAsync(transport, context =>
        {
            for (var i = 0; i < 20; i++)
                context.Response.Headers[$"x-{i}"] = new string((char)('a' + i), 1500);

            return context.Response.WriteAsync(context.Request.Headers["x-large"].ToString());
        });
        using var client = host.CreateHttpClient(HttpVersion.Version20);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var large = new string('z', 20_000);
        request.Headers.Add("x-large", large);

        using var response = await client.SendAsync(request);

        Assert.Equal(large, await response.Content.ReadAsStringAsync());
        for (var i = 0; i < 20; i++)
            Assert.Equal(new string((char)('a' + i), 1500), Assert.Single(response.Headers.GetValues($"x-{i}")));
    }

    internal static Task<KestrelHost> StartAsync(TransportKind transport, RequestDelegate handler)
        => KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            Listen = listen => listen.Protocols = HttpProtocols.Http2,
            App = app => app.Run(handler),
        });
}
