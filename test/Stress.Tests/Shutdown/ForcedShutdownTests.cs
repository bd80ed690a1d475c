using System.Diagnostics;
using Aeronet.AspNetCore.Stress.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Stress.Tests.Shutdown;

/// <summary>The server is stopped, and something will not end by itself.</summary>
public sealed class ForcedShutdownTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task StopAsync_PeersNeverRead_EndsAtTheHostsTimeout(int loops)
    {
        await using var server = await StressServer.StartAsync(loops, new KestrelHostOptions
        {
            App = app => app.Run(async context =>
            {
                context.Response.ContentLength = 10_000_000;
                await context.Response.Body.WriteAsync(new byte[10_000_000]);
            }),
            ShutdownTimeout = TimeSpan.FromSeconds(1),
        });
        var clients = Enumerable.Range(0, 20).Select(_ => new BlockingClient(server.EndPoint, receiveBufferSize: 8 * 1024)).ToList();
        foreach (var client in clients)
        {
            client.SendGet("/");
            Assert.False(client.ReceiveSome(1));
        }

        var start = Stopwatch.GetTimestamp();
        await server.Host.StopAsync();
        var stopping = Stopwatch.GetElapsedTime(start);
        Report.Line($"stopping took {stopping.TotalMilliseconds:0} ms");

        // The transport's own time is 30 s.
        Assert.InRange(stopping.TotalSeconds, 0.5, 25);
        foreach (var client in clients)
            client.Dispose();

        await server.StopCleanlyAsync();
    }

    // A thread that is inside the application cannot be stopped: the server waits for it and leaves nothing behind.
    [Theory]
    [InlineData(DispatchMode.Adaptive, 64)]
    [InlineData(DispatchMode.Adaptive, 1)]
    [InlineData(DispatchMode.Inline, 64)]
    [InlineData(DispatchMode.ThreadPool, 64)]
    public async Task StopAsync_HandlersAreBlocked_EndsWhenTheyDo(DispatchMode dispatch, int standbyThreads)
    {
        var (entered, left) = (0, 0);
        await using var server = await StressServer.StartAsync(2, new KestrelHostOptions
        {
            App = app => app.Run(context =>
            {
                Interlocked.Increment(ref entered);
                Thread.Sleep(1500);
                Interlocked.Increment(ref left);
                return Task.CompletedTask;
            }),
            ShutdownTimeout = TimeSpan.FromSeconds(0.3),
            Transport = o =>
            {
                o.Dispatch = dispatch;
                o.MaxStandbyThreads = standbyThreads;
            },
        });
        var clients = Enumerable.Range(0, 6).Select(_ => new BlockingClient(server.EndPoint)).ToList();
        foreach (var client in clients)
            client.SendGet("/");

        await Eventually.HoldsAsync(() => Volatile.Read(ref entered) >= 2, "handlers to be entered");
        await Task.Delay(100);
        var start = Stopwatch.GetTimestamp();
        await server.Host.StopAsync();
        await server.DisposeAsync();
        var stopping = Stopwatch.GetElapsedTime(start);
        Report.Line($"{dispatch}: {entered} handlers were blocked; stopping took {stopping.TotalMilliseconds:0} ms");
        Assert.InRange(stopping.TotalSeconds, 0.2, 25);
        foreach (var client in clients)
            client.Dispose();

        await Eventually.HoldsAsync(() => Volatile.Read(ref left) == Volatile.Read(ref entered), "the handlers to end");
        await server.StopCleanlyAsync();
    }
}
