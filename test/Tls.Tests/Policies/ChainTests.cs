using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Aeronet.AspNetCore.Tls.Tests.ClientCertificates;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Tls.Tests.Policies;

/// <summary>Which certificates go out with the server's own.</summary>
public sealed class ChainTests
{
    /// <summary>An authority of one's own for servers and clients: OpenSSL would find the chain in the store that is for clients, in each handshake.</summary>
    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task Authority_OfServersAndClients_NotSent(string version)
    {
        foreach (var host in new[] { "localhost", "a.test" })
        {
            await using var server = await TlsHost.StartAsync(context => context.Response.WriteAsync("ok"), tls =>
            {
                Authorize(tls);
                tls.Hosts["a.test"] = new AeronetTlsHostOptions();
                Authorize(tls.Hosts["a.test"]);
            });

            var sent = await SentAsync(server, "-servername", host, version);

            Assert.Equal([ClientPki.Server.Thumbprint], sent.Select(certificate => certificate.Thumbprint));
        }

        static void Authorize(AeronetTlsHostOptions options)
        {
            options.Certificates.Add(ClientPki.Server);
            options.ClientCertificates = TlsClientCertificates.Request;
            options.TrustedClientAuthorities.Add(ClientPki.Root.Public());
        }
    }

    /// <summary>An authority got a new key and kept its name. Key identifiers (RFC 5280, section 4.2.1.1) may tell the two apart, or signatures alone.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Authority_WithNewKey_TheOneThatSigned(bool keyIdentifiers)
    {
        using var rootKey = NewKey();
        using var root = SelfSign("root", rootKey, keyIdentifiers);
        using var oldKey = NewKey();
        using var newKey = NewKey();
        using var oldAuthority = Sign("authority", oldKey, root, rootKey, keyIdentifiers);
        using var newAuthority = Sign("authority", newKey, root, rootKey, keyIdentifiers);
        foreach (var (signer, key) in new[] { (oldAuthority, oldKey), (newAuthority, newKey) })
        {
            using var leafKey = NewKey();
            using var leaf = Sign("localhost", leafKey, signer, key, keyIdentifiers, isAuthority: false);
            using var served = leaf.CopyWithPrivateKey(leafKey);
            foreach (var order in new[] { new[] { oldAuthority, newAuthority, root }, [root, newAuthority, oldAuthority] })
            {
                await using var server = await StartAsync(served, order);

                Assert.Equal([leaf.Thumbprint, signer.Thumbprint], (await SentAsync(server)).Select(certificate => certificate.Thumbprint));
            }
        }
    }

    /// <summary>An old root vouches for its own new key: same name, no root.</summary>
    [Fact]
    public async Task Authority_VouchesForItsNewKey_Sent()
    {
        using var oldKey = NewKey();
        using var newKey = NewKey();
        using var leafKey = NewKey();
        using var oldRoot = SelfSign("root", oldKey, true);
        using var newRoot = SelfSign("root", newKey, true);
        using var link = Sign("root", newKey, oldRoot, oldKey, true);
        using var leaf = Sign("localhost", leafKey, newRoot, newKey, true, isAuthority: false);
        using var served = leaf.CopyWithPrivateKey(leafKey);
        await using var server = await StartAsync(served, [newRoot, oldRoot, link]);

        Assert.Equal([leaf.Thumbprint, link.Thumbprint], (await SentAsync(server)).Select(certificate => certificate.Thumbprint));
    }

    [Fact]
    public async Task Authorities_ThatSignEachOther_EachSentOnce()
    {
        using var oneKey = NewKey();
        using var otherKey = NewKey();
        using var leafKey = NewKey();
        using var oneRoot = SelfSign("one", oneKey, true);
        using var otherRoot = SelfSign("other", otherKey, true);
        using var oneByOther = Sign("one", oneKey, otherRoot, otherKey, true);
        using var otherByOne = Sign("other", otherKey, oneRoot, oneKey, true);
        using var leaf = Sign("localhost", leafKey, oneRoot, oneKey, true, isAuthority: false);
        using var served = leaf.CopyWithPrivateKey(leafKey);
        await using var server = await StartAsync(served, [oneByOther, otherByOne]);

        Assert.Equal(
            [leaf.Thumbprint, oneByOther.Thumbprint, otherByOne.Thumbprint], (await SentAsync(server)).Select(certificate => certificate.Thumbprint));
    }

    /// <summary>An authority was certified again with the key it had: the certificate that holds longest.</summary>
    [Fact]
    public async Task Authority_CertifiedTwice_TheCurrentOne()
    {
        using var rootKey = NewKey();
        using var key = NewKey();
        using var leafKey = NewKey();
        using var root = SelfSign("root", rootKey, true);
        using var ended = Sign("authority", key, root, rootKey, true, hours: -1);
        using var current = Sign("authority", key, root, rootKey, true, hours: 20);
        using var leaf = Sign("localhost", leafKey, current, key, true, isAuthority: false);
        using var served = leaf.CopyWithPrivateKey(leafKey);
        foreach (var order in new[] { new[] { ended, current }, [current, ended] })
        {
            await using var server = await StartAsync(served, order);

            Assert.Equal([leaf.Thumbprint, current.Thumbprint], (await SentAsync(server)).Select(certificate => certificate.Thumbprint));
        }
    }

    private static ECDsa NewKey() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private static CertificateRequest Request(string name, ECDsa key, bool keyIdentifiers, bool isAuthority)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        if (keyIdentifiers)
            request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));

        return request;
    }

    private static X509Certificate2 SelfSign(string name, ECDsa key, bool keyIdentifiers)
    {
        using var certificate = Request(name, key, keyIdentifiers, isAuthority: true).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-3), DateTimeOffset.UtcNow.AddDays(30));
        return X509CertificateLoader.LoadCertificate(certificate.RawData);
    }

    private static X509Certificate2 Sign(
        string name, ECDsa key, X509Certificate2 issuer, ECDsa issuerKey, bool keyIdentifiers, bool isAuthority = true, int hours = 10)
    {
        var request = Request(name, key, keyIdentifiers, isAuthority);
        if (keyIdentifiers)
        {
            request.CertificateExtensions.Add(
                X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(issuer.Extensions.OfType<X509SubjectKeyIdentifierExtension>().First()));
        }

        return request.Create(
            issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(issuerKey), DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddHours(hours), Guid.NewGuid().ToByteArray());
    }

    private static Task<KestrelHost> StartAsync(X509Certificate2 served, X509Certificate2[] intermediates) =>
        TlsHost.StartAsync(context => context.Response.WriteAsync("ok"), tls =>
        {
            tls.Certificates.Add(served);
            tls.Intermediates.AddRange(intermediates);
        });

    private static async Task<X509Certificate2[]> SentAsync(KestrelHost host, params string[] arguments)
    {
        var output = await OpensslClient.RunAsync(host, ["-showcerts", .. arguments], "Q\n");
        var chain = output[..output.IndexOf("Server certificate", StringComparison.Ordinal)];
        return [.. Regex.Matches(chain, "-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", RegexOptions.Singleline).Select(pem => X509Certificate2.CreateFromPem(pem.Value))];
    }
}
