using Aeronet.AspNetCore.Middleware.Metering;

namespace Aeronet.AspNetCore.Middleware.Tests.Metering;

public sealed class HistogramTests
{
    [Theory]
    [InlineData(0.000_002)]
    [InlineData(0.000_123_4)]
    [InlineData(0.099_9)]
    [InlineData(1)]
    [InlineData(1.999_9)]
    [InlineData(86_400)]
    [InlineData(200_000_000)]
    public void Percentile_OneValue_WithinAThirtySecond(double value)
    {
        var histogram = new LogLinearHistogram();
        histogram.Record(value);

        var found = histogram.Read().Percentile(0.5)!.Value;

        Assert.InRange(found, value * (1 - (1 / 31.0)), value * (1 + (1 / 31.0)));
    }

    [Fact]
    public void Percentile_ManyValues_WithinAThirtySecondOfTheSortedOne()
    {
        var random = new Random(7);
        var values = Enumerable.Range(0, 20_000).Select(_ => Math.Exp((random.NextDouble() * 12) - 10)).ToArray();
        var histogram = new LogLinearHistogram();
        foreach (var value in values)
            histogram.Record(value);

        Array.Sort(values);
        var counts = histogram.Read();

        Assert.Equal(values.Length, counts.Count);
        foreach (var share in (double[])[0, 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1])
        {
            var exact = values[Math.Max(0, (int)Math.Ceiling(share * values.Length) - 1)];
            Assert.InRange(counts.Percentile(share)!.Value / exact, 1 - (1 / 31.0), 1 + (1 / 31.0));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(1e-300)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(1e300)]
    public void Record_OutOfRange_CountedAtTheEdge(double value)
    {
        var histogram = new LogLinearHistogram();
        histogram.Record(value);

        Assert.Equal(1, histogram.Read().Count);
        Assert.InRange(histogram.Read().Percentile(1)!.Value, 0, double.MaxValue);
    }

    [Fact]
    public void Record_NotANumber_NotCounted()
    {
        var histogram = new LogLinearHistogram();
        histogram.Record(double.NaN);

        Assert.Equal(0, histogram.Read().Count);
        Assert.Null(histogram.Read().Percentile(0.5));
    }

    [Fact]
    public void Since_EarlierCounts_HasOnlyWhatCameAfter()
    {
        var histogram = new LogLinearHistogram();
        histogram.Record(1000);
        var earlier = histogram.Read();
        histogram.Record(0.5);

        var since = histogram.Read().Since(earlier);

        Assert.Equal(1, since.Count);
        Assert.InRange(since.Percentile(1)!.Value, 0.48, 0.52);
        Assert.Equal(3, since.Plus(histogram.Read()).Count);
    }
}
