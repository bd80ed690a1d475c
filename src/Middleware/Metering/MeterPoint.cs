namespace Aeronet.AspNetCore.Middleware.Metering;

/// <summary>What one instrument measured with one tag set. Any thread records; any thread reads.</summary>
internal sealed class MeterPoint(SeriesKind kind)
{
    private readonly LogLinearHistogram? _distribution = kind == SeriesKind.Distribution ? new() : null;

    // An instrument measures in one of the two.
    private long _whole;
    private double _real;

    public void Add(long value) => Interlocked.Add(ref _whole, value);

    public void Add(double value)
    {
        var seen = Volatile.Read(ref _real);
        while (true)
        {
            var found = Interlocked.CompareExchange(ref _real, seen + value, seen);

            // As bits: a sum that is not a number equals nothing, itself included.
            if (BitConverter.DoubleToInt64Bits(found) == BitConverter.DoubleToInt64Bits(seen))
            {
                return;
            }

            seen = found;
        }
    }

    public void Set(long value) => Volatile.Write(ref _whole, value);

    public void Set(double value) => Volatile.Write(ref _real, value);

    public void Distribute(double value) => _distribution!.Record(value);

    public PointSnapshot Read(TagSet tags) =>
        new(tags, Volatile.Read(ref _whole) + Volatile.Read(ref _real), _distribution?.Read() ?? HistogramCounts.Empty);
}
