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
        await using var server = await StartAsync(loops, DispatchMode.Adaptive);
        var others = await MeasureOthersAsync(server, blocked: 5, reconnects: false);

        Assert.True(server.HandOffs > 0, "No loop was handed off.");
        others.AssertWithin(best: 10, all: 100);
        AssertNamedOnce(server, "'HTTP: GET /block'");
        await server.StopCleanlyAsync();
    }

    // Each request is the first of its connection, so that each one takes a loop from its thread.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Loop_EachNewConnectionSleeps_OthersGoOn(int loops)
    {
        await using var server = await StartAsync(loops, DispatchMode.Adaptive);
        var others = await MeasureOthersAsync(server, blocked: 5, reconnects: true);

        Assert.True(server.HandOffs > 5, $"{server.HandOffs} hand-offs.");
        others.AssertWithin(best: 20, all: 100);
        AssertNamedOnce(server, "'HTTP: GET /block'");
        await server.StopCleanlyAsync();
    }

    [Fact]
    public async Task Loop_HandlerComputes_OthersGoOn()
    {
        await using var server = await StartAsync(loops: 2, DispatchMode.Adaptive);
        using var others = RequestLoad.Start(server.EndPoint, "/plain", 20, s_pause);
        using var spinning = RequestLoad.Start(server.EndPoint, "/spin?ms=50", 1, reconnects: true);
        var measured = await others.MeasureAsync(TimeSpan.FromSeconds(2));
        Report.Line($"beside a handler that computes: {measured}, {server.HandOffs} hand-offs");

        Assert.True(server.HandOffs > 0, "No loop was handed off.");
        Assert.True(measured.P99 < 50, measured.ToString());
        AssertNamedOnce(server, "'HTTP: GET /spin'");
        spinning.Stop();
        others.Stop();
        await server.StopCleanlyAsync();
    }

    // Hundreds wait for the loops at once, and each of them will block: those that were prompt before do not queue behind them.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Loop_HundredsOfNewConnectionsSleepAtOnce_EstablishedOnesStayPrompt(int loops)
    {
        await using var server = await StartAsync(loops, DispatchMode.Adaptive);
        using var others = RequestLoad.Start(server.EndPoint, "/plain", 20, s_pause);
        await others.MeasureAsync(TimeSpan.FromSeconds(0.5));
        using var blocking = RequestLoad.Start(server.EndPoint, "/block?ms=100", 400, pause: TimeSpan.FromMinutes(1));
        var measured = await others.MeasureAsync(TimeSpan.FromSeconds(1.5));
        Report.Line($"others: {measured}; {server.HandOffs} hand-offs");
        Report.Line($"blocked: {blocking.Stop()}");
        others.Stop();

        Assert.True(measured.P99 < 100, measured.ToString());
        await server.StopCleanlyAsync();
    }

    // More connections block than there are threads to replace leaders with.
    [Fact]
    public async Task Loop_StandbyThreadsAreUsedUp_EstablishedOnesStayPrompt()
    {
        await using var server = await StartAsync(loops: 2, o => o.MaxStandbyThreads = 1);
        var others = await MeasureOthersAsync(server, blocked: 12, reconnects: false);

        others.AssertWithin(best: 20, all: 250);
        await server.StopCleanlyAsync();
    }

    [Theory]
    [InlineData(DispatchMode.Inline)]
    [InlineData(DispatchMode.ThreadPool)]
    public async Task Loop_DispatchIsNotAdaptive_NothingIsHandedOff(DispatchMode dispatch)
    {
        await using var server = await StartAsync(loops: 2, dispatch);
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

    /// <summary>However often it blocked, within a minute. Another route may be named for what the machine did to it.</summary>
    private static void AssertNamedOnce(StressServer server, string route) =>
        Assert.Single(server.LogsOf(LoopBlocked), entry => entry.Message.Contains(route, StringComparison.Ordinal));

    private static Task<StressServer> StartAsync(int loops, DispatchMode dispatch) => StartAsync(loops, o => o.Dispatch = dispatch);

    private static async Task<StressServer> StartAsync(int loops, Action<AeronetTransportOptions> transport)
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

    private static async Task<LatencyWindows> MeasureOthersAsync(StressServer server, int blocked, bool reconnects)
    {
        using var others = RequestLoad.Start(server.EndPoint, "/plain", 45, s_pause);
        using var blocking = RequestLoad.Start(server.EndPoint, "/block?ms=200", blocked, reconnects: reconnects);
        var measured = await LatencyWindows.MeasureAsync(others, 5, TimeSpan.FromSeconds(0.6));
        Report.Line($"{measured}; {server.HandOffs} hand-offs; blocked: {blocking.Stop()}");
        others.Stop();
        return measured;
    }
}
