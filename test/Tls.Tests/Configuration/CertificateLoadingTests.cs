using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Tls.Tests.Support;

namespace Aeronet.AspNetCore.Tls.Tests.Configuration;

/// <summary>Every way to name a certificate ends in a handshake with it.</summary>
public sealed class CertificateLoadingTests : IDisposable
{
    private readonly TempFiles _files = new();

    [Theory]
    [InlineData("pem and key")]
    [InlineData("one pem")]
    [InlineData("one pem, key first")]
    [InlineData("pem and encrypted key")]
    [InlineData("one pem, encrypted key")]
    [InlineData("pem and sec1 key")]
    [InlineData("der and key")]
    [InlineData("pfx")]
    [InlineData("pfx without password")]
    [InlineData("rsa pem and key")]
    [InlineData("rsa pem and pkcs1 key")]
    [InlineData("rsa pem and encrypted key")]
    [InlineData("rsa pfx")]
    [InlineData("unused password")]
    public async Task File_Loaded_ServesWithIt(string form)
    {
        var certificate = form.StartsWith("rsa", StringComparison.Ordinal) ? Certificates.Rsa : Certificates.Ecdsa;
        await using var host = await ConfiguredHost.StartAsync(Write(form, certificate));

        var peer = await Peer.AskAsync(host.Port);

        Assert.Equal(certificate.Thumbprint, peer.Certificate.Thumbprint);
        Assert.Contains(ConfiguredHost.Answer, peer.Response, StringComparison.Ordinal);
        Assert.Empty(host.Logs.From("Aeronet", Microsoft.Extensions.Logging.LogLevel.Warning));
        Assert.Contains(host.Logs.From("Aeronet"), entry => entry.EventId.Name == "HandshakeCompleted");
    }

    [Theory]
    [InlineData("pem")]
    [InlineData("pfx")]
    public async Task Chain_Loaded_SendsIntermediatesWithoutRoot(string form)
    {
        var (leaf, intermediate, root) = Certificates.Chain;
        var path = form == "pem"
            ? _files.Write("chain.pem", string.Concat(leaf.ExportCertificatePem(), "\n", intermediate.ExportCertificatePem(), "\n", root.ExportCertificatePem(), "\n", TempFiles.PlainKey(leaf)))
            : _files.WritePkcs12("chain.pfx", TempFiles.Password, Public(root), Public(intermediate), leaf);
        await using var host = await ConfiguredHost.StartAsync($"Aeronet:Tls:Certificate:Path={path}" + (form == "pfx" ? $"\nAeronet:Tls:Certificate:Password={TempFiles.Password}" : ""));

        var peer = await Peer.AskAsync(host.Port);

        Assert.Equal(leaf.Thumbprint, peer.Certificate.Thumbprint);
        Assert.Equal([intermediate.Thumbprint], peer.Intermediates.Select(c => c.Thumbprint));
    }

    [Fact]
    public async Task RelativePath_BeginsAtContentRoot()
    {
        _files.WriteCertificate("cert.pem", Certificates.Ecdsa);
        _files.WriteKey("key.pem", Certificates.Ecdsa);
        var relative = Path.GetRelativePath(AppContext.BaseDirectory, _files.Root);
        await using var host = await ConfiguredHost.StartAsync($"""
            Aeronet:Tls:Certificate:Path={relative}/cert.pem
            Aeronet:Tls:Certificate:KeyPath={relative}/key.pem
            """);

        Assert.Equal(Certificates.Ecdsa.Thumbprint, (await Peer.AskAsync(host.Port)).Certificate.Thumbprint);
    }

    [Theory]
    [InlineData("RSA")]
    [InlineData("ECDSA")]
    public async Task SeveralOnOneName_ClientsGetWhatTheySupport(string kind)
    {
        await using var host = await ConfiguredHost.StartAsync($"""
            Aeronet:Tls:Certificates:0:Path={_files.WritePkcs12("rsa.pfx", TempFiles.Password, Certificates.Rsa)}
            Aeronet:Tls:Certificates:0:Password={TempFiles.Password}
            Aeronet:Tls:Certificates:1:Path={_files.WriteCertificate("ecdsa.pem", Certificates.Ecdsa)}
            Aeronet:Tls:Certificates:1:KeyPath={_files.WriteKey("ecdsa.key", Certificates.Ecdsa)}
            """);

        var peer = await Peer.AskAsync(host.Port, configure: o =>
        {
            o.EnabledSslProtocols = SslProtocols.Tls12;
            o.CipherSuitesPolicy = new System.Net.Security.CipherSuitesPolicy([kind == "RSA"
                ? System.Net.Security.TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
                : System.Net.Security.TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]);
        });

        Assert.Equal((kind == "RSA" ? Certificates.Rsa : Certificates.Ecdsa).Thumbprint, peer.Certificate.Thumbprint);
    }

    [Fact]
    public async Task Store_Found_ServesWithTheLastToExpire()
    {
        var name = $"store-{Guid.NewGuid():N}.test";
        using var older = Create(name, DateTimeOffset.UtcNow.AddDays(5));
        using var newer = Create(name, DateTimeOffset.UtcNow.AddDays(9));
        using var store = new X509Store(StoreName.My, StoreLocation.CurrentUser);
        try
        {
            store.Open(OpenFlags.ReadWrite);
            store.Add(newer);
            store.Add(older);
        }
        catch (CryptographicException e)
        {
            Assert.Skip($"this user has no certificate store: {e.Message}");
        }

        try
        {
            await using var host = await ConfiguredHost.StartAsync($"""
                Aeronet:Tls:Certificate:Subject={name}
                Aeronet:Tls:Certificate:Store=My
                Aeronet:Tls:Certificate:Location=CurrentUser
                Aeronet:Tls:Certificate:AllowInvalid=true
                """);

            Assert.Equal(newer.Thumbprint, (await Peer.AskAsync(host.Port)).Certificate.Thumbprint);

            var failure = await Assert.ThrowsAnyAsync<Exception>(() => ConfiguredHost.StartAsync($"Aeronet:Tls:Certificate:Subject={name}"));
            Assert.StartsWith($"Aeronet:Tls:Certificate:Subject is '{name}'", failure.Message, StringComparison.Ordinal);
            Assert.Contains("AllowInvalid", failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            store.Remove(newer);
            store.Remove(older);
        }
    }

    [Fact]
    public async Task Expired_AllowedInvalid_ServesWithIt()
    {
        using var expired = Create("expired.test", DateTimeOffset.UtcNow.AddDays(-1));
        await using var host = await ConfiguredHost.StartAsync($"""
            Aeronet:Tls:Certificate:Path={_files.WriteCertificate("cert.pem", expired)}
            Aeronet:Tls:Certificate:KeyPath={_files.WriteKey("key.pem", expired)}
            Aeronet:Tls:Certificate:AllowInvalid=true
            """);

        Assert.Equal(expired.Thumbprint, (await Peer.AskAsync(host.Port)).Certificate.Thumbprint);
    }

    public void Dispose() => _files.Dispose();

    private static X509Certificate2 Public(X509Certificate2 certificate) => X509CertificateLoader.LoadCertificate(certificate.RawData);

    private static X509Certificate2 Create(string name, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-9), until);
    }

    private string Write(string form, X509Certificate2 certificate)
    {
        var pem = certificate.ExportCertificatePem() + "\n";
        var (path, key, password) = form.Replace("rsa ", "", StringComparison.Ordinal) switch
        {
            "pem and key" => (_files.Write("c.pem", pem), _files.WriteKey("k.pem", certificate), null),
            "one pem" => (_files.Write("c.pem", pem + TempFiles.PlainKey(certificate)), null, null),
            "one pem, key first" => (_files.Write("c.pem", "issued to localhost\n" + TempFiles.PlainKey(certificate) + pem), null, null),
            "pem and encrypted key" => (_files.Write("c.pem", pem), _files.WriteEncryptedKey("k.pem", certificate), TempFiles.Password),
            "one pem, encrypted key" => (_files.Write("c.pem", pem + TempFiles.EncryptedKey(certificate)), null, TempFiles.Password),
            "pem and sec1 key" => (_files.Write("c.pem", pem), _files.Write("k.pem", certificate.GetECDsaPrivateKey()!.ExportECPrivateKeyPem()), null),
            "pem and pkcs1 key" => (_files.Write("c.pem", pem), _files.Write("k.pem", certificate.GetRSAPrivateKey()!.ExportRSAPrivateKeyPem()), null),
            "der and key" => (_files.Write("c.der", certificate.RawData), _files.WriteKey("k.pem", certificate), null),
            "pfx" => (_files.WritePkcs12("c.pfx", TempFiles.Password, certificate), null, TempFiles.Password),
            "pfx without password" => (_files.WritePkcs12("c.pfx", null, certificate), null, null),
            "unused password" => (_files.Write("c.pem", pem + TempFiles.PlainKey(certificate)), (string?)null, TempFiles.Password),
            _ => throw new ArgumentException(form),
        };
        return string.Join('\n', new[]
        {
            $"Aeronet:Tls:Certificate:Path={path}",
            key is null ? "" : $"Aeronet:Tls:Certificate:KeyPath={key}",
            password is null ? "" : $"Aeronet:Tls:Certificate:Password={password}",
        });
    }
}
