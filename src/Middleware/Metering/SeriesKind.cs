namespace Aeronet.AspNetCore.Middleware.Metering;

/// <summary>What a measurement does to what was measured before.</summary>
internal enum SeriesKind
{
    /// <summary>It is added: counters, up-down counters.</summary>
    Sum,

    /// <summary>It takes its place: gauges, and whatever is observed.</summary>
    Last,

    /// <summary>It is counted by its size: histograms.</summary>
    Distribution,
}
