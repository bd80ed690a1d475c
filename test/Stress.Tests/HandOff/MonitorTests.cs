using Aeronet.AspNetCore.Stress.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Stress.Tests.HandOff;

/// <summary>What the monitor does when no handler blocks.</summary>
public sealed class MonitorTests
{
    [Fact]
    public async Task Server_OpenConnectionsAreIdle_NoThreadOfTheTransportWakes()
    {
        await using var server = await StressServer.StartAsync(2, new KestrelHostOptions { App = StressApp.Map });
        using (var load = RequestLoad.Start(server.EndPoint, "/plain", 10))
        using (var idle = await server.Host.ConnectAsync())
        {
            await idle.GetAsync("/plain");
            await load.MeasureAsync(TimeSpan.FromSeconds(0.5));
            load.Stop();
            await Task.Delay(500);

            var (monitor, loops) = (KernelThreads.CountSleeps(StressServer.MonitorThread), KernelThreads.CountSleeps(StressServer.LoopThreads));
            await Task.Delay(2000);
            Assert.Equal(monitor, KernelThreads.CountSleeps(StressServer.MonitorThread));
            Assert.Equal(loops, KernelThreads.CountSleeps(StressServer.LoopThreads));

            // And wakes again when it is needed.
            await idle.GetAsync("/plain");
            await Eventually.HoldsAsync(() => KernelThreads.CountSleeps(StressServer.MonitorThread) > monitor, "the monitor to wake");
        }

        await server.StopCleanlyAsync();
    }

    [Fact]
    public async Task Loop_OthersMakeTheCollectorWork_AllAnswered()
    {
        await using var server = await StressServer.StartAsync(2, new KestrelHostOptions
        {
            App = app =>
            {
                StressApp.Map(app);
                app.MapGet("/garbage", (RequestDelegate)(static context =>
                {
                    var kept = new List<byte[]>();
                    for (var i = 0; i < 200; i++)
                        kept.Add(new byte[1000 + (i * 500)]);

                    return StressApp.WriteAsync(context, kept[^1].Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
                }));
            },
        });
        using var others = RequestLoad.Start(server.EndPoint, "/plain", 20, TimeSpan.FromMilliseconds(2));
        using var garbage = RequestLoad.Start(server.EndPoint, "/garbage", 4, TimeSpan.FromMilliseconds(5));
        var collections = GC.CollectionCount(0);
        var measured = await others.MeasureAsync(TimeSpan.FromSeconds(2));
        Report.Line($"{GC.CollectionCount(0) - collections} collections, {server.HandOffs} hand-offs, others: {measured}, these: {garbage.Stop()}");
        others.Stop();
        await server.StopCleanlyAsync();
    }
}
