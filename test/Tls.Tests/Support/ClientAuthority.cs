using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Aeronet.AspNetCore.Tls.Tests.Support;

/// <summary>An authority for client certificates.</summary>
internal sealed class ClientAuthority : IDisposable
{
    private byte _serial;

    private ClientAuthority(X509Certificate2 certificate) => Certificate = certificate;

    public X509Certificate2 Certificate { get; }

    public static ClientAuthority Create()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=authority {Guid.NewGuid():N}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return new ClientAuthority(request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(30)));
    }

    public X509Certificate2 Issue(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], false));
        using var issued = request.Create(Certificate, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(9), [++_serial]);
        return issued.CopyWithPrivateKey(key);
    }

    /// <summary>A list, DER, with one certificate on it.</summary>
    public byte[] Revoke(X509Certificate2 certificate)
    {
        var builder = new CertificateRevocationListBuilder();
        builder.AddEntry(certificate);
        return builder.Build(Certificate, BigInteger.One, DateTimeOffset.UtcNow.AddDays(9), HashAlgorithmName.SHA256, thisUpdate: DateTimeOffset.UtcNow.AddDays(-1));
    }

    public void Dispose() => Certificate.Dispose();
}
