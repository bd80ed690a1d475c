using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aeronet.AspNetCore.Functional.Tests.Limits;

public sealed class ShutdownTests
{
    [Theory, BothTransports]
    public async Task Stop_IdleKeepAliveConnections_ClosedAtOnce(TransportKind transport)
    {
        await using var host = await StartPatientAsync(transport, context => context.Response.WriteAsync("ok"));
        var clients = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            var client = await host.ConnectAsync();
            // Half of them have never sent anything.
            if (i % 2 == 0)
                Assert.Equal("ok", (await client.GetAsync()).Text);

            return client;
        }));
        await Eventually.HoldsAsync(() => host.Metrics.Total("kestrel.active_connections") == 20, "20 connections accepted");

        await host.StopAsync();

        foreach (var client in clients)
        {
            Assert.Equal(ConnectionEnd.Finished, (await client.ReadToEndAsync()).End);
            client.Dispose();
        }
    }

    [Theory]
    [BothTransports(false)]
    [BothTransports(true)]
    public async Task Stop_RequestInFlight_ResponseIsWhole(TransportKind transport, bool bodyStarted)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await StartPatientAsync(transport, async context =>
        {
            if (bodyStarted)
            {
                await context.Response.WriteAsync("first,");
                await context.Response.Body.FlushAsync();
            }

            started.SetResult();
            await release.Task;
            await context.Response.WriteAsync("last");
        });
        using var client = await host.ConnectAsync();

        await client.SendGetAsync();
        await started.Task.OrTimeout("the handler");
        var stopping = host.StopAsync();
        await host.RefusesAsync();
        Assert.False(stopping.IsCompleted);
        release.SetResult();
        var response = await client.ReadResponseAsync();
        var (rest, end) = await client.ReadToEndAsync();
        await stopping;

        Assert.Equal(bodyStarted ? "first,last" : "last", response.Text);
        Assert.Equal(bodyStarted ? null : "close", response["Connection"]);
        Assert.Empty(rest);
        Assert.Equal(ConnectionEnd.Finished, end);
    }

    [Theory, BothTransports]
    public async Task Stop_LargeResponseToASlowReader_ResponseIsWhole(TransportKind transport)
    {
        const int Size = 5_000_000;
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await StartPatientAsync(transport, async context =>
        {
            context.Response.ContentLength = Size;
            await context.Response.StartAsync();
            started.SetResult();
            await Pattern.WriteAsync(context.Response.Body, Size);
        });
        using var client = await RawClient.ConnectAsync(host.EndPoint, receiveBufferSize: 16 * 1024);

        await client.SendGetAsync();
        await started.Task.OrTimeout("the handler");
        var stopping = host.StopAsync();
        await host.RefusesAsync();
        var response = await client.ReadResponseAsync();
        var (_, end) = await client.ReadToEndAsync();
        await stopping;

        Assert.Equal(Size, response.Body.Length);
        Assert.Equal(-1, Pattern.FindMismatch(response.Body));
        Assert.Equal(ConnectionEnd.Finished, end);
    }

    [Theory, BothTransports]
    public async Task Stop_HandlerDoesNotEnd_AbortedWhenTimeIsUp(TransportKind transport)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            ShutdownTimeout = TimeSpan.FromMinutes(5),
            App = app => app.Run(async context =>
            {
                var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                using var registration = context.RequestAborted.Register(aborted.SetResult);
                started.SetResult();
                await aborted.Task;
            }),
        });
        using var client = await host.ConnectAsync();

        await client.SendGetAsync();
        await started.Task.OrTimeout("the handler");
        await host.StopUntilTimeIsUpAsync();

        Assert.Empty((await client.ReadToEndAsync()).Bytes);
    }

    [Theory, BothTransports]
    public async Task Stop_ConnectionHandlerThatIgnoresIt_AbortedWhenTimeIsUp(TransportKind transport)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            ShutdownTimeout = TimeSpan.FromMinutes(5),
            Listen = listen => listen.Run(async connection =>
            {
                started.SetResult();
                await connection.Transport.Input.ReadAsync();
            }),
        });
        using var client = await host.ConnectAsync();

        await started.Task.OrTimeout("the handler");
        await host.StopUntilTimeIsUpAsync();

        Assert.Empty((await client.ReadToEndAsync()).Bytes);
    }

    [Theory, BothTransports]
    public async Task Stop_Http2StreamsInFlight_Answered(TransportKind transport)
    {
        using var started = new SemaphoreSlim(0);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            ShutdownTimeout = TimeSpan.FromMinutes(5),
            Listen = listen => listen.Protocols = HttpProtocols.Http2,
            App = app => app.Run(async context =>
            {
                started.Release();
                await release.Task;
                await context.Response.WriteAsync("ok");
            }),
        });
        using var client = host.CreateHttpClient(HttpVersion.Version20);

        var requests = Enumerable.Range(0, 20).Select(_ => client.GetStringAsync("/")).ToArray();
        for (var i = 0; i < requests.Length; i++)
            await started.WaitAsync().OrTimeout($"handler {i}");

        var stopping = host.StopAsync();
        release.SetResult();
        var answers = await Task.WhenAll(requests).OrTimeout("the answers");
        await stopping;

        Assert.All(answers, a => Assert.Equal("ok", a));
    }

    [Theory, BothTransports]
    public async Task Stop_UnderLoad_EveryRequestIsAnsweredOrNeverAccepted(TransportKind transport)
    {
        await using var host = await StartPatientAsync(transport, async context =>
        {
            await Task.Yield();
            await context.Response.WriteAsync("ok");
        });
        var answered = 0;

        var load = Enumerable.Range(0, 10).Select(async _ =>
        {
            using var client = await host.ConnectAsync();
            while (true)
            {
                await client.SendGetAsync();
                var response = await client.ReadResponseAsync();
                Assert.Equal("ok", response.Text);
                Interlocked.Increment(ref answered);
                if (response["Connection"] == "close")
                    return;
            }
        }).ToArray();
        await Eventually.HoldsAsync(() => Volatile.Read(ref answered) > 100, "some load");
        await host.StopAsync();

        foreach (var client in load)
        {
            // Without "Connection: close" an idle connection may be closed just as its next request is on the way.
            if (await Record.ExceptionAsync(() => client) is { } e)
                Assert.True(e is EndOfStreamException or SocketException, e.ToString());
        }
    }

    [Theory, BothTransports]
    public async Task StartStop_ManyTimes_NothingIsLeftBehind(TransportKind transport)
    {
        for (var i = 0; i < 10; i++)
        {
            await using var host = await KestrelHost.StartAsync(transport, context => context.Response.WriteAsync("ok"));
            using var client = await host.ConnectAsync();
            Assert.Equal("ok", (await client.GetAsync()).Text);
            await host.StopAsync();
            await host.RefusesAsync();
        }
    }

    /// <summary>A host that ends nothing by force within the time of a test.</summary>
    private static Task<KestrelHost> StartPatientAsync(TransportKind transport, RequestDelegate handler) => KestrelHost.StartAsync(
        transport, new KestrelHostOptions { ShutdownTimeout = TimeSpan.FromMinutes(5), App = app => app.Run(handler) });
}
