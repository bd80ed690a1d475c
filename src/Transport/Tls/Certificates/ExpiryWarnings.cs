using System.Globalization;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Tls.Certificates;

/// <summary>Says once a day of each certificate that it is about to expire, or has. Not for several threads.</summary>
internal sealed class ExpiryWarnings(ILogger logger, TimeProvider time)
{
    private static readonly TimeSpan s_from = TimeSpan.FromDays(14);
    private static readonly TimeSpan s_every = TimeSpan.FromDays(1);

    private readonly Dictionary<(string EndPoint, string? Host, string Fingerprint), DateTimeOffset> _said = [];
    private readonly HashSet<IReloadableEndpoint> _known = [];

    internal void Warn(IReadOnlyCollection<IReloadableEndpoint> endpoints)
    {
        var now = time.GetUtcNow();
        foreach (var old in _said.Where(said => now - said.Value >= s_every).Select(said => said.Key).ToArray())
        {
            _said.Remove(old);
        }

        _known.IntersectWith(endpoints);
        foreach (var endpoint in endpoints)
        {
            // What had expired when the endpoint started, its start has told (CertificateNotCurrent), or was told to allow.
            var isNew = _known.Add(endpoint);
            foreach (var certificate in endpoint.Served.Where(certificate => certificate.NotAfter - now <= s_from))
            {
                if (_said.TryAdd((endpoint.Name, certificate.Host, certificate.Fingerprint), now) && !(isNew && certificate.NotAfter < now))
                {
                    Warn(endpoint.Name, certificate, certificate.NotAfter - now);
                }
            }
        }
    }

    private void Warn(string endPoint, ServedCertificate certificate, TimeSpan left)
    {
        var host = certificate.Host is { } name ? $"host '{name}'" : "the default host";
        var date = certificate.NotAfter.ToString("u", CultureInfo.InvariantCulture);
        if (left < TimeSpan.Zero)
        {
            CertificateLog.Expired(logger, certificate.Subject, host, endPoint, $"expired on {date}");
        }
        else
        {
            CertificateLog.Expires(logger, certificate.Subject, host, endPoint, (int)left.TotalDays, date);
        }
    }
}
