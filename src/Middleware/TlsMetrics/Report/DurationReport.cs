namespace Aeronet.AspNetCore.Middleware.TlsMetrics.Report;

/// <summary>How long handshakes took.</summary>
/// <param name="Completed">Those that succeeded.</param>
/// <param name="Full">Those of them that were full ones; null where the server does not tell.</param>
/// <param name="Resumed">Those of them that resumed a session; null where the server does not tell.</param>
/// <param name="Failed">Those that failed.</param>
internal sealed record DurationReport(
    PercentileReport Completed, PercentileReport? Full, PercentileReport? Resumed, PercentileReport Failed);
