using System.Diagnostics.Metrics;
using Aeronet.AspNetCore.Transport.Diagnostics;

namespace Aeronet.AspNetCore.Transport.Tls.Stapling;

/// <summary>What is measured of OCSP responses in the background.</summary>
internal sealed class StapleMetrics
{
    private static readonly KeyValuePair<string, object?>[] s_results = TransportMetrics.Tags<OcspResult>("aeronet.staple.result");

    private readonly Counter<long> _fetches;

    /// <param name="meters">Makes meters.</param>
    /// <param name="expiries">The hosts with stapled certificates by their names in the options, <c>*</c> for the endpoints' own, each with the seconds until its first staple is over.</param>
    internal StapleMetrics(IMeterFactory meters, Func<IEnumerable<(string Host, double Seconds)>> expiries)
    {
        var meter = meters.Create(TransportMetrics.MeterName);
        _fetches = meter.CreateCounter<long>("aeronet.tls.staple.fetches", "{fetch}", "Times an OCSP response was asked for, or read from a file, by what came of it.");
        meter.CreateObservableGauge(
            "aeronet.tls.staple.expiry",
            () => expiries().Select(expiry => new Measurement<double>(expiry.Seconds, new KeyValuePair<string, object?>("aeronet.tls.host", expiry.Host))),
            "s",
            "The time until the first of the OCSP responses that a host's handshakes carry is over; 0 where one is missing.");
    }

    internal void Fetched(OcspResult result) => _fetches.TryAdd(s_results[(int)result]);
}
