using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Functional.Tests.Limits;

/// <summary>A server leaves, and its clients lose nothing. Where a delay matters it is an hour, and the test ends it.</summary>
public sealed class DrainTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromHours(1);

    [Fact]
    public async Task Begin_KeptAliveConnection_NextAnswerIsItsLast()
    {
        await using var host = await StartAsync(context => context.Response.WriteAsync("ok"));
        var drain = DrainOf(host);
        using var kept = await host.ConnectAsync();
        Assert.Null((await kept.GetAsync())["Connection"]);
        Assert.Equal(AeronetDrainPhase.Serving, drain.Phase);

        var drained = drain.BeginAsync(s_long);
        var answer = await kept.GetAsync();
        using var late = await host.ConnectAsync();
        var lateAnswer = await late.GetAsync();

        Assert.Equal(AeronetDrainPhase.Draining, drain.Phase);
        Assert.Equal(("ok", "close"), (answer.Text, answer["Connection"]));
        Assert.Equal(("ok", "close"), (lateAnswer.Text, lateAnswer["Connection"]));
        Assert.Equal(ConnectionEnd.Finished, (await kept.ReadToEndAsync()).End);
        Assert.False(drained.IsCompleted);
        await drain.BeginAsync(TimeSpan.Zero).OrTimeout("the drain");
        await drained;
        Assert.Equal(AeronetDrainPhase.Drained, drain.Phase);
    }

    [Fact]
    public async Task Begin_IdleConnections_ClosedInOrderWhenTheDelayIsOver()
    {
        await using var host = await StartAsync(context => context.Response.WriteAsync("ok"));
        var drain = DrainOf(host);
        using var used = await host.ConnectAsync();
        await used.GetAsync();
        using var fresh = await host.ConnectAsync();
        await Eventually.HoldsAsync(() => host.Metrics.Total("kestrel.active_connections") == 2, "2 connections taken");

        _ = drain.BeginAsync(s_long);
        // Neither is closed while the balancer may still be about to use it.
        Assert.Equal("ok", (await used.GetAsync()).Text);
        Assert.Equal("ok", (await fresh.GetAsync()).Text);
        used.Dispose();
        fresh.Dispose();
        await Eventually.HoldsAsync(() => host.Metrics.Total("kestrel.active_connections") == 0, "both to be gone");
        using var idle = await host.ConnectAsync();
        await Eventually.HoldsAsync(() => host.Metrics.Total("kestrel.active_connections") == 1, "the third connection taken");
        await drain.BeginAsync(TimeSpan.Zero).OrTimeout("the drain");

        Assert.Equal(ConnectionEnd.Finished, (await idle.ReadToEndAsync()).End);
        await Assert.ThrowsAsync<SocketException>(() => host.ConnectAsync());
    }

    [Fact]
    public async Task Begin_Http2StreamsInFlight_AnsweredAndGone()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var started = new SemaphoreSlim(0);
        await using var host = await StartAsync(
            async context =>
            {
                started.Release();
                await release.Task;
                await context.Response.WriteAsync("ok");
            },
            listen => listen.Protocols = HttpProtocols.Http2);
        using var client = host.CreateHttpClient(HttpVersion.Version20);
        var requests = Enumerable.Range(0, 10).Select(_ => client.GetStringAsync("/")).ToArray();
        for (var i = 0; i < requests.Length; i++)
            await started.WaitAsync().OrTimeout($"handler {i}");

        var drained = DrainOf(host).BeginAsync(TimeSpan.Zero);
        await Eventually.HoldsAsync(() => Logged(host, "DrainCloses", "1 HTTP/2"), "the census");
        release.SetResult();

        Assert.All(await Task.WhenAll(requests), answer => Assert.Equal("ok", answer));
        await drained.OrTimeout("the drain");
        Assert.Equal(0, host.Metrics.Total("kestrel.active_connections"));
    }

    [Fact]
    public async Task Begin_WebSocket_ToldByBeganAndWaitedFor()
    {
        await using var host = await StartAsync(async context =>
        {
            var began = context.RequestServices.GetRequiredService<IAeronetDrain>().Began;
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = began.Register(told.SetResult);
            await told.Task;
            await socket.CloseAsync(WebSocketCloseStatus.EndpointUnavailable, "leaving", default);
        });
        using var client = new ClientWebSocket();
        await client.ConnectAsync(new Uri($"ws://127.0.0.1:{host.Port}/"), default).OrTimeout("the WebSocket");

        var drained = DrainOf(host).BeginAsync(TimeSpan.Zero);
        await Eventually.HoldsAsync(() => Logged(host, "DrainCloses", "1 upgraded"), "the census");
        var received = await client.ReceiveAsync(new byte[10], default).OrTimeout("the close");
        Assert.False(drained.IsCompleted);
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default);

        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, received.CloseStatus);
        await drained.OrTimeout("the drain");
    }

    [Fact]
    public async Task Begin_RequestThatDoesNotEnd_ResetWhenTimeIsUp()
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await StartAsync(
            async context =>
            {
                started.SetResult();
                var aborted = new TaskCompletionSource();
                using var registration = context.RequestAborted.Register(aborted.SetResult);
                await aborted.Task;
            },
            timeout: TimeSpan.FromMilliseconds(200));
        using var client = await host.ConnectAsync();
        await client.SendGetAsync();
        await started.Task.OrTimeout("the handler");

        await DrainOf(host).BeginAsync(TimeSpan.Zero).OrTimeout("the drain");

        Assert.Equal(ConnectionEnd.Reset, (await client.ReadToEndAsync()).End);
        Assert.True(Logged(host, "DrainTimedOut", "1 in a request"));
    }

    /// <summary>The host's own stop, with requests that arrive while it waits.</summary>
    [Fact]
    public async Task Stop_Delay_ServesOnAndTellsTheApplicationAtOnce()
    {
        await using var host = await KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            App = app => app.Run(context => context.Response.WriteAsync("ok")),
            Transport = options => options.DrainDelay = TimeSpan.FromMinutes(9),
            ShutdownTimeout = TimeSpan.FromMinutes(10),
        });
        var drain = DrainOf(host);
        var stopping = host.Services.GetRequiredService<IHostApplicationLifetime>();
        stopping.StopApplication();
        await Eventually.HoldsAsync(() => drain.Phase == AeronetDrainPhase.Draining, "the drain");

        var stopped = host.StopAsync();
        using var client = await host.ConnectAsync();
        var answer = await client.GetAsync();
        await Eventually.HoldsAsync(() => Logged(host, "DrainWaits", ""), "the first report");
        using var late = await host.ConnectAsync();
        var lateAnswer = await late.GetAsync();

        Assert.Equal(("ok", "close"), (answer.Text, answer["Connection"]));
        Assert.Equal("ok", lateAnswer.Text);
        Assert.False(stopped.IsCompleted);
        Assert.True(drain.Began.IsCancellationRequested);
        _ = drain.BeginAsync(TimeSpan.Zero);
        await stopped;
        Assert.Equal(AeronetDrainPhase.Drained, drain.Phase);
    }

    [Fact]
    public async Task Stop_NoDelayAndNobodyThere_NothingLogged()
    {
        await using var host = await StartAsync(context => context.Response.WriteAsync("ok"));

        await host.StopAsync();

        Assert.Equal(AeronetDrainPhase.Drained, DrainOf(host).Phase);
        Assert.DoesNotContain(host.Logs.Entries, entry => entry.EventId.Name?.StartsWith("Drain", StringComparison.Ordinal) == true);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(25 * 60 * 60)]
    public async Task Begin_DelayOutOfRange_Refused(int seconds)
    {
        await using var host = await StartAsync(context => context.Response.WriteAsync("ok"));

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>("delay", () => DrainOf(host).BeginAsync(TimeSpan.FromSeconds(seconds)));
        Assert.Equal(AeronetDrainPhase.Serving, DrainOf(host).Phase);
    }

    private static Task<KestrelHost> StartAsync(RequestDelegate handler, Action<ListenOptions>? listen = null, TimeSpan? timeout = null) =>
        KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            App = app =>
            {
                app.UseWebSockets();
                app.Run(handler);
            },
            Listen = listen,
            Transport = options => options.DrainTimeout = timeout ?? TimeSpan.FromMinutes(5),
        });

    private static IAeronetDrain DrainOf(KestrelHost host) => host.Services.GetRequiredService<IAeronetDrain>();

    private static bool Logged(KestrelHost host, string name, string part) =>
        host.Logs.Entries.Any(entry => entry.EventId.Name == name && entry.Message.Contains(part, StringComparison.Ordinal));
}
