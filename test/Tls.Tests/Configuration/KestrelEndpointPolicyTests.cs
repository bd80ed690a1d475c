using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Tls.Tests.Support;

namespace Aeronet.AspNetCore.Tls.Tests.Configuration;

/// <summary>Versions, protocols, client certificates and hosts of Kestrel's own configuration hold under the transport's TLS.</summary>
public sealed class KestrelEndpointPolicyTests : KestrelEndpointTest
{
    [Theory]
    [InlineData("Kestrel:Endpoints:Https:SslProtocols:0=Tls12", SslProtocols.Tls12)]
    [InlineData("Kestrel:EndpointDefaults:SslProtocols:0=Tls12", SslProtocols.Tls12)]
    [InlineData("Aeronet:Tls:Protocols=Tls12", SslProtocols.Tls12)]
    [InlineData("Aeronet:Tls:Protocols=Tls12\nKestrel:Endpoints:Https:SslProtocols:0=Tls13", SslProtocols.Tls13)]
    public async Task Protocols_AreTheEndpointsOrTheBases(string lines, SslProtocols expected)
    {
        await using var host = await StartAsync(Https, Certificate("Kestrel:Certificates:Default", Certificates.Ecdsa), lines);

        Assert.Equal(expected, (await Peer.AskAsync(host.Port)).Version);
        Assert.True(await Peer.IsRefusedAsync(host.Port, configure: o => o.EnabledSslProtocols = SslProtocols.Tls12 ^ SslProtocols.Tls13 ^ expected));
        AssertIsOurs(host);
    }

    [Theory]
    [InlineData("Kestrel:Endpoints:Https:Protocols=Http1", "http/1.1")]
    [InlineData("Kestrel:Endpoints:Https:Protocols=Http2", "h2")]
    [InlineData("Kestrel:EndpointDefaults:Protocols=Http1", "http/1.1")]
    [InlineData("Aeronet:Tls:HttpProtocols=Http1", "http/1.1")]
    [InlineData("Aeronet:Tls:HttpProtocols=Http1\nKestrel:Endpoints:Https:Protocols=Http2", "h2")]
    public async Task HttpProtocols_AreTheEndpointsOrTheBases(string lines, string expected)
    {
        await using var host = await StartAsync(Https, Certificate("Kestrel:Certificates:Default", Certificates.Ecdsa), lines);

        var output = (await ExternalTool.Require("openssl").RunAsync("s_client", "-connect", $"127.0.0.1:{host.Port}", "-alpn", "h2,http/1.1")).Output;

        Assert.Contains($"ALPN protocol: {expected}", output, StringComparison.Ordinal);
        AssertIsOurs(host);
    }

    [Theory]
    [InlineData("RequireCertificate", true)]
    [InlineData("AllowCertificate", false)]
    public async Task ClientCertificateMode_IsKept(string mode, bool isRequired)
    {
        using var authority = ClientAuthority.Create();
        using var client = authority.Issue("client");
        using var strangers = ClientAuthority.Create();
        using var stranger = strangers.Issue("stranger");
        await using var host = await StartAsync(
            Https,
            Certificate("Kestrel:Certificates:Default", Certificates.Ecdsa),
            $"Kestrel:Endpoints:Https:ClientCertificateMode={mode}",
            $"Aeronet:Tls:TrustedClientAuthorities={Files.WriteCertificate("ca.pem", authority.Certificate)}");

        Assert.Contains(ConfiguredHost.Answer, (await Peer.AskAsync(host.Port, configure: With(client))).Response, StringComparison.Ordinal);
        Assert.Equal(isRequired, await Peer.IsRefusedAsync(host.Port));
        Assert.True(await Peer.IsRefusedAsync(host.Port, configure: With(stranger)));
        AssertIsOurs(host);
    }

    [Theory]
    [InlineData(TransportKind.Sockets)]
    [InlineData(TransportKind.Aeronet)]
    public async Task ClientCertificateValidation_Decides(TransportKind kind)
    {
        using var authority = ClientAuthority.Create();
        using var good = authority.Issue("good");
        using var bad = authority.Issue("bad");
        var seen = new System.Collections.Concurrent.ConcurrentQueue<(int Elements, System.Net.Security.SslPolicyErrors Errors)>();
        await using var host = await ConfiguredHost.StartKestrelAsync(
            string.Join('\n', Https, "Kestrel:Endpoints:Https:ClientCertificateMode=RequireCertificate", Certificate("Kestrel:Certificates:Default", Certificates.Ecdsa)),
            kestrel => kestrel.ConfigureHttpsDefaults(https => https.ClientCertificateValidation = (certificate, chain, errors) =>
            {
                seen.Enqueue((chain!.ChainElements.Count, errors));
                return certificate.Subject == "CN=good";
            }),
            kind: kind);

        Assert.Contains(ConfiguredHost.Answer, (await Peer.AskAsync(host.Port, configure: With(good))).Response, StringComparison.Ordinal);
        Assert.True(await Peer.IsRefusedAsync(host.Port, configure: With(bad)));
        Assert.True(await Peer.IsRefusedAsync(host.Port));
        Assert.Equal(2, seen.Count);
        Assert.All(seen, call => Assert.Equal((1, System.Net.Security.SslPolicyErrors.RemoteCertificateChainErrors), call));
        if (kind == TransportKind.Aeronet)
            AssertIsOurs(host);
    }

    [Theory]
    [InlineData(TransportKind.Sockets)]
    [InlineData(TransportKind.Aeronet)]
    public async Task Sni_ChoosesAsKestrelDoes(TransportKind kind)
    {
        await using var host = await StartAsync(
            kind,
            Https,
            Certificate("Kestrel:Endpoints:Https:Sni:www.example.com:Certificate", Certificates.Exact),
            Certificate("Kestrel:Endpoints:Https:Sni:*.example.com:Certificate", Certificates.Wildcard),
            "Kestrel:Endpoints:Https:Sni:*.example.com:SslProtocols:0=Tls12",
            "Kestrel:Endpoints:Https:Sni:*.example.com:ClientCertificateMode=NoCertificate",
            "Kestrel:Endpoints:Https:Sni:*.example.com:Protocols=Http1");

        var exact = await Peer.AskAsync(host.Port, "www.example.com");
        var deep = await Peer.AskAsync(host.Port, "a.b.example.com");

        Assert.Equal((Certificates.Exact.Thumbprint, SslProtocols.Tls13), (exact.Certificate.Thumbprint, exact.Version));
        Assert.Equal((Certificates.Wildcard.Thumbprint, SslProtocols.Tls12), (deep.Certificate.Thumbprint, deep.Version));
        Assert.True(await Peer.IsRefusedAsync(host.Port, "example.org"));
        Assert.True(await Peer.IsRefusedAsync(host.Port, ""), "a client that names no host");
        if (kind == TransportKind.Aeronet)
            AssertIsOurs(host);
    }

    [Theory]
    [InlineData(TransportKind.Sockets)]
    [InlineData(TransportKind.Aeronet)]
    public async Task Sni_Star_ServesTheOthers(TransportKind kind)
    {
        using var authority = ClientAuthority.Create();
        await using var host = await StartAsync(
            kind,
            Https,
            "Kestrel:Endpoints:Https:SslProtocols:0=Tls13",
            Certificate("Kestrel:Certificates:Default", Certificates.Ecdsa),
            Certificate("Kestrel:Endpoints:Https:Sni:*:Certificate", Certificates.Rsa),
            "Kestrel:Endpoints:Https:Sni:*:SslProtocols:0=Tls12",
            "Kestrel:Endpoints:Https:Sni:www.example.com:Protocols=Http1",
            "Kestrel:Endpoints:Https:Sni:guarded.example.com:ClientCertificateMode=RequireCertificate");

        foreach (var name in new[] { "example.org", "" })
        {
            var other = await Peer.AskAsync(host.Port, name);
            Assert.Equal((Certificates.Rsa.Thumbprint, SslProtocols.Tls12), (other.Certificate.Thumbprint, other.Version));
        }

        // What a host leaves open is the endpoint's, not that of "*".
        var exact = await Peer.AskAsync(host.Port, "www.example.com");
        Assert.Equal((Certificates.Ecdsa.Thumbprint, SslProtocols.Tls13), (exact.Certificate.Thumbprint, exact.Version));
        Assert.True(await Peer.IsRefusedAsync(host.Port, "guarded.example.com"));
        if (kind == TransportKind.Aeronet)
            AssertIsOurs(host);
    }

    [Theory]
    [InlineData("Aeronet:Tls:Ktls=On", "Aeronet:Tls:Ktls is 'On'")]
    [InlineData("Aeronet:Tls:CipherPolicy=Modern\nKestrel:Endpoints:Https:SslProtocols:0=Tls12", "Kestrel:Endpoints:Https: Aeronet:Tls:CipherPolicy is Modern")]
    public async Task Mistake_FailsStart(string lines, string message)
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => StartAsync(Https, Certificate("Kestrel:Certificates:Default", Certificates.Ecdsa), lines));

        Assert.StartsWith(message, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    private static Action<System.Net.Security.SslClientAuthenticationOptions> With(X509Certificate2 certificate)
        => o => o.ClientCertificateContext = System.Net.Security.SslStreamCertificateContext.Create(certificate, null, offline: true);
}
