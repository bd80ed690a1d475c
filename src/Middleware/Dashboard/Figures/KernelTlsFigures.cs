namespace Aeronet.AspNetCore.Middleware.Dashboard.Figures;

/// <summary>TLS connections whose records the kernel makes.</summary>
/// <param name="Established">All TLS connections that were established.</param>
/// <param name="Sending">Those for which the kernel encrypts.</param>
/// <param name="Receiving">Those for which it decrypts.</param>
/// <param name="Fallbacks">Those that might have been and are not, by reason.</param>
internal sealed record KernelTlsFigures(Flow Established, Flow Sending, Flow Receiving, IReadOnlyDictionary<string, Flow> Fallbacks)
{
    private const string Connections = "aeronet.tls.connections";

    /// <summary>Null where the server does not tell.</summary>
    public static KernelTlsFigures? Of(Interval interval) => interval.HasTransport && interval.Has(Connections)
        ? new(
            interval.Flow(Connections),
            interval.Flow(Connections, "aeronet.ktls.send", "true"),
            interval.Flow(Connections, "aeronet.ktls.receive", "true"),
            interval.FlowBy("aeronet.ktls.fallbacks", Instruments.FallbackReason))
        : null;
}
