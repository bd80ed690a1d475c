using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Aeronet.AspNetCore.Transport.Tls.Certificates;

/// <summary>Describes certificates.</summary>
internal static class CertificateDescription
{
    internal static TlsCertificateStatus Of(X509Certificate2 certificate)
    {
        var (algorithm, size) = KeyOf(certificate);
        return new TlsCertificateStatus
        {
            Subject = certificate.Subject,
            Issuer = certificate.Issuer,
            Names = [.. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(NamesOf)],
            KeyAlgorithm = algorithm,
            KeySize = size,
            NotBefore = certificate.NotBefore.ToUniversalTime(),
            NotAfter = certificate.NotAfter.ToUniversalTime(),
            Fingerprint = certificate.GetCertHashString(HashAlgorithmName.SHA256),
            Staple = TlsStapleState.None,
        };
    }

    private static IEnumerable<string> NamesOf(X509SubjectAlternativeNameExtension extension) =>
        [.. extension.EnumerateDnsNames(), .. extension.EnumerateIPAddresses().Select(address => address.ToString())];

    private static (string Algorithm, int Size) KeyOf(X509Certificate2 certificate)
    {
        using AsymmetricAlgorithm? key = (AsymmetricAlgorithm?)certificate.GetECDsaPublicKey() ?? certificate.GetRSAPublicKey();
        return key switch
        {
            ECDsa => ("ECDSA", key.KeySize),
            RSA => ("RSA", key.KeySize),
            _ => (certificate.PublicKey.Oid.FriendlyName ?? certificate.GetKeyAlgorithm(), 0),
        };
    }
}
