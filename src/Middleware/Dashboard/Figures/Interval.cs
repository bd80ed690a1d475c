using System.Diagnostics;
using Aeronet.AspNetCore.Middleware.Metering;

namespace Aeronet.AspNetCore.Middleware.Dashboard.Figures;

/// <summary>What the meters tell of the time between two readings.</summary>
/// <param name="now">The later reading.</param>
/// <param name="before">The earlier one; null if there is none.</param>
internal sealed class Interval(MeterSnapshot now, MeterSnapshot? before)
{
    /// <summary>How long it is, in seconds; null without an earlier reading.</summary>
    public double? Seconds { get; } = before is null ? null : Stopwatch.GetElapsedTime(before.Timestamp, now.Timestamp).TotalSeconds;

    public MeterSnapshot Now => now;

    /// <summary>Whether the transport serves: its instruments are there on any server, its loops are not.</summary>
    public bool HasTransport { get; } = now.Points(Instruments.LoopBusyRatio).Count > 0;

    /// <summary>Whether Kestrel serves, on whichever transport.</summary>
    public bool HasKestrel { get; } = now.Has(Instruments.KestrelConnections);

    public bool Has(string instrument) => now.Has(instrument);

    public Flow Flow(string instrument) => Flow(snapshot => snapshot.Sum(instrument));

    public Flow Flow(string instrument, string tag, string value) => Flow(snapshot => snapshot.Sum(instrument, tag, value));

    public Flow Flow(Func<MeterSnapshot, double> total)
    {
        var latest = total(now);
        return new((long)latest, before is null ? null : Math.Max(0, latest - total(before)) / Seconds);
    }

    public SortedDictionary<string, Flow> FlowBy(string instrument, string tag)
    {
        var flows = new SortedDictionary<string, Flow>(StringComparer.Ordinal);
        foreach (var value in now.SumBy(instrument, tag).Keys)
        {
            flows.Add(value, Flow(instrument, tag, value));
        }

        return flows;
    }

    public Durations Durations(string histogram)
    {
        var total = now.Distribution(histogram);
        return new(before is null ? null : Percentiles.Of(total.Since(before.Distribution(histogram))), Percentiles.Of(total));
    }
}
