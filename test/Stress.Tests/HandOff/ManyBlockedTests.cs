using System.Diagnostics;
using Aeronet.AspNetCore.Stress.Tests.Support;

namespace Aeronet.AspNetCore.Stress.Tests.HandOff;

/// <summary>More blocked requests than there will ever be threads for.</summary>
public sealed class ManyBlockedTests
{
    [Theory]
    [InlineData(2, 64, 2000)]
    [InlineData(2, 4, 300)]
    public async Task Loop_ManyConnectionsBlockAtOnce_AllAnsweredByABoundedNumberOfThreads(int loops, int standbyThreads, int connections)
    {
        await using var server = await StressServer.StartAsync(
            loops,
            new KestrelHostOptions { App = StressApp.Map, Transport = o => o.MaxStandbyThreads = standbyThreads });
        using var others = RequestLoad.Start(server.EndPoint, "/plain", 10, TimeSpan.FromMilliseconds(5));
        await others.MeasureAsync(TimeSpan.FromSeconds(0.3));
        var start = Stopwatch.GetTimestamp();
        var done = BlockingClient.RunAsync(() => RequestOnAll(server, connections, "/block?ms=200"));
        var (serving, all) = (0, 0);
        while (!done.IsCompleted)
        {
            serving = Math.Max(serving, StressServer.ServingThreads);
            all = Math.Max(all, ProcessCounters.CountThreads());
            await Task.WhenAny(done, Task.Delay(50));
        }

        await done;
        var time = Stopwatch.GetElapsedTime(start);
        Report.Line($"others meanwhile: {others.Stop()}");
        Report.Line(
            $"{connections} in {time.TotalSeconds:0.0} s by at most {serving} serving threads "
            + $"({all} threads in all), {server.HandOffs} hand-offs");

        // 400 seconds of sleep: the thread pool alone, which grows by a thread or two a second, would take the better part of a minute.
        Assert.InRange(time, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        Assert.InRange(serving, loops, (2 * loops) + standbyThreads);
        await IdleThreadsAsync(loops);
        await server.StopCleanlyAsync();
    }

    private static void RequestOnAll(StressServer server, int connections, string path)
    {
        var clients = new List<BlockingClient>(connections);
        try
        {
            for (var i = 0; i < connections; i++)
                clients.Add(new BlockingClient(server.EndPoint));

            foreach (var client in clients)
            {
                client.Socket.ReceiveTimeout = 60_000;
                client.SendGet(path);
            }

            foreach (var client in clients)
                Assert.Equal(200, client.ReceiveResponse());
        }
        finally
        {
            foreach (var client in clients)
                client.Dispose();
        }
    }

    /// <summary>Blocked threads have come back: each loop has its leader, and the others are idle by name.</summary>
    private static Task IdleThreadsAsync(int loops) => Eventually.HoldsAsync(
        () => ProcessCounters.CountThreads(StressServer.LoopThreads) == loops,
        "one leader a loop",
        () => string.Join(", ", ProcessCounters.ThreadNames()));
}
