using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Transport.Tls.Policies;

namespace Aeronet.AspNetCore.Transport.Tls.Certificates;

/// <summary>What is remembered of a certificate that an endpoint serves with: whoever gave it in code may have disposed it since.</summary>
/// <param name="Host">The host's name in the options; null for the endpoint's own policy.</param>
/// <param name="Subject">As in <c>CN=www.example.com</c>.</param>
/// <param name="Issuer">Who signed it.</param>
/// <param name="NotAfter">When it expires.</param>
/// <param name="Fingerprint">Its SHA-256 hash.</param>
/// <param name="HasIssuers">Whether intermediates are sent with it.</param>
internal sealed record ServedCertificate(string? Host, string Subject, string Issuer, DateTimeOffset NotAfter, string Fingerprint, bool HasIssuers)
{
    /// <summary>The certificates of each host of an endpoint.</summary>
    /// <param name="settings">The endpoint's.</param>
    /// <param name="followsChains">Whether OpenSSL is there to find out what is sent with a certificate.</param>
    internal static IReadOnlyList<ServedCertificate> Of(TlsSettings settings, bool followsChains)
    {
        var endpoint = settings.Options;

        // Where Kestrel's hosts are all there are, the default certificate is nobody's.
        var hosts = settings.KestrelHostRules && endpoint.RefuseUnknownHosts ? [] : new List<(string? Name, AeronetTlsHostOptions Options)> { (null, endpoint) };
        hosts.AddRange(endpoint.Hosts.Select(host => ((string?)host.Key, host.Value)));
        return
        [
            .. from host in hosts
               let owner = host.Options.Certificates.Count > 0 ? host.Options : endpoint
               from certificate in owner.Certificates
               select Of(host.Name, certificate, followsChains ? CertificateChain.IssuersOf(certificate, owner.Intermediates) : []),
        ];
    }

    private static ServedCertificate Of(string? host, X509Certificate2 certificate, IReadOnlyList<X509Certificate2> issuers) => new(
        host,
        certificate.Subject,
        certificate.Issuer,
        certificate.NotAfter.ToUniversalTime(),
        certificate.GetCertHashString(HashAlgorithmName.SHA256),
        issuers.Count > 0);

    /// <summary>Checks what takes the place of certificates against them.</summary>
    /// <exception cref="InvalidOperationException">One that the same authority signed comes without the intermediates that the one before it had.</exception>
    internal static void CheckRenewal(TlsSettings settings, IReadOnlyList<ServedCertificate> before, IReadOnlyList<ServedCertificate> after)
    {
        foreach (var certificate in after.Where(certificate => !certificate.HasIssuers && certificate.Issuer != certificate.Subject))
        {
            if (before.Any(old => old.Host == certificate.Host && old.Issuer == certificate.Issuer && old.HasIssuers))
            {
                throw new InvalidOperationException(
                    $"{settings.NameOf("Certificates", certificate.Host)} has '{certificate.Subject}' without the certificate of its issuer '{certificate.Issuer}', which the one in use is sent with: give it the file with the whole chain (certbot's is fullchain.pem).");
            }
        }
    }
}
