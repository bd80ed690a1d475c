using System.Security.Cryptography.X509Certificates;

namespace Aeronet.AspNetCore.Transport;

/// <summary>A client's certificate whose chain was verified, and about which an <see cref="ITlsRevocationChecker"/> is asked.</summary>
/// <param name="certificate">The client's certificate.</param>
/// <param name="issuer">Who signed it.</param>
public sealed class TlsRevocationQuery(X509Certificate2 certificate, X509Certificate2? issuer)
{
    /// <summary>The client's certificate, the checker's to keep.</summary>
    public X509Certificate2 Certificate { get; } = certificate;

    /// <summary>The certificate of its issuer; null where the certificate itself is trusted and its issuer unknown.</summary>
    public X509Certificate2? Issuer { get; } = issuer;
}
