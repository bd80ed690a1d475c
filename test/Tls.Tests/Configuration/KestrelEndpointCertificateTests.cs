using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Tls.Tests.Configuration;

/// <summary>Which certificate endpoints of Kestrel's own configuration serve.</summary>
public sealed class KestrelEndpointCertificateTests : KestrelEndpointTest
{
    [Theory]
    [InlineData("Kestrel:Endpoints:Https:Certificate")]
    [InlineData("Kestrel:Certificates:Default")]
    [InlineData("Aeronet:Tls:Certificate")]
    public async Task Certificate_FoundWhereverItStands(string section)
    {
        await using var host = await StartAsync(Https, Certificate(section, Certificates.Exact));

        var peer = await Peer.AskAsync(host.Port);

        Assert.Equal(Certificates.Exact.Thumbprint, peer.Certificate.Thumbprint);
        Assert.Contains($"https HTTP/1.1 {ConfiguredHost.Answer}", peer.Response, StringComparison.Ordinal);
        Assert.StartsWith("https://", host.Addresses[0], StringComparison.Ordinal);
        Assert.Empty(host.Logs.From("Aeronet", LogLevel.Warning));
        AssertIsOurs(host);
    }

    [Fact]
    public async Task EndpointsOwnCertificate_WinsOverTheBase_WhichWinsOverTheDefault()
    {
        await using var host = await StartAsync(
            "Kestrel:Endpoints:A:Url=https://127.0.0.1:0",
            "Kestrel:Endpoints:B:Url=https://127.0.0.1:0",
            Certificate("Kestrel:Endpoints:A:Certificate", Certificates.Exact),
            Certificate("Kestrel:Certificates:Default", Certificates.Ecdsa),
            Certificate("Aeronet:Tls:Certificate", Certificates.Wildcard));

        Assert.Equal(Certificates.Exact.Thumbprint, (await Peer.AskAsync(host.Ports[0])).Certificate.Thumbprint);
        Assert.Equal(Certificates.Wildcard.Thumbprint, (await Peer.AskAsync(host.Ports[1])).Certificate.Thumbprint);
    }

    [Fact]
    public async Task Chain_OfKestrelsCertificate_IsSent()
    {
        var (leaf, intermediate, root) = Certificates.Chain;
        var path = Files.WriteCertificate("chain.pem", leaf, intermediate, root);
        await using var host = await StartAsync(Https, $"Kestrel:Certificates:Default:Path={path}", $"Kestrel:Certificates:Default:KeyPath={Files.WriteKey("chain.key", leaf)}");

        var peer = await Peer.AskAsync(host.Port);

        Assert.Equal(leaf.Thumbprint, peer.Certificate.Thumbprint);
        Assert.Equal([intermediate.Thumbprint], peer.Intermediates.Select(c => c.Thumbprint));
        AssertIsOurs(host);
    }

    /// <summary>In a process whose user has the intermediate in a store, which Kestrel completes the chain from.</summary>
    [Fact]
    public async Task Chain_OfTheUsersStore_IsSent()
    {
        var result = await ChildTest.RunAsync(typeof(KestrelEndpointCertificateTests), nameof(Chain_OfTheUsersStore), ("HOME", Files.Root));

        Assert.True(result.ExitCode == 0, result.ToString());
    }

    [Fact(Explicit = true)]
    public async Task Chain_OfTheUsersStore()
    {
        var (leaf, intermediate, root) = Certificates.Chain;
        foreach (var (name, certificate) in new[] { (StoreName.CertificateAuthority, intermediate), (StoreName.Root, root) })
        {
            using var store = new X509Store(name, StoreLocation.CurrentUser, OpenFlags.ReadWrite);
            store.Add(X509CertificateLoader.LoadCertificate(certificate.RawData));
        }

        foreach (var section in new[] { "Kestrel:Certificates:Default", "Kestrel:Endpoints:Https:Certificate", "Kestrel:Endpoints:Https:Sni:localhost:Certificate" })
        {
            await using var host = await StartAsync(Https, Certificate(section, leaf));

            var peer = await Peer.AskAsync(host.Port);

            Assert.Equal(leaf.Thumbprint, peer.Certificate.Thumbprint);
            Assert.Equal([intermediate.Thumbprint], peer.Intermediates.Select(c => c.Thumbprint));
            AssertIsOurs(host);
        }
    }

    [Fact]
    public async Task HostsOfTheBase_AreServedOnKestrelsEndpoints()
    {
        await using var host = await StartAsync(
            Https, Certificate("Kestrel:Certificates:Default", Certificates.Ecdsa), Certificate("Aeronet:Tls:Hosts:www.example.com:Certificate", Certificates.Exact));

        Assert.Equal(Certificates.Exact.Thumbprint, (await Peer.AskAsync(host.Port, "www.example.com")).Certificate.Thumbprint);
        Assert.Equal(Certificates.Ecdsa.Thumbprint, (await Peer.AskAsync(host.Port, "a.example.com")).Certificate.Thumbprint);
    }

    [Theory]
    [InlineData("Kestrel:Certificates:Default")]
    [InlineData("Kestrel:Endpoints:Https:Certificate")]
    [InlineData("Kestrel:Endpoints:Https:Sni:localhost:Certificate")]
    public async Task KestrelsExpiredCertificate_IsServedWithAWarning(string section)
    {
        using var expired = Create("expired.test", -1);
        await using var host = await StartAsync(Https, Certificate(section, expired));

        Assert.Equal(expired.Thumbprint, (await Peer.AskAsync(host.Port)).Certificate.Thumbprint);
        Assert.Equal("CertificateNotCurrent", Assert.Single(host.Logs.From("Aeronet", LogLevel.Warning)).EventId.Name);
        AssertIsOurs(host);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task DevelopmentCertificate_IsLeftToKestrel_UnlessNamed(bool named)
    {
        using var development = Create("localhost", 19, new X509Extension("1.3.6.1.4.1.311.84.1.1", [2], false));
        var configuration = named ? string.Join('\n', Https, Certificate("Kestrel:Certificates:Default", development)) : Https;
        await using var host = await ConfiguredHost.StartKestrelAsync(configuration, kestrel => kestrel.ConfigureHttpsDefaults(https => https.ServerCertificate = named ? null : development));

        Assert.Equal(development.Thumbprint, (await Peer.AskAsync(host.Port)).Certificate.Thumbprint);
        Assert.Empty(host.Logs.From("Aeronet", LogLevel.Warning));
        Assert.Equal(named, host.Logs.From("Aeronet").Any(entry => entry.EventId.Name == "HandshakeCompleted"));
        Assert.Equal(named ? 0 : 1, host.Logs.From("Aeronet").Count(entry => entry.EventId.Name == "DevelopmentCertificate"));
    }

    [Fact]
    public async Task NoCertificateAnywhere_IsKestrelsError()
    {
        if (Directory.Exists(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".dotnet/corefx/cryptography/x509stores/my")))
        {
            using var store = new X509Store(StoreName.My, StoreLocation.CurrentUser, OpenFlags.ReadOnly);
            if (store.Certificates.Any(certificate => certificate.Extensions["1.3.6.1.4.1.311.84.1.1"] is not null))
                Assert.Skip("this user has a development certificate");
        }

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(Https));

        Assert.Contains("certificate", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reload_ServesTheNewCertificate()
    {
        var source = new ReloadableConfiguration(ConfiguredHost.Parse(string.Join('\n', $"Kestrel:Endpoints:Https:Url=https://127.0.0.1:{TestPorts.Next()}", Certificate("Kestrel:Certificates:Default", Certificates.Exact))));
        await using var host = await ConfiguredHost.StartKestrelAsync("", builder: builder => ((IConfigurationBuilder)builder.Configuration).Add(source));

        // Once: while Kestrel binds the endpoint anew it shows none.
        var port = host.Port;
        Assert.Equal(Certificates.Exact.Thumbprint, (await Peer.AskAsync(port)).Certificate.Thumbprint);

        source.Reload(ConfiguredHost.Parse(Certificate("Kestrel:Certificates:Default", Certificates.Wildcard)));

        var deadline = DateTime.UtcNow + TaskTimeoutExtensions.DefaultTimeout;
        while (!await ServesAsync(port, Certificates.Wildcard))
            Assert.True(DateTime.UtcNow < deadline, "the new certificate is not served");

        AssertIsOurs(host);
    }

    private static async Task<bool> ServesAsync(int port, X509Certificate2 certificate)
    {
        try
        {
            return (await Peer.AskAsync(port)).Certificate.Equals(certificate);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            // Between the old endpoint and the new.
            await Task.Delay(20);
            return false;
        }
    }

    private static X509Certificate2 Create(string name, int days, params X509Extension[] extensions)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        foreach (var extension in extensions)
            request.CertificateExtensions.Add(extension);

        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-9), DateTimeOffset.UtcNow.AddDays(days));
    }
}
