using Aeronet.AspNetCore.Stress.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Stress.Tests.HandOff;

/// <summary>Handlers that hold a loop and wait for a client that resets its connection: only the loop can tell them.</summary>
public sealed class VanishedClientTests
{
    private const int Clients = 8;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public Task Handler_BlockedInWriting_IsFreedByAReset(int loops) => RunAsync(loops, context =>
    {
        StressApp.AllowSynchronousIO(context);
        var bytes = new byte[1_000_000];
        while (!context.RequestAborted.IsCancellationRequested)
            context.Response.Body.Write(bytes);
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public Task Handler_BlockedInReading_IsFreedByAReset(int loops) => RunAsync(loops, context =>
    {
        StressApp.AllowSynchronousIO(context);
        Assert.ThrowsAny<IOException>(() => context.Request.Body.CopyTo(Stream.Null));
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public Task Handler_BlockedUntilItIsAborted_IsFreedByAReset(int loops) => RunAsync(loops, context =>
        Assert.True(context.RequestAborted.WaitHandle.WaitOne(TaskTimeoutExtensions.DefaultTimeout), "The request was not aborted."));

    private static async Task RunAsync(int loops, Action<HttpContext> block)
    {
        var (entered, left) = (0, 0);
        Exception? failure = null;
        await using var server = await StressServer.StartAsync(loops, context =>
        {
            Interlocked.Increment(ref entered);
            try
            {
                block(context);
            }
            catch (Exception thrown)
            {
                failure = thrown;
            }

            Interlocked.Increment(ref left);
            return Task.CompletedTask;
        });
        var clients = Enumerable.Range(0, Clients).Select(_ => new BlockingClient(server.EndPoint)).ToList();
        foreach (var client in clients)
            client.Send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nsome");

        await Eventually.HoldsAsync(() => Volatile.Read(ref entered) == Clients, "the handlers to be entered", () => $"{entered} are.");
        await Task.Delay(50);
        Assert.Equal(0, left);
        foreach (var client in clients)
            client.Reset();

        await Eventually.HoldsAsync(() => Volatile.Read(ref left) == Clients, "the handlers to be freed", () => $"{left} are.");
        Assert.Null(failure);
        await server.StopCleanlyAsync();
    }
}
