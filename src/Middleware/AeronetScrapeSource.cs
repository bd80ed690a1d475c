using System.Diagnostics.Metrics;

namespace Aeronet.AspNetCore.Middleware;

/// <summary>The instruments that an <see cref="IAeronetScrapeExporter"/> is to show.</summary>
public sealed class AeronetScrapeSource
{
    /// <summary>The names of their meters.</summary>
    public required IReadOnlyList<string> Meters { get; init; }

    /// <summary>Whether an instrument of such a meter is one of them. Called from any thread.</summary>
    public required Func<Instrument, bool> Includes { get; init; }

    /// <summary>The upper bounds of buckets, in seconds and ascending, for histograms of durations: whose unit is <c>s</c> and whose name ends with <c>.duration</c>.</summary>
    public required IReadOnlyList<double> DurationBounds { get; init; }
}
