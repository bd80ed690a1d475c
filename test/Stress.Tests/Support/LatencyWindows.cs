namespace Aeronet.AspNetCore.Stress.Tests.Support;

/// <summary>
/// Response times over several short windows. The machine may do something else in the middle of a test, which no server
/// could make up for: the best window shows what the server does to its clients, and all of them together that none was
/// forgotten.
/// </summary>
internal sealed class LatencyWindows
{
    private LatencyWindows(Latencies[] windows)
    {
        Best = windows.MinBy(window => window.P99)!;
        All = Latencies.Join(windows);
    }

    internal Latencies Best { get; }

    internal Latencies All { get; }

    internal static Task<LatencyWindows> MeasureAsync(RequestLoad load, int windows, TimeSpan each) => MeasureAsync(load.MeasureAsync, windows, each);

    internal static async Task<LatencyWindows> MeasureAsync(Func<TimeSpan, Task<Latencies>> measure, int windows, TimeSpan each)
    {
        var measured = new Latencies[windows];
        for (var i = 0; i < windows; i++)
            measured[i] = await measure(each);

        return new LatencyWindows(measured);
    }

    /// <summary>
    /// Fails when the 99th percentile of the best window, or that of all windows, is longer than so many milliseconds. On
    /// a machine that is slow even when nothing disturbs the server, that is the measure instead.
    /// </summary>
    internal void AssertWithin(double best, double all, LatencyWindows undisturbed)
    {
        best = Math.Max(best, 3 * undisturbed.Best.P99);
        all = Math.Max(all, 5 * undisturbed.All.P99);
        Assert.True(Best.P99 < best, $"Not even the best window is within {best:0.0} ms: {this}. Undisturbed: {undisturbed}.");
        Assert.True(All.P99 < all, $"All windows together are not within {all:0.0} ms: {this}. Undisturbed: {undisturbed}.");
    }

    public override string ToString() => $"{All}; in the best window {Best}";
}
