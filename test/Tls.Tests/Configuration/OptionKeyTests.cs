using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;

namespace Aeronet.AspNetCore.Tls.Tests.Configuration;

/// <summary>Every key does what it says.</summary>
public sealed class OptionKeyTests : IDisposable
{
    private readonly TempFiles _files = new();
    private readonly string _good;

    public OptionKeyTests() => _good = Certificate("Aeronet:Tls:Certificate", "good", Certificates.Ecdsa);

    [Theory]
    [InlineData("Protocols=Tls12", SslProtocols.Tls12)]
    [InlineData("Protocols=tls13", SslProtocols.Tls13)]
    [InlineData("Protocols=Tls12, Tls13", SslProtocols.Tls13)]
    [InlineData("CipherPolicy=modern", SslProtocols.Tls13)]
    public async Task Protocols_Agreed(string line, SslProtocols expected)
    {
        await using var host = await StartAsync(line);

        Assert.Equal(expected, (await Peer.AskAsync(host.Port)).Version);
        if (!line.Contains(',', StringComparison.Ordinal))
            Assert.True(await Peer.IsRefusedAsync(host.Port, configure: o => o.EnabledSslProtocols = expected == SslProtocols.Tls12 ? SslProtocols.Tls13 : SslProtocols.Tls12));
    }

    [Theory]
    [InlineData("CipherSuites=TLS_CHACHA20_POLY1305_SHA256", SslProtocols.Tls13, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256)]
    [InlineData("CipherList=ECDHE-ECDSA-AES256-GCM-SHA384", SslProtocols.Tls12, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384)]
    [InlineData("CipherList:0=ECDHE-ECDSA-CHACHA20-POLY1305\nAeronet:Tls:CipherList:1=ECDHE-ECDSA-AES256-GCM-SHA384", SslProtocols.Tls12, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256)]
    public async Task CustomCiphers_Agreed(string line, SslProtocols version, TlsCipherSuite expected)
    {
        await using var host = await StartAsync("CipherPolicy=Custom", line);

        var peer = await Peer.AskAsync(host.Port, configure: o =>
        {
            o.EnabledSslProtocols = version;
            o.CipherSuitesPolicy = new CipherSuitesPolicy([
                TlsCipherSuite.TLS_AES_128_GCM_SHA256, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
                TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]);
        });

        Assert.Equal(expected, peer.Suite);
    }

    [Theory]
    [InlineData("Groups=P-384", "ECDH, secp384r1, 384 bits", "ECDH, P-384, 384 bits")]
    [InlineData("Groups:0=P-256\nAeronet:Tls:Groups:1=P-521", "ECDH, prime256v1, 256 bits", "ECDH, P-256, 256 bits")]
    [InlineData("SignatureAlgorithms=ECDSA+SHA256", "Peer signing digest: SHA256", "Peer signing digest: SHA256")]
    public async Task GroupsAndSignatures_Agreed(string line, string expected, string orAs)
    {
        await using var host = await StartAsync(line);
        var arguments = new[] { "s_client", "-connect", $"127.0.0.1:{host.Port}", "-groups", "X25519:P-256:P-384" };

        var output = (await ExternalTool.Require("openssl").RunAsync(arguments)).Output;

        Assert.True(output.Contains(expected, StringComparison.Ordinal) || output.Contains(orAs, StringComparison.Ordinal), output);
    }

    [Theory]
    [InlineData("Http1", "http/1.1")]
    [InlineData("Http1AndHttp2", "h2")]
    public async Task HttpProtocols_Offered(string protocols, string expected)
    {
        await using var host = await StartAsync($"HttpProtocols={protocols}");

        var alpn = (await ExternalTool.Require("openssl").RunAsync("s_client", "-connect", $"127.0.0.1:{host.Port}", "-alpn", "h2,http/1.1")).Output;

        Assert.Contains($"ALPN protocol: {expected}", alpn, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HandshakeTimeout_EndsSilentClients()
    {
        await using var host = await StartAsync("HandshakeTimeout=00:00:00.300");
        using var client = await host.ConnectAsync();

        await Eventually.HoldsAsync(
            () => host.Logs.From("Aeronet").Any(entry => entry.EventId.Name == "HandshakeFailed" && entry.Message.Contains("timed out", StringComparison.Ordinal)), "the handshake to time out");
    }

    [Fact]
    public async Task Hosts_HaveTheirOwnCertificatesAndOptions()
    {
        await using var host = await StartAsync(
            "RefuseUnknownHosts=true",
            Certificate("Hosts:www.example.com:Certificate", "exact", Certificates.Exact),
            Certificate("Hosts:*.example.com:Certificates:0", "wildcard", Certificates.Wildcard),
            "Hosts:*.example.com:Protocols=Tls12");

        Assert.Equal(Certificates.Exact.Thumbprint, (await Peer.AskAsync(host.Port, "www.example.com")).Certificate.Thumbprint);
        var wildcard = await Peer.AskAsync(host.Port, "mail.example.com");
        Assert.Equal(Certificates.Wildcard.Thumbprint, wildcard.Certificate.Thumbprint);
        Assert.Equal(SslProtocols.Tls12, wildcard.Version);
        Assert.Equal(Certificates.Ecdsa.Thumbprint, (await Peer.AskAsync(host.Port, "")).Certificate.Thumbprint);
        Assert.True(await Peer.IsRefusedAsync(host.Port, "a.b.example.com"));
        Assert.True(await Peer.IsRefusedAsync(host.Port, "example.org"));
    }

    [Theory]
    [InlineData("pem")]
    [InlineData("der")]
    public async Task ClientCertificates_CheckedAgainstAuthoritiesAndLists(string form)
    {
        using var authority = ClientAuthority.Create();
        using var good = authority.Issue("good");
        using var revoked = authority.Issue("revoked");
        using var strangers = ClientAuthority.Create();
        using var stranger = strangers.Issue("stranger");
        var list = authority.Revoke(revoked);
        await using var host = await StartAsync(
            "ClientCertificates=Require",
            $"TrustedClientAuthorities:0={(form == "pem" ? _files.WriteCertificate("ca.pem", Certificates.Exact, authority.Certificate) : _files.Write("ca.der", authority.Certificate.RawData))}",
            $"RevocationLists={(form == "pem" ? _files.Write("crl.pem", PemEncoding.WriteString("X509 CRL", list)) : _files.Write("crl.der", list))}");

        Assert.Contains(ConfiguredHost.Answer, (await Peer.AskAsync(host.Port, configure: With(good))).Response, StringComparison.Ordinal);
        Assert.True(await Peer.IsRefusedAsync(host.Port));
        Assert.True(await Peer.IsRefusedAsync(host.Port, configure: With(revoked)));
        Assert.True(await Peer.IsRefusedAsync(host.Port, configure: With(stranger)));
    }

    [Fact]
    public async Task Code_ComesAfterConfiguration()
    {
        AeronetTlsOptions? seen = null;
        await using var host = await ConfiguredHost.StartAsync($"{_good}\nAeronet:Tls:Protocols=Tls12\nAeronet:Tls:Ktls=Disabled", listen => listen.UseAeronetTls(options =>
        {
            seen = options;
            options.Protocols = SslProtocols.Tls13;
        }));

        Assert.Equal(KtlsMode.Disabled, seen!.Ktls);
        var peer = await Peer.AskAsync(host.Port);
        Assert.Equal(SslProtocols.Tls13, peer.Version);
        Assert.Equal(Certificates.Ecdsa.Thumbprint, peer.Certificate.Thumbprint);
    }

    [Fact]
    public async Task CertificateInCode_ReplacesThoseOfConfiguration()
    {
        await using var host = await ConfiguredHost.StartAsync($"{_good}\nAeronet:Tls:Protocols=Tls12", listen => listen.UseAeronetTls(Certificates.Rsa));

        var peer = await Peer.AskAsync(host.Port);

        Assert.Equal(Certificates.Rsa.Thumbprint, peer.Certificate.Thumbprint);
        Assert.Equal(SslProtocols.Tls12, peer.Version);
    }

    [Fact]
    public async Task SectionOfItsOwn_IsReadInstead()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(ConfiguredHost.Parse(Certificate("Inner:Tls:Certificate", "inner", Certificates.Exact))).Build();
        await using var host = await ConfiguredHost.StartAsync($"{_good}\nAeronet:Tls:Protocols=Tls12", listen => listen.UseAeronetTls(configuration.GetSection("Inner:Tls"), options => options.RefuseUnknownHosts = false));

        var peer = await Peer.AskAsync(host.Port);

        Assert.Equal(Certificates.Exact.Thumbprint, peer.Certificate.Thumbprint);
        Assert.Equal(SslProtocols.Tls13, peer.Version);

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => ConfiguredHost.StartAsync(_good, listen => listen.UseAeronetTls(configuration.GetSection("Inner"))));
        Assert.StartsWith("Inner:Tls is not an option", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Environment_IsConfigurationToo()
    {
        // As AddEnvironmentVariables reads Aeronet__Tls__Protocols=Tls12.
        const string Variable = "AERONETTEST_Aeronet__Tls__Protocols";
        Environment.SetEnvironmentVariable(Variable, "Tls12");
        try
        {
            await using var host = await ConfiguredHost.StartAsync(_good, builder: builder => builder.Configuration.AddEnvironmentVariables("AERONETTEST_"));
            Assert.Equal(SslProtocols.Tls12, (await Peer.AskAsync(host.Port)).Version);
        }
        finally
        {
            Environment.SetEnvironmentVariable(Variable, null);
        }
    }

    public void Dispose() => _files.Dispose();

    private static Action<SslClientAuthenticationOptions> With(X509Certificate2 certificate) => o => o.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true);

    private Task<KestrelHost> StartAsync(params string[] lines)
        => ConfiguredHost.StartAsync(string.Join('\n', lines.SelectMany(line => line.Split('\n')).Select(line => line.StartsWith("Aeronet:", StringComparison.Ordinal) ? line : $"Aeronet:Tls:{line}").Prepend(_good)));

    private string Certificate(string section, string name, X509Certificate2 certificate)
        => $"{section}:Path={_files.WriteCertificate($"{name}.pem", certificate)}\n{section}:KeyPath={_files.WriteKey($"{name}.key", certificate)}";
}
