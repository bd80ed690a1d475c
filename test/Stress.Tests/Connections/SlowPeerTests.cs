using Aeronet.AspNetCore.Stress.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Stress.Tests.Connections;

public sealed class SlowPeerTests
{
    private const int BodyLength = 300_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Server_HundredsOfSlowReadersAndWriters_FastOnesStayFast(int loops)
    {
        var path = Path.Combine(Path.GetTempPath(), $"aeronet-slow-{Guid.NewGuid():N}");
        await File.WriteAllBytesAsync(path, Pattern.Bytes(BodyLength));
        try
        {
            await using var server = await StressServer.StartAsync(loops, new KestrelHostOptions
            {
                App = app => Map(app, path),
                Listen = StressApp.UseSmallSendBuffers,
                Kestrel = kestrel =>
                {
                    // A byte in ten milliseconds is less than Kestrel puts up with.
                    kestrel.Limits.MinResponseDataRate = null;
                    kestrel.Limits.MinRequestBodyDataRate = null;
                },
            });
            using var fast = RequestLoad.Start(server.EndPoint, "/plain", 16, TimeSpan.FromMilliseconds(2));
            await fast.MeasureAsync(TimeSpan.FromSeconds(0.5));
            var alone = await LatencyWindows.MeasureAsync(fast, 2, TimeSpan.FromSeconds(0.5));
            using var slow = SlowPeers.Start(server.EndPoint, 100, ["/big", "/file"], 200);
            var beside = await LatencyWindows.MeasureAsync(fast, 5, TimeSpan.FromSeconds(1));

            // It is the server's own waiting that is tested, not the kernel's buffers.
            var full = server.Host.Metrics.Total("aeronet.socket.would_block", ("aeronet.direction", "send"));
            Assert.True(full >= 100, $"Only {full} times was a socket full.");

            Report.Line($"alone: {alone}");
            Report.Line($"beside {slow.Count} slow ones: {beside}; {server.HandOffs} hand-offs");
            beside.AssertWithin(best: 10, all: 100, alone);
            slow.Finish(TimeSpan.FromSeconds(20));
            fast.Stop();
            slow.Dispose();
            await server.StopCleanlyAsync();
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void Map(WebApplication app, string path)
    {
        StressApp.Map(app);
        var big = Pattern.Bytes(BodyLength);
        app.MapGet("/big", (RequestDelegate)(async context =>
        {
            // In steps, so that a flush waits for the reader.
            context.Response.ContentLength = big.Length;
            for (var sent = 0; sent < big.Length; sent += 10_000)
                await context.Response.Body.WriteAsync(big.AsMemory(sent, 10_000));
        }));
        app.MapGet("/file", (RequestDelegate)(context =>
        {
            context.Response.ContentLength = BodyLength;
            return context.Response.SendFileAsync(path);
        }));
        app.MapPost("/echo", (RequestDelegate)(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            context.Response.ContentLength = body.Length;
            await context.Response.Body.WriteAsync(body.GetBuffer().AsMemory(0, (int)body.Length));
        }));
    }
}
