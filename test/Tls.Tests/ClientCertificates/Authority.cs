using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Aeronet.AspNetCore.Tls.Tests.ClientCertificates;

/// <summary>An authority that issues client certificates and says which it has revoked.</summary>
internal sealed class Authority
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private readonly CertificateRevocationListBuilder _revoked = new();
    private int _serial = 10;

    public Authority(string name, Authority? parent = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        Certificate = parent is null
            ? request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(30))
            : parent.Sign(request, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(20)).CopyWithPrivateKey(key);
    }

    public X509Certificate2 Certificate { get; }

    public X509Certificate2 Issue(string name, bool expired = false, bool forServers = false)
        => Issue(name, TimeSpan.FromHours(expired ? -10 : 20), forServers);

    public X509Certificate2 Issue(string name, TimeSpan validFor, bool forServers = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(forServers ? ServerAuthentication : ClientAuthentication)], false));
        using var signed = Sign(request, DateTimeOffset.UtcNow.AddHours(-20), DateTimeOffset.UtcNow + validFor);
        return signed.CopyWithPrivateKey(key);
    }

    public void Revoke(X509Certificate2 certificate) => _revoked.AddEntry(certificate);

    /// <summary>What it has revoked so far, in a list that ended or is valid now.</summary>
    public byte[] RevocationList(bool expired = false) => RevocationList(TimeSpan.FromHours(-2), TimeSpan.FromHours(expired ? -1 : 20));

    /// <summary>Likewise, from and to times that are told from now.</summary>
    public byte[] RevocationList(TimeSpan from, TimeSpan to) => _revoked.Build(
        Certificate,
        crlNumber: 1,
        nextUpdate: DateTimeOffset.UtcNow + to,
        HashAlgorithmName.SHA256,
        thisUpdate: DateTimeOffset.UtcNow + from);

    /// <summary>One that says it was made before .NET's time begins; not signed anew.</summary>
    public byte[] RevocationListOfTheYear0()
    {
        var list = _revoked.Build(Certificate, crlNumber: 1, nextUpdate: DateTimeOffset.UtcNow.AddHours(1), HashAlgorithmName.SHA256, thisUpdate: DateTimeOffset.MinValue);
        var year = list.AsSpan()[list.AsSpan().IndexOf("00010101000000Z"u8)..];
        "0000"u8.CopyTo(year);
        return list;
    }

    private X509Certificate2 Sign(CertificateRequest request, DateTimeOffset from, DateTimeOffset to)
        => request.Create(Certificate, from, to, [(byte)Interlocked.Increment(ref _serial)]);
}
