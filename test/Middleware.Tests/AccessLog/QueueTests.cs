using Aeronet.AspNetCore.Middleware.AccessLog;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.Tests.AccessLog;

public sealed class QueueTests
{
    [Fact]
    public void TryAdd_Full_RefusedUntilTaken()
    {
        var queue = new LineQueue(4096);
        var line = new byte[1000];

        Assert.All(Enumerable.Range(0, 4), _ => Assert.True(queue.TryAdd(line)));
        Assert.False(queue.TryAdd(line));
        Assert.True(queue.TryAdd(line.AsSpan(0, 96)));
        Assert.Equal(4096, queue.Take(out var lines).Length);
        Assert.Equal(5, lines);
        Assert.True(queue.TryAdd(line));
    }

    [Fact]
    public async Task WaitForRoom_Full_EndsWhenTaken()
    {
        var queue = new LineQueue(4096);
        Assert.True(queue.TryAdd(new byte[4096]));

        var waiting = queue.WaitForRoomAsync(1);
        Assert.False(waiting.IsCompleted);
        _ = queue.Take(out _);

        Assert.True(await waiting.OrTimeout("room in the queue"));
        Assert.False(await queue.WaitForRoomAsync(4097));
        queue.Complete();
        Assert.False(await queue.WaitForRoomAsync(1));
        Assert.False(queue.TryAdd(new byte[1]));
    }

    [Fact]
    public async Task Get_SinkStuck_DropsAndCounts()
    {
        var stuck = new TaskCompletionSource();
        var sink = new CapturingSink { OnWrite = () => stuck.Task };
        await using var site = await LogSite.StartAsync(
            ServerKind.Aeronet, sink, null, ("Format", "{path}"), ("QueueSize", "4096"));
        var path = "/" + new string('a', 1000);

        for (var i = 0; i < 20; i++)
            using (await site.GetAsync(path))
            {
            }

        stuck.SetResult();
        await site.Host.StopAsync();

        // At least one line was with the sink and four were waiting.
        Assert.InRange(sink.Lines.Count, 5, 9);
        Assert.Equal(20 - sink.Lines.Count, site.Host.Metrics.Total("aeronet.access_log.dropped"));
        Assert.Equal(sink.Lines.Count, site.Host.Metrics.Total("aeronet.access_log.lines"));
        Assert.Contains(
            site.Host.Logs.From("Aeronet.AspNetCore.Middleware.AccessLog", LogLevel.Warning),
            entry => entry.Message.Contains("were dropped: the queue was full"));
    }

    [Fact]
    public async Task Get_SinkStuckAndWait_NothingLost()
    {
        var stuck = new TaskCompletionSource();
        var sink = new CapturingSink { OnWrite = () => stuck.Task };
        await using var site = await LogSite.StartAsync(
            ServerKind.Aeronet, sink, null, ("Format", "{path}"), ("QueueSize", "4096"), ("Overflow", "Wait"));
        var path = "/" + new string('a', 1000);

        // Each on a connection of its own: responses leave although lines wait.
        for (var i = 0; i < 20; i++)
            Assert.Equal(200, (await site.SendRawAsync($"GET {path} HTTP/1.1\r\nHost: a")).StatusCode);

        stuck.SetResult();
        await Eventually.HoldsAsync(() => sink.Lines.Count == 20, "every line", () => $"{sink.Lines.Count} lines");
    }

    [Fact]
    public async Task Get_SinkThrows_CountedAndGoesOn()
    {
        var broken = true;
        var failing = new CapturingSink { OnWrite = () => broken ? throw new IOException("broken") : Task.CompletedTask };
        await using var site = await LogSite.StartAsync(ServerKind.Aeronet, failing, null, ("Format", "{path}"));

        using (await site.GetAsync("/lost"))
            await Eventually.HoldsAsync(() => site.Host.Metrics.Total("aeronet.access_log.dropped") == 1, "the drop");

        broken = false;
        using (await site.GetAsync("/kept"))
            Assert.Equal("/kept", await failing.LineAsync());

        Assert.Equal(
            "1 lines of the access log were dropped: broken",
            Assert.Single(site.Host.Logs.From("Aeronet.AspNetCore.Middleware.AccessLog", LogLevel.Warning)).Message);
    }
}
