using System.Diagnostics;
using System.Globalization;
using System.Security.Authentication;
using Aeronet.AspNetCore.Stress.Tests.Support;
using Aeronet.AspNetCore.Transport.Tls.Session;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Stress.Tests.Tls;

/// <summary>
/// Thousands of TLS connections that end at every point of a handshake and after it, beside others that must not notice.
/// <c>AERONET_STRESS_HANDSHAKES=100000</c> makes it more than the 10,000 of a normal run.
/// </summary>
public sealed class HandshakeChurnTests
{
    private const int Workers = 4;

    private static readonly int s_connections =
        int.TryParse(Environment.GetEnvironmentVariable("AERONET_STRESS_HANDSHAKES"), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 10_000;

    private static readonly byte[] s_big = Pattern.Bytes(1024 * 1024);

    [Fact]
    public async Task Server_HandshakesEndAtEveryPoint_NothingIsLeft()
    {
        await using var server = await StressServer.StartAsync(2, new KestrelHostOptions
        {
            App = Map,
            Listen = listen => listen.UseAeronetTls(options =>
            {
                options.Certificates.Add(TlsParties.Certificate);

                // Longer than the test waits for timers: one that a handshake left is found.
                options.HandshakeTimeout = TimeSpan.FromMinutes(5);
            }),
        });
        using var good = TlsLoad.Start(server.EndPoint, "/plain", 2, TimeSpan.FromMilliseconds(5));

        var timers = Timer.ActiveCount;

        // The first part fills pools and caches, OpenSSL's arenas among them; the second must not add to them.
        var completed = await ChurnAsync(server, s_connections / 2, seed: 1);
        var first = Measure();
        completed += await ChurnAsync(server, s_connections / 2, seed: 2);
        var second = Measure();
        await Eventually.HoldsAsync(() => Timer.ActiveCount <= timers + 2, "the timers of the last connections", () => $"{Timer.ActiveCount} timers are active, {timers} were.", TimeSpan.FromSeconds(30));
        Report.Line($"{completed} handshakes completed; before {first}, after {second}; good: {good.Stop()}");

        await server.StopCleanlyAsync();
        Assert.True(completed > s_connections / 4, "Hardly a handshake was completed.");
        Assert.Equal(0, SslAudit.Live);
        Assert.InRange(second.Heap - first.Heap, long.MinValue, 4 * 1024 * 1024);
        Assert.InRange(second.Resident - first.Resident, long.MinValue, 48 * 1024 * 1024);
    }

    private static void Map(WebApplication app)
    {
        StressApp.Map(app);
        app.MapGet("/big", (RequestDelegate)(static context =>
        {
            context.Response.ContentLength = s_big.Length;
            return context.Response.Body.WriteAsync(s_big).AsTask();
        }));
        app.MapPost("/upload", (RequestDelegate)(static async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            await StressApp.WriteAsync(context, "taken");
        }));
    }

    private static async Task<int> ChurnAsync(StressServer server, int connections, int seed)
    {
        var start = Stopwatch.GetTimestamp();
        var completed = 0;
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(number => BlockingClient.RunAsync(() =>
        {
            using var worker = new HandshakeChurnWorker(server.EndPoint, (seed * 1000) + number);
            worker.Run(connections / Workers);
            Interlocked.Add(ref completed, worker.Completed);
        }))).OrTimeout("the connections", TimeSpan.FromSeconds(120 + (connections / 50)));
        Report.Line($"{connections} connections in {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s");

        // Those of the load go on.
        await Eventually.HoldsAsync(
            () => server.OpenConnections <= 2 && server.Slots <= 2 + 2 && SslAudit.Live <= 2,
            "the broken connections to end",
            () => $"{server.OpenConnections} are open, {server.Slots} slots in use, {SslAudit.Live} SSL objects alive.");
        return completed;
    }

    private static Figures Measure() => new(Memory.LiveBytes(), ProcessCounters.ResidentBytes());

    private sealed record Figures(long Heap, long Resident)
    {
        public override string ToString() => $"{Heap / 1024} KiB of heap, {Resident / 1024} KiB resident";
    }
}
