using Aeronet.AspNetCore.Stress.Tests.Support;
using Aeronet.AspNetCore.Transport;

namespace Aeronet.AspNetCore.Stress.Tests.HandOff;

/// <summary>Handlers that hold a loop, and what the other connections notice of it.</summary>
public sealed class BlockedLoopTests
{
    private const int LoopBlocked = 20;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(2);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Loop_OneConnectionInTenSleeps_OthersStayPrompt(int loops)
    {
        await using var server = await StartAsync(loops);
        await MeasureOthersAsync(server, "/block?ms=200", blocked: 5, reconnects: false, best: 10, all: 100);

        Assert.True(server.HandOffs > 0, "No loop was handed off.");
        await server.StopCleanlyAsync();
    }

    // Each request is the first of its connection: nothing is known of it.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Loop_EachNewConnectionSleeps_OthersGoOn(int loops)
    {
        await using var server = await StartAsync(loops);
        await MeasureOthersAsync(server, "/block?ms=200", blocked: 5, reconnects: true, best: 20, all: 100);

        Assert.True(server.HandOffs > 0, "No loop was handed off.");
        await server.StopCleanlyAsync();
    }

    [Fact]
    public async Task Loop_HandlerComputes_OthersGoOn()
    {
        await using var server = await StartAsync(loops: 2);
        await MeasureOthersAsync(server, "/spin?ms=50", blocked: 1, reconnects: true, best: 20, all: 100);

        Assert.True(server.HandOffs > 0, "No loop was handed off.");
        await server.StopCleanlyAsync();
    }

    // Hundreds wait for the loops at once, and each of them will block: those that were prompt before do not queue behind them.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Loop_HundredsOfNewConnectionsSleepAtOnce_EstablishedOnesStayPrompt(int loops)
    {
        await using var server = await StartAsync(loops);
        await MeasureOthersAsync(server, "/block?ms=100", blocked: 400, reconnects: true, best: 50, all: 150);
        await server.StopCleanlyAsync();
    }

    // More connections block than there are threads to replace leaders with.
    [Fact]
    public async Task Loop_StandbyThreadsAreUsedUp_EstablishedOnesStayPrompt()
    {
        await using var server = await StartAsync(loops: 2, o => o.MaxStandbyThreads = 1);
        await MeasureOthersAsync(server, "/block?ms=200", blocked: 12, reconnects: false, best: 20, all: 250);
        await server.StopCleanlyAsync();
    }

    [Theory]
    [InlineData("/block?ms=50", "'HTTP: GET /block'")]
    [InlineData("/spin?ms=50", "'HTTP: GET /spin'")]
    public async Task Loop_RouteBlocksAgainAndAgain_NamedOnceAMinute(string path, string route)
    {
        await using var server = await StartAsync(loops: 2);
        using var others = RequestLoad.Start(server.EndPoint, "/plain", 20, s_pause);
        await others.MeasureAsync(TimeSpan.FromSeconds(0.3));

        // Now and then, so that each is a surprise and takes a loop from its thread.
        for (var i = 0; i < 8; i++)
        {
            using var client = await server.Host.ConnectAsync();
            Assert.Equal(200, (await client.GetAsync(path)).StatusCode);
            await Task.Delay(300);
        }

        Report.Line($"{server.HandOffs} hand-offs");
        others.Stop();

        // The machine may have held up another route, and that would be named too.
        Assert.Single(server.LogsOf(LoopBlocked), entry => entry.Message.Contains(route, StringComparison.Ordinal));
        await server.StopCleanlyAsync();
    }

    [Theory]
    [InlineData(DispatchMode.Inline)]
    [InlineData(DispatchMode.ThreadPool)]
    public async Task Loop_DispatchIsNotAdaptive_NothingIsHandedOff(DispatchMode dispatch)
    {
        await using var server = await StartAsync(loops: 2, o => o.Dispatch = dispatch);
        using var others = RequestLoad.Start(server.EndPoint, "/plain", 45, s_pause);
        using var blocked = RequestLoad.Start(server.EndPoint, "/block?ms=200", 5);
        var measured = await others.MeasureAsync(TimeSpan.FromSeconds(2));
        Report.Line($"{dispatch}: {measured}, blocked: {blocked.Take()}");

        Assert.True(measured.Count > 0, "Nothing was answered.");
        Assert.Equal(0, server.HandOffs);
        Assert.Equal(0, ProcessCounters.CountThreads(StressServer.MonitorThread));
        Assert.Equal(2, StressServer.ServingThreads);
        blocked.Stop();
        others.Stop();
        await server.StopCleanlyAsync();
    }

    private static async Task<StressServer> StartAsync(int loops, Action<AeronetTransportOptions>? transport = null)
    {
        var server = await StressServer.StartAsync(loops, new KestrelHostOptions { App = StressApp.Map, Transport = transport });

        // The first requests take long because their code is compiled, which nobody is to be blamed for.
        foreach (var path in (string[])["/plain", "/block?ms=0", "/spin?ms=0"])
        {
            using var load = RequestLoad.Start(server.EndPoint, path, 4);
            await load.MeasureAsync(TimeSpan.FromSeconds(0.1));
            load.Stop();
        }

        return server;
    }

    /// <summary>Measures connections that do not block, first alone and then beside others that do.</summary>
    private static async Task MeasureOthersAsync(StressServer server, string path, int blocked, bool reconnects, double best, double all)
    {
        using var others = RequestLoad.Start(server.EndPoint, "/plain", 45, s_pause);
        await others.MeasureAsync(TimeSpan.FromSeconds(0.2));
        var alone = await LatencyWindows.MeasureAsync(others, 2, TimeSpan.FromSeconds(0.4));
        using var blocking = RequestLoad.Start(server.EndPoint, path, blocked, reconnects: reconnects);
        var beside = await LatencyWindows.MeasureAsync(others, 5, TimeSpan.FromSeconds(0.6));
        Report.Line($"alone: {alone}");
        Report.Line($"beside: {beside}; {server.HandOffs} hand-offs");
        Report.Line($"blocked: {blocking.Stop()}");
        others.Stop();
        beside.AssertWithin(best, all, alone);
    }
}
