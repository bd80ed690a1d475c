namespace Aeronet.AspNetCore.Middleware.TlsMetrics.Report;

/// <summary>One host: its name in the options, <c>*</c> for the own policies of endpoints.</summary>
internal sealed record HostReport(string Name, HandshakeReport Handshakes, ConnectionReport Connections);
