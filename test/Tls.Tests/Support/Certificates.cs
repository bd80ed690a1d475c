using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Aeronet.AspNetCore.Tls.Tests.Support;

/// <summary>Self-signed certificates, made once for the whole run.</summary>
internal static class Certificates
{
    public static X509Certificate2 Ecdsa { get; } = TestCertificate.Create();

    public static X509Certificate2 Rsa { get; } = CreateRsa("localhost");

    public static X509Certificate2 Exact { get; } = TestCertificate.Create("www.example.com");

    public static X509Certificate2 Wildcard { get; } = TestCertificate.Create("*.example.com");

    /// <summary>A leaf for localhost that an intermediate signed, which a root signed.</summary>
    public static (X509Certificate2 Leaf, X509Certificate2 Intermediate, X509Certificate2 Root) Chain { get; } = CreateChain();

    public static bool IsOurs(X509Certificate? certificate)
        => certificate is not null && (certificate.Equals(Ecdsa) || certificate.Equals(Rsa) || certificate.Equals(Exact) || certificate.Equals(Wildcard));

    private static (X509Certificate2 Leaf, X509Certificate2 Intermediate, X509Certificate2 Root) CreateChain()
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=root", rootKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var root = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(30));

        using var middleKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        request = new CertificateRequest("CN=intermediate", middleKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var middlePublic = request.Create(root, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(20), [1]);
        var middle = middlePublic.CopyWithPrivateKey(middleKey);

        using var leafKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        request = new CertificateRequest("CN=localhost", leafKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var leafPublic = request.Create(middle, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(18), [2]);
        return (leafPublic.CopyWithPrivateKey(leafKey), middle, root);
    }

    private static X509Certificate2 CreateRsa(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
    }
}
