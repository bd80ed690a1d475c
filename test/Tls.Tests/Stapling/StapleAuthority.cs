using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Tls.Tests.Support;

namespace Aeronet.AspNetCore.Tls.Tests.Stapling;

/// <summary>An authority whose certificates name a responder, and what <c>openssl ocsp</c> needs to be that responder.</summary>
internal sealed class StapleAuthority : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string OcspSigning = "1.3.6.1.5.5.7.3.9";

    private readonly TempFiles _files;
    private readonly string _name;
    private readonly List<(X509Certificate2 Certificate, bool IsRevoked)> _issued = [];
    private readonly List<IDisposable> _owned = [];

    public StapleAuthority(TempFiles files, string name = "authority")
    {
        _files = files;
        _name = name;
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Root = Own(RequestOfAuthority($"{name} root", rootKey).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(30)));

        // Below a root, because clients find the issuer of a certificate among what is sent.
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signed = RequestOfAuthority(name, key).Create(Root, DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(29), [0x41]);
        Certificate = Own(signed.CopyWithPrivateKey(key));
        files.WriteCertificate($"{name}.root.pem", Root);
        files.WriteCertificate($"{name}.pem", Certificate);
        files.WriteKey($"{name}.key", Certificate);
        WriteIndex();
    }

    /// <summary>Who signs certificates and responses.</summary>
    public X509Certificate2 Certificate { get; }

    public X509Certificate2 Root { get; }

    /// <summary>What clients trust.</summary>
    public string RootPath => _files[$"{_name}.root.pem"];

    public string Path => _files[$"{_name}.pem"];

    public string KeyPath => _files[$"{_name}.key"];

    public string IndexPath => _files[$"{_name}.index"];

    /// <summary>A server's certificate.</summary>
    /// <param name="responder">The address of its responder; null for none.</param>
    /// <param name="name">Its DNS name.</param>
    /// <param name="rsa">Whether its key is RSA instead of ECDSA.</param>
    /// <param name="demands">Whether it demands a staple.</param>
    /// <param name="known">Whether the responder knows it.</param>
    public X509Certificate2 Issue(string? responder, string name = "localhost", bool rsa = false, bool demands = false, bool known = true)
    {
        using AsymmetricAlgorithm key = rsa ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = RequestOf(name, key);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], false));
        if (responder is not null)
            request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension([responder], null));

        if (demands)
            request.CertificateExtensions.Add(new X509Extension("1.3.6.1.5.5.7.1.24", [0x30, 3, 2, 1, 5], critical: false));

        var certificate = Sign(request, key);
        if (known)
            _issued.Add((certificate, false));

        WriteIndex();
        return certificate;
    }

    /// <summary>Somebody who may sign responses for it, or shows the same without the right to.</summary>
    public X509Certificate2 Delegate(bool authorized = true)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = RequestOf(authorized ? "delegate" : "usurper", key);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(authorized ? OcspSigning : ServerAuthentication)], false));
        return Sign(request, key);
    }

    public void Revoke(X509Certificate2 certificate)
    {
        _issued[_issued.FindIndex(issued => issued.Certificate == certificate)] = (certificate, true);
        WriteIndex();
    }

    public void Dispose() => _owned.ForEach(owned => owned.Dispose());

    private X509Certificate2 Sign(CertificateRequest request, AsymmetricAlgorithm key)
    {
        using var issuerKey = Certificate.GetECDsaPrivateKey()!;
        var serial = RandomNumberGenerator.GetBytes(8);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        using var signed = request.Create(
            Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(issuerKey), DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(20), serial);
        return Own(key is RSA rsa ? signed.CopyWithPrivateKey(rsa) : signed.CopyWithPrivateKey((ECDsa)key));
    }

    private static CertificateRequest RequestOfAuthority(string name, ECDsa key)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign | X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request;
    }

    private CertificateRequest RequestOf(string name, AsymmetricAlgorithm key)
    {
        var request = key is RSA rsa
            ? new CertificateRequest($"CN={name}", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest($"CN={name}", (ECDsa)key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, true, false));
        return request;
    }

    private X509Certificate2 Own(X509Certificate2 certificate)
    {
        _owned.Add(certificate);
        return certificate;
    }

    // As "openssl ca" has it: state, end, time and reason of the revocation, serial number, file, subject. Read again when it changes.
    private void WriteIndex()
    {
        var lines = _issued.Select(issued => string.Create(
            CultureInfo.InvariantCulture,
            $"{(issued.IsRevoked ? 'R' : 'V')}\t{issued.Certificate.NotAfter.ToUniversalTime():yyMMddHHmmss}Z\t{(issued.IsRevoked ? $"{DateTime.UtcNow.AddMinutes(-1):yyMMddHHmmss}Z,keyCompromise" : "")}\t{issued.Certificate.SerialNumber}\tunknown\t/{issued.Certificate.Subject}\n"));
        var path = _files.Write($"{_name}.index.new", string.Concat(lines));
        File.Move(path, IndexPath, overwrite: true);
    }
}
