using System.Globalization;
using Aeronet.AspNetCore.Stress.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Hosting;

namespace Aeronet.AspNetCore.Stress.Tests.Tls;

/// <summary>
/// A flood of handshakes beside established connections, which must not notice it where there are limits.
/// <c>AERONET_STRESS_FLOOD=5000:2000</c> says how many handshakes are half open and how many a second are offered.
/// </summary>
public sealed class HandshakeFloodTests
{
    private const int Established = 50;
    private const int Slow = 200;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);
    private static readonly int[] s_size = [.. (Environment.GetEnvironmentVariable("AERONET_STRESS_FLOOD") ?? "2000:1000")
        .Split(':').Select(part => int.Parse(part, CultureInfo.InvariantCulture))];

    [Fact]
    public async Task Established_BesideAFloodWithLimits_StayPrompt()
    {
        var (_, without) = await MeasureAsync(limits => limits.MaxConcurrentHandshakes = 0, s_size[0], Slow, s_size[1]);
        var (alone, with) = await MeasureAsync(Limit, s_size[0], Slow, s_size[1]);
        Report.Line($"without limits: {without}");

        Assert.True(
            with.Best.P99 <= Math.Max(2 * alone.Best.P99, 3), $"p99 more than doubled: {with.Best}, alone {alone.Best}. Without limits: {without.Best}.");
    }

    [Fact]
    public async Task Established_BesideSlowClientHellos_StayPrompt()
    {
        var (alone, beside) = await MeasureAsync(_ => { }, halfOpen: 0, Slow, perSecond: 0);

        Assert.True(beside.Best.P99 <= Math.Max(2 * alone.Best.P99, 3), $"p99 more than doubled: {beside.Best}, alone {alone.Best}.");
    }

    private static void Limit(AeronetTlsAdmissionOptions limits)
    {
        limits.MaxConcurrentHandshakesPerClient = 100;
        limits.HandshakesPerSecondPerClient = 50;
        limits.BurstPerClient = 200;
    }

    private static async Task<(LatencyWindows Alone, LatencyWindows Beside)> MeasureAsync(
        Action<AeronetTlsAdmissionOptions> limits, int halfOpen, int slow, int perSecond)
    {
        await using var server = await StressServer.StartAsync(2, new KestrelHostOptions
        {
            App = StressApp.Map,
            Listen = listen => listen.UseAeronetTls(options =>
            {
                options.Certificates.Add(TlsParties.Certificate);
                options.HandshakeTimeout = TimeSpan.FromMinutes(1);
                limits(options.Admission);
            }),
        });
        using var load = TlsLoad.Start(server.EndPoint, "/plain", Established, s_pause);
        await load.MeasureAsync(TimeSpan.FromSeconds(1));
        var alone = await LatencyWindows.MeasureAsync(load.MeasureAsync, 4, TimeSpan.FromSeconds(0.7));
        LatencyWindows beside;
        using (var flood = await HandshakeFlood.StartAsync(server.EndPoint, halfOpen, slow, perSecond))
        {
            await load.MeasureAsync(TimeSpan.FromSeconds(1));
            beside = await LatencyWindows.MeasureAsync(load.MeasureAsync, 6, TimeSpan.FromSeconds(0.7));
            Report.Line($"alone: {alone}");
            Report.Line($"beside: {beside}");
            Report.Line($"{flood.Offered} offered, {server.OpenConnections} open, {server.Host.Metrics.Total("kestrel.active_tls_handshakes")} in handshake, {server.Host.Metrics.Total("aeronet.tls.rejected")} rejected");
        }

        load.Stop();
        await server.StopCleanlyAsync();
        return (alone, beside);
    }
}
