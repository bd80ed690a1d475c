namespace Aeronet.AspNetCore.Middleware.TlsMetrics.Report;

/// <summary>What became of connections whose handshake succeeded.</summary>
/// <param name="Established">How many there were.</param>
/// <param name="SentByKernel">Those whose bytes the kernel encrypts.</param>
/// <param name="ReceivedByKernel">Those whose bytes the kernel decrypts.</param>
/// <param name="SentByKernelShare">The first of these of all; null where there are none.</param>
/// <param name="Fallbacks">Those that the kernel might have encrypted and does not, by reason.</param>
/// <param name="Broken">Those that ended otherwise than by close_notify or reset, by reason.</param>
internal sealed record ConnectionReport(
    long Established,
    long SentByKernel,
    long ReceivedByKernel,
    double? SentByKernelShare,
    IReadOnlyDictionary<string, long> Fallbacks,
    IReadOnlyDictionary<string, long> Broken);
