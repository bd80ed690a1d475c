namespace Aeronet.AspNetCore.Middleware.Metering;

/// <summary>What a <see cref="LogLinearHistogram"/> had counted at one time, or between two times.</summary>
internal sealed class HistogramCounts
{
    private readonly long[] _counts;

    public HistogramCounts(long[] counts)
    {
        _counts = counts;
        foreach (var count in counts)
        {
            Count += count;
        }
    }

    public static HistogramCounts Empty { get; } = new(new long[LogLinearHistogram.Buckets]);

    /// <summary>How many values there are.</summary>
    public long Count { get; }

    public HistogramCounts Plus(HistogramCounts other) => Combine(other, static (mine, theirs) => mine + theirs);

    /// <summary>What came since <paramref name="earlier"/>.</summary>
    public HistogramCounts Since(HistogramCounts earlier) => Combine(earlier, static (mine, theirs) => Math.Max(0, mine - theirs));

    /// <summary>The value that a share of all values does not exceed, such as 0.99; null if there are none.</summary>
    public double? Percentile(double share)
    {
        if (Count == 0)
        {
            return null;
        }

        var rank = Math.Clamp((long)Math.Ceiling(share * Count), 1, Count);
        var index = 0;
        for (var seen = _counts[0]; seen < rank; seen += _counts[index])
        {
            index++;
        }

        return LogLinearHistogram.ValueOf(index);
    }

    private HistogramCounts Combine(HistogramCounts other, Func<long, long, long> combine)
    {
        var counts = new long[_counts.Length];
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] = combine(_counts[i], other._counts[i]);
        }

        return new HistogramCounts(counts);
    }
}
