using System.Diagnostics;
using Aeronet.AspNetCore.Stress.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Stress.Tests.Connections;

/// <summary>Tens of thousands of connections that end badly, beside others that must not notice.</summary>
public sealed class ConnectionChurnTests
{
    private const int Cycles = 50_000;
    private const int Workers = 4;
    private const int FileLength = 1024 * 1024;
    private const long MostGrowth = 4 * 1024 * 1024;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Server_FiftyThousandConnectionsEndBadly_NothingIsLeft(int loops)
    {
        var path = Path.Combine(Path.GetTempPath(), $"aeronet-churn-{Guid.NewGuid():N}");
        await File.WriteAllBytesAsync(path, Pattern.Bytes(FileLength));
        try
        {
            await using var server = await StressServer.StartAsync(loops, new KestrelHostOptions { App = app => Map(app, path) });
            using var good = RequestLoad.Start(server.EndPoint, "/plain", 8, TimeSpan.FromMilliseconds(1));
            using var goodOnes = RequestLoad.Start(server.EndPoint, "/plain", 2, TimeSpan.FromMilliseconds(1), reconnects: true);
            using var goodFiles = RequestLoad.Start(server.EndPoint, "/file", 2, TimeSpan.FromMilliseconds(5));

            // The first stretch fills pools and caches; the others must not add to them.
            await ChurnAsync(server, Cycles / 5, seed: 1);
            var first = await MeasureAsync();
            await ChurnAsync(server, Cycles * 2 / 5, seed: 2);
            var second = await MeasureAsync();
            await ChurnAsync(server, Cycles * 2 / 5, seed: 3);
            var third = await MeasureAsync();
            var growth = third - Math.Max(first, second);
            if (growth > MostGrowth)
            {
                // More connections at once than before need more blocks, which the pool keeps: once, where a leak goes on.
                await ChurnAsync(server, Cycles * 2 / 5, seed: 4);
                growth = await MeasureAsync() - third;
            }

            Report.Line($"heap {first / 1024} KiB, {second / 1024} KiB, {third / 1024} KiB, {growth / 1024} KiB more; {server.HandOffs} hand-offs");
            Report.Line($"good: {good.Stop()}; each on a connection of its own: {goodOnes.Stop()}; files: {goodFiles.Stop()}");

            await server.StopCleanlyAsync();
            Assert.Equal(0, Descriptors.Take().Count(path));
            Assert.InRange(growth, long.MinValue, MostGrowth);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void Map(WebApplication app, string path)
    {
        StressApp.Map(app);
        var big = Pattern.Bytes(FileLength);
        app.MapGet("/big", (RequestDelegate)(context =>
        {
            context.Response.ContentLength = big.Length;
            return context.Response.Body.WriteAsync(big).AsTask();
        }));
        app.MapGet("/file", (RequestDelegate)(context =>
        {
            context.Response.ContentLength = FileLength;
            return context.Response.SendFileAsync(path);
        }));
        app.MapPost("/upload", (RequestDelegate)(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            await StressApp.WriteAsync(context, "taken");
        }));
    }

    private static async Task ChurnAsync(StressServer server, int cycles, int seed)
    {
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => BlockingClient.RunAsync(() =>
        {
            using var churn = new ChurnWorker(server.EndPoint, (seed * 1000) + worker);
            churn.Run(cycles / Workers);
        }))).OrTimeout("the connections", TimeSpan.FromSeconds(90));
        Report.Line($"{cycles} connections in {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s");

        // Those that go on: the loads' connections, and their one-request connections that come and go.
        await Eventually.HoldsAsync(() => server.OpenConnections <= 12 && server.Slots <= 12 + 2, "the bad connections to end", () => $"{server.OpenConnections} are open.");
    }

    private static async Task<long> MeasureAsync()
    {
        await Task.Delay(200);
        return Memory.LiveBytes();
    }
}
