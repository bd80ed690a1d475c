using System.Diagnostics.Metrics;

namespace Aeronet.AspNetCore.Transport.Diagnostics;

/// <summary>The instruments of what becomes of TLS handshakes that are over a limit.</summary>
internal sealed class AdmissionMetrics
{
    private readonly Counter<long> _rejected;
    private readonly Counter<long> _delayed;

    public AdmissionMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(TransportMetrics.MeterName);
        _rejected = meter.CreateCounter<long>("aeronet.tls.rejected", "{connection}", "Connections that were reset before their TLS handshake began, by the limit that was reached.");
        _delayed = meter.CreateCounter<long>("aeronet.tls.delayed", "{connection}", "Connections whose TLS handshake had to wait for a limit.");
    }

    internal void Rejected(KeyValuePair<string, object?> reason) => _rejected.TryAdd(reason);

    internal void Delayed() => _delayed.TryAdd();
}
