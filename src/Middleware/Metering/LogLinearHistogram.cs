namespace Aeronet.AspNetCore.Middleware.Metering;

/// <summary>
/// Counts values in buckets that are a sixteenth of their power of two wide, so that a value read back is at most 3.2 percent off,
/// whatever its unit. Values below 2^-20 (a microsecond, in seconds) and from 2^28 on share the outermost buckets.
/// </summary>
/// <remarks>
/// Not HdrHistogram, which does the same for integers: there every instrument needs a range and a scale of its own, and its recorder
/// swaps arrays under a phaser. The exponent and the leading bits of a double are the bucket already, and recording is one increment.
/// </remarks>
internal sealed class LogLinearHistogram
{
    public const int Buckets = (LastOctave - FirstOctave) << SubBucketBits;

    private const int FirstOctave = -20;
    private const int LastOctave = 28;
    private const int SubBucketBits = 4;

    // IEEE 754 binary64: 52 bits of fraction, an exponent biased by 1023.
    private const int Shift = 52 - SubBucketBits;
    private const int FirstIndex = (1023 + FirstOctave) << SubBucketBits;

    private readonly long[] _counts = new long[Buckets];

    public void Record(double value)
    {
        if (!double.IsNaN(value))
        {
            Interlocked.Increment(ref _counts[IndexOf(value)]);
        }
    }

    public HistogramCounts Read()
    {
        var counts = new long[Buckets];
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] = Volatile.Read(ref _counts[i]);
        }

        return new HistogramCounts(counts);
    }

    /// <summary>The value that stands for all in a bucket: its middle.</summary>
    public static double ValueOf(int index) => (LowerBound(index) + LowerBound(index + 1)) / 2;

    private static int IndexOf(double value) =>
        value <= 0 ? 0 : (int)Math.Clamp((BitConverter.DoubleToInt64Bits(value) >> Shift) - FirstIndex, 0, Buckets - 1);

    private static double LowerBound(int index) => BitConverter.Int64BitsToDouble((long)(index + FirstIndex) << Shift);
}
