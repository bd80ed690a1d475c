using Aeronet.AspNetCore.Middleware.Metering;

namespace Aeronet.AspNetCore.Middleware.TlsMetrics.Report;

/// <summary>A distribution of durations, each within 3.2 percent; null where there are none.</summary>
internal sealed record PercentileReport(long Count, double? P50, double? P90, double? P99, double? P999, double? Max)
{
    /// <param name="points">Durations in seconds.</param>
    /// <param name="unitsPerSecond">In what they are reported: milliseconds unless said otherwise.</param>
    public static PercentileReport Of(IEnumerable<PointSnapshot> points, int unitsPerSecond = 1000)
    {
        var seconds = points.Aggregate(HistogramCounts.Empty, static (sum, point) => sum.Plus(point.Distribution));
        return new PercentileReport(seconds.Count, At(0.5), At(0.9), At(0.99), At(0.999), At(1));

        double? At(double share) => seconds.Percentile(share) is { } value ? Math.Round(value * unitsPerSecond, 3) : null;
    }
}
