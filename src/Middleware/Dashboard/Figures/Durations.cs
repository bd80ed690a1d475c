namespace Aeronet.AspNetCore.Middleware.Dashboard.Figures;

/// <summary>How long something took.</summary>
/// <param name="Recent">Over the last interval; null before there was one.</param>
/// <param name="Total">Since counting began.</param>
internal sealed record Durations(Percentiles? Recent, Percentiles Total);
