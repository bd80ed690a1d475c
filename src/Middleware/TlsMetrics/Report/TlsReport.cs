namespace Aeronet.AspNetCore.Middleware.TlsMetrics.Report;

/// <summary>What was counted of TLS up to now.</summary>
/// <param name="Since">When counting began.</param>
/// <param name="Time">When this was read.</param>
/// <param name="Handshakes">How many handshakes there were.</param>
/// <param name="DurationMs">How long they took.</param>
/// <param name="Agreed">What they agreed on.</param>
/// <param name="Connections">What became of the connections; null where Kestrel's own TLS serves, which does not tell.</param>
/// <param name="Tickets">What became of session tickets; null likewise.</param>
/// <param name="Staples">What handshakes said of revocation; null likewise.</param>
/// <param name="Hosts">The same by host: those that are served, <c>*</c> for the own policies of endpoints.</param>
internal sealed record TlsReport(
    DateTimeOffset Since,
    DateTimeOffset Time,
    HandshakeReport Handshakes,
    DurationReport DurationMs,
    AgreedReport Agreed,
    ConnectionReport? Connections,
    TicketReport? Tickets,
    StapleReport? Staples,
    IReadOnlyList<HostReport> Hosts);
