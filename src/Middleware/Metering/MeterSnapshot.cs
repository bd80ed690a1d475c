using System.Diagnostics;

namespace Aeronet.AspNetCore.Middleware.Metering;

/// <summary>
/// What all instruments had measured at one time, since the reader started. Rates are the difference of two, so that any number of
/// readers can each have their own interval.
/// </summary>
internal sealed class MeterSnapshot(IReadOnlyDictionary<string, PointSnapshot[]> series)
{
    /// <summary>When it was taken, on the clock of <see cref="Stopwatch"/>.</summary>
    public long Timestamp { get; } = Stopwatch.GetTimestamp();

    /// <summary>Whether there is such an instrument, be it that it has measured nothing yet.</summary>
    public bool Has(string instrument) => series.ContainsKey(instrument);

    public IReadOnlyList<PointSnapshot> Points(string instrument) => series.GetValueOrDefault(instrument) ?? [];

    /// <summary>The sum over all tag sets.</summary>
    public double Sum(string instrument) => Points(instrument).Sum(point => point.Value);

    /// <summary>The sum over the tag sets in which a tag has a value, such as <c>true</c>.</summary>
    public double Sum(string instrument, string tag, string value) =>
        Points(instrument).Where(point => point.Tags[tag] == value).Sum(point => point.Value);

    /// <summary>The sums by the value of a tag; tag sets without it are left out.</summary>
    public IReadOnlyDictionary<string, double> SumBy(string instrument, string tag)
    {
        var sums = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var point in Points(instrument))
        {
            if (point.Tags[tag] is { } value)
            {
                sums[value] = sums.GetValueOrDefault(value) + point.Value;
            }
        }

        return sums;
    }

    /// <summary>The values of a histogram over all tag sets.</summary>
    public HistogramCounts Distribution(string instrument) =>
        Points(instrument).Aggregate(HistogramCounts.Empty, (sum, point) => sum.Plus(point.Distribution));
}
