using Aeronet.AspNetCore.Middleware.Metering;

namespace Aeronet.AspNetCore.Middleware.TlsMetrics.Report;

/// <summary>Sums up points: what a counter added, or how many values a histogram has.</summary>
internal static class PointCounts
{
    public static long Count(this IEnumerable<PointSnapshot> points) =>
        points.Sum(static point => (long)point.Value + point.Distribution.Count);

    public static IEnumerable<PointSnapshot> With(this IEnumerable<PointSnapshot> points, string tag, string value) =>
        points.Where(point => point.Tags[tag] == value);

    /// <summary>By the value of a tag; points without it are left out.</summary>
    public static SortedDictionary<string, long> CountBy(this IEnumerable<PointSnapshot> points, string tag)
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var point in points)
        {
            if (point.Tags[tag] is { } value)
            {
                counts[value] = counts.GetValueOrDefault(value) + (long)point.Value + point.Distribution.Count;
            }
        }

        return counts;
    }
}
