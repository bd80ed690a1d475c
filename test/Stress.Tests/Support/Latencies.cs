using System.Diagnostics;

namespace Aeronet.AspNetCore.Stress.Tests.Support;

/// <summary>The response times of one stretch of load, in milliseconds.</summary>
internal sealed class Latencies
{
    private readonly double[] _sorted;

    internal Latencies(IEnumerable<long> stopwatchTicks)
        : this([.. stopwatchTicks.Select(ticks => ticks * 1000.0 / Stopwatch.Frequency)])
    {
    }

    private Latencies(double[] milliseconds)
    {
        _sorted = milliseconds;
        Array.Sort(_sorted);
    }

    internal int Count => _sorted.Length;

    internal double P50 => Percentile(0.50);

    internal double P99 => Percentile(0.99);

    internal double Max => _sorted.Length == 0 ? double.NaN : _sorted[^1];

    internal static Latencies Join(IEnumerable<Latencies> parts) => new([.. parts.SelectMany(part => part._sorted)]);

    public override string ToString() => $"{Count} responses, p50 {P50:0.00} ms, p99 {P99:0.00} ms, longest {Max:0.0} ms";

    private double Percentile(double share) =>
        _sorted.Length == 0 ? double.NaN : _sorted[Math.Min(_sorted.Length - 1, (int)(_sorted.Length * share))];
}
