using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Aeronet.AspNetCore.Middleware.Metering;

/// <summary>What one instrument measured, by tag set.</summary>
internal sealed class MeterSeries
{
    /// <summary>
    /// Tag sets that are kept apart; what comes with any other is counted together. Labels are the application's to choose. As many as
    /// OpenTelemetry keeps; of histograms, which take 6 KiB each, fewer.
    /// </summary>
    public const int MaxTagSets = 2000;
    public const int MaxDistributions = 256;

    private readonly ConcurrentDictionary<TagSet, MeterPoint> _points = new(TagSetComparer.Instance);
    private readonly ConcurrentDictionary<TagSet, MeterPoint>.AlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>> _lookup;
    private int _tagSets;

    public MeterSeries(Instrument instrument)
    {
        Kind = instrument switch
        {
            Histogram<long> or Histogram<double> => SeriesKind.Distribution,
            Counter<long> or Counter<double> or UpDownCounter<long> or UpDownCounter<double> => SeriesKind.Sum,
            _ => SeriesKind.Last,
        };
        _lookup = _points.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
    }

    public SeriesKind Kind { get; }

    public void Record(long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var point = PointOf(tags);
        switch (Kind)
        {
            case SeriesKind.Sum:
                point.Add(value);
                break;
            case SeriesKind.Last:
                point.Set(value);
                break;
            default:
                point.Distribute(value);
                break;
        }
    }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var point = PointOf(tags);
        switch (Kind)
        {
            case SeriesKind.Sum:
                point.Add(value);
                break;
            case SeriesKind.Last:
                point.Set(value);
                break;
            default:
                point.Distribute(value);
                break;
        }
    }

    public PointSnapshot[] Read() => [.. _points.Select(point => point.Value.Read(point.Key))];

    private MeterPoint PointOf(ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _lookup.TryGetValue(tags, out var point) ? point : AddPoint(tags);

    private MeterPoint AddPoint(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var key = TagSet.Overflow;
        if (Volatile.Read(ref _tagSets) < (Kind == SeriesKind.Distribution ? MaxDistributions : MaxTagSets))
        {
            // Threads that meet here may count one tag set twice, and then the bound is reached a little early.
            Interlocked.Increment(ref _tagSets);
            key = new TagSet(tags);
        }

        return _points.GetOrAdd(key, static (_, kind) => new MeterPoint(kind), Kind);
    }
}
