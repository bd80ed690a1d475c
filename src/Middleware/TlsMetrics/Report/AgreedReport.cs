using Aeronet.AspNetCore.Middleware.Metering;

namespace Aeronet.AspNetCore.Middleware.TlsMetrics.Report;

/// <summary>What handshakes agreed on, and how many did.</summary>
/// <param name="Versions">Protocol versions.</param>
/// <param name="Ciphers">Cipher suites.</param>
/// <param name="Groups">Key exchange groups.</param>
/// <param name="Protocols">Protocols agreed on by ALPN.</param>
internal sealed record AgreedReport(
    IReadOnlyDictionary<string, long> Versions,
    IReadOnlyDictionary<string, long> Ciphers,
    IReadOnlyDictionary<string, long> Groups,
    IReadOnlyDictionary<string, long> Protocols)
{
    public static AgreedReport Of(IReadOnlyList<PointSnapshot> completed) => new(
        completed.CountBy("tls.protocol.version"),
        completed.CountBy("tls.cipher"),
        completed.CountBy("tls.curve"),
        completed.CountBy("tls.next_protocol"));
}
