using Aeronet.AspNetCore.Middleware.Metering;

namespace Aeronet.AspNetCore.Middleware.Dashboard.Figures;

/// <summary>How durations are distributed, in seconds, to three percent. All null where there were none.</summary>
/// <param name="Count">How many there were.</param>
/// <param name="P50">The median.</param>
/// <param name="P90">What nine in ten do not exceed.</param>
/// <param name="P99">What 99 in a hundred do not exceed.</param>
/// <param name="Max">The longest.</param>
internal sealed record Percentiles(long Count, double? P50, double? P90, double? P99, double? Max)
{
    public static Percentiles Of(HistogramCounts counts) =>
        new(counts.Count, counts.Percentile(0.5), counts.Percentile(0.9), counts.Percentile(0.99), counts.Percentile(1));
}
