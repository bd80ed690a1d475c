using Aeronet.AspNetCore.Middleware.Metering;

namespace Aeronet.AspNetCore.Middleware.TlsMetrics.Report;

/// <summary>A distribution of durations in milliseconds, each within 3.2 percent; null where there are none.</summary>
internal sealed record PercentileReport(long Count, double? P50, double? P90, double? P99, double? P999, double? Max)
{
    public static PercentileReport Of(IEnumerable<PointSnapshot> points)
    {
        var seconds = points.Aggregate(HistogramCounts.Empty, static (sum, point) => sum.Plus(point.Distribution));
        return new PercentileReport(seconds.Count, At(0.5), At(0.9), At(0.99), At(0.999), At(1));

        double? At(double share) => seconds.Percentile(share) is { } value ? Math.Round(value * 1000, 3) : null;
    }
}
