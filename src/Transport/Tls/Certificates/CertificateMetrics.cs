using System.Diagnostics.Metrics;
using Aeronet.AspNetCore.Transport.Diagnostics;

namespace Aeronet.AspNetCore.Transport.Tls.Certificates;

/// <summary>What is measured of servers' certificates.</summary>
internal sealed class CertificateMetrics
{
    private static readonly KeyValuePair<string, object?> s_reloaded = new("aeronet.tls.reload", "reloaded");
    private static readonly KeyValuePair<string, object?> s_failed = new("aeronet.tls.reload", "failed");

    private readonly Counter<long> _reloads;

    /// <param name="meters">Makes meters.</param>
    /// <param name="expiries">The hosts by their names in the options, <c>*</c> for the endpoints' own, each with the seconds its first certificate to expire has left.</param>
    internal CertificateMetrics(IMeterFactory meters, Func<IEnumerable<(string Host, double Seconds)>> expiries)
    {
        var meter = meters.Create(TransportMetrics.MeterName);
        _reloads = meter.CreateCounter<long>("aeronet.tls.certificate.reloads", "{reload}", "Times an endpoint's certificates were read again, by whether they could be used.");
        meter.CreateObservableGauge(
            "aeronet.tls.certificate.expiry",
            () => expiries().Select(expiry => new Measurement<double>(expiry.Seconds, new KeyValuePair<string, object?>("aeronet.tls.host", expiry.Host))),
            "s",
            "The time until the first of a host's certificates expires; negative once one has.");
    }

    internal void Reloaded(bool succeeded) => _reloads.TryAdd(succeeded ? s_reloaded : s_failed);
}
