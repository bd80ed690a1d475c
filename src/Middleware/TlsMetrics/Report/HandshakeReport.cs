namespace Aeronet.AspNetCore.Middleware.TlsMetrics.Report;

/// <summary>How many handshakes there were.</summary>
/// <param name="Active">Those in progress; null by host.</param>
/// <param name="Completed">Those that succeeded.</param>
/// <param name="Full">Those of them that were full ones; null where the server does not tell.</param>
/// <param name="Resumed">Those of them that resumed a session; null where the server does not tell.</param>
/// <param name="Failed">Those that failed.</param>
/// <param name="Failures">The same by reason.</param>
internal sealed record HandshakeReport(
    long? Active, long Completed, long? Full, long? Resumed, long Failed, IReadOnlyDictionary<string, long> Failures);
