using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;

namespace Aeronet.AspNetCore.Transport.Diagnostics;

/// <summary>
/// Records measurements where a listener's fault must not get in the way. A <see cref="MeterListener"/> is called by whoever
/// measures, and .NET lets its exceptions through: into a loop, or between the two halves of closing a connection.
/// </summary>
[SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Strange code; what is measured goes on.")]
internal static class GuardedInstruments
{
    internal static void TryAdd(this Counter<long> counter, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        try
        {
            counter.Add(1, tags);
        }
        catch (Exception)
        {
        }
    }

    internal static void TryAdd(this UpDownCounter<long> counter, long delta, in TagList tags = default)
    {
        try
        {
            counter.Add(delta, tags);
        }
        catch (Exception)
        {
        }
    }

    internal static void TryRecord(this Histogram<double> histogram, double value, in TagList tags)
    {
        try
        {
            histogram.Record(value, tags);
        }
        catch (Exception)
        {
        }
    }
}
