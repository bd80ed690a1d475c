using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Tls.Tests.Configuration;

/// <summary>Endpoints of Kestrel's own configuration get the transport's TLS, and behave as with Kestrel's.</summary>
public sealed class KestrelEndpointTests : IDisposable
{
    private const string Https = "Kestrel:Endpoints:Https:Url=https://127.0.0.1:0";

    private readonly TempFiles _files = new();

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
    public async Task HttpEndpointBeside_StaysPlain()
    {
        await using var host = await StartAsync(
            "Kestrel:Endpoints:Http:Url=http://127.0.0.1:0", Https, Certificate("Kestrel:Endpoints:Https:Certificate", Certificates.Ecdsa));
        using var client = new HttpClient();

        Assert.Equal($"http HTTP/1.1 {ConfiguredHost.Answer}", await client.GetStringAsync(host.Addresses.Single(address => address.StartsWith("http://", StringComparison.Ordinal))));
        Assert.Contains(ConfiguredHost.Answer, (await Peer.AskAsync(host.Ports[1])).Response, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chain_OfKestrelsCertificate_IsSent()
    {
        var (leaf, intermediate, root) = Certificates.Chain;
        var path = _files.WriteCertificate("chain.pem", leaf, intermediate, root);
        await using var host = await StartAsync(Https, $"Kestrel:Certificates:Default:Path={path}", $"Kestrel:Certificates:Default:KeyPath={_files.WriteKey("chain.key", leaf)}");

        var peer = await Peer.AskAsync(host.Port);

        Assert.Equal(leaf.Thumbprint, peer.Certificate.Thumbprint);
        Assert.Equal([intermediate.Thumbprint], peer.Intermediates.Select(c => c.Thumbprint));
        AssertIsOurs(host);
    }

    /// <summary>In a process whose user has the intermediate in a store, which Kestrel completes the chain from.</summary>
    [Fact]
    public async Task Chain_OfTheUsersStore_IsSent()
    {
        var result = await ChildTest.RunAsync(typeof(KestrelEndpointTests), nameof(Chain_OfTheUsersStore), ("HOME", _files.Root));

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
            $"Aeronet:Tls:TrustedClientAuthorities={_files.WriteCertificate("ca.pem", authority.Certificate)}");

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
    [InlineData("OnAuthenticate")]
    [InlineData("ServerCertificateSelector")]
    [InlineData("CheckCertificateRevocation")]
    [InlineData("DelayCertificate")]
    [InlineData("DelayCertificate of a host")]
    [InlineData("Tls11")]
    public async Task WhatCannotBeCarriedOver_IsLeftToKestrel_AndLoggedOnce(string what)
    {
        var configuration = string.Join('\n', Https, Certificate("Kestrel:Certificates:Default", Certificates.Ecdsa), what switch
        {
            "DelayCertificate" => "Kestrel:Endpoints:Https:ClientCertificateMode=DelayCertificate",
            "DelayCertificate of a host" => "Kestrel:Endpoints:Https:Sni:*:ClientCertificateMode=DelayCertificate",
            "Tls11" => "Kestrel:Endpoints:Https:SslProtocols:0=Tls11\nKestrel:Endpoints:Https:SslProtocols:1=Tls12",
            _ => "",
        });
        await using var host = await ConfiguredHost.StartKestrelAsync(configuration, kestrel => kestrel.ConfigureHttpsDefaults(https =>
        {
            switch (what)
            {
                case "OnAuthenticate":
                    https.OnAuthenticate = (_, _) => { };
                    break;
                case "ServerCertificateSelector":
                    https.ServerCertificateSelector = (_, _) => Certificates.Ecdsa;
                    break;
                case "CheckCertificateRevocation":
                    https.CheckCertificateRevocation = true;
                    break;
            }
        }));

        Assert.Contains(ConfiguredHost.Answer, (await Peer.AskAsync(host.Port)).Response, StringComparison.Ordinal);
        var warning = Assert.Single(host.Logs.From("Aeronet", LogLevel.Warning));
        Assert.Equal("TlsFallback", warning.EventId.Name);
        Assert.Contains(what.Split(' ')[0] == "Tls11" ? "SslProtocols" : what.Split(' ')[0], warning.Message, StringComparison.Ordinal);
        Assert.StartsWith("TLS on https://127.0.0.1", warning.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(host.Logs.From("Aeronet"), entry => entry.EventId.Name == "HandshakeCompleted");
    }

    /// <summary>What Kestrel starts with, an application starts with that is switched by one line.</summary>
    [Theory]
    [InlineData("AllowAnyClientCertificate", true)]
    [InlineData("validation and AllowCertificate of a host", true)]
    [InlineData("a host that is no DNS name", false)]
    [InlineData("two hosts of one name", false)]
    [InlineData("an hour for a handshake", true)]
    [InlineData("a certificate of no key in code", null)]
    [InlineData("mode that does not exist", true)]
    [InlineData("protocols that do not exist", true)]
    [InlineData("an endpoint without name", false)]
    [InlineData("HTTP/3 alone beside", true)]
    public async Task WhatKestrelStartsWith_Starts(string what, bool? isOurs)
    {
        string[] lines = what switch
        {
            "validation and AllowCertificate of a host" => ["Kestrel:Endpoints:Https:Sni:a.test:ClientCertificateMode=AllowCertificate", "Kestrel:Endpoints:Https:Sni:*:Protocols=Http1"],
            "a host that is no DNS name" => ["Kestrel:Endpoints:Https:Sni:not a name:Protocols=Http1", "Kestrel:Endpoints:Https:Sni:*:Protocols=Http1"],
            "two hosts of one name" => ["Kestrel:Endpoints:Https:Sni:a.test:Protocols=Http1", "Kestrel:Endpoints:Https:Sni:a.test.:Protocols=Http1", "Kestrel:Endpoints:Https:Sni:*:Protocols=Http1"],
            "mode that does not exist" => ["Kestrel:Endpoints:Https:Sni:*:ClientCertificateMode=Sometimes"],
            "protocols that do not exist" => ["Kestrel:Endpoints:Https:Sni:*:SslProtocols:0=Tls99", "Kestrel:Endpoints:Https:Sni:*:Protocols=Http9"],
            "HTTP/3 alone beside" => [$"Kestrel:Endpoints:Three:Url=https://127.0.0.1:{TestPorts.Next()}", "Kestrel:Endpoints:Three:Protocols=Http1AndHttp2AndHttp3"],
            _ => [],
        };
        var url = what == "an endpoint without name" ? "Kestrel:Endpoints::Url=https://127.0.0.1:0" : Https;
        using var bare = X509CertificateLoader.LoadCertificate(Certificates.Exact.RawData);
        var starts = new List<string>();
        foreach (var kind in new[] { TransportKind.Sockets, TransportKind.Aeronet })
        {
            try
            {
                await using var host = await ConfiguredHost.StartKestrelAsync(
                    string.Join('\n', [url, Certificate("Kestrel:Certificates:Default", Certificates.Ecdsa), .. lines]),
                    kestrel => kestrel.ConfigureHttpsDefaults(https =>
                    {
                        switch (what)
                        {
                            case "AllowAnyClientCertificate":
                                https.AllowAnyClientCertificate();
                                break;
                            case "validation and AllowCertificate of a host":
                                https.ClientCertificateValidation = (_, _, _) => true;
                                break;
                            case "an hour for a handshake":
                                https.HandshakeTimeout = TimeSpan.FromHours(1);
                                break;
                            case "a certificate of no key in code":
                                https.ServerCertificate = bare;
                                break;
                        }
                    }),
                    kind: kind);

                starts.Add((await Peer.AskAsync(host.Port)).Response.Contains(ConfiguredHost.Answer, StringComparison.Ordinal) ? "answers" : "does not answer");
                if (kind == TransportKind.Aeronet && isOurs is { } expected)
                {
                    Assert.Equal(expected, host.Logs.From("Aeronet").Any(entry => entry.EventId.Name == "HandshakeCompleted"));
                    Assert.Equal(expected ? 0 : 1, host.Logs.From("Aeronet", LogLevel.Warning).Count);
                }
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                starts.Add(e.Message);
            }
        }

        Assert.Equal(starts[0], starts[1]);
        Assert.Equal(isOurs is null, starts[0] != "answers");
    }

    [Theory]
    [InlineData(TransportKind.Sockets)]
    [InlineData(TransportKind.Aeronet)]
    public async Task SslStreamAskedFor_IsKestrelsAlone_AndSaidOnce(TransportKind kind)
    {
        var found = new System.Collections.Concurrent.ConcurrentQueue<bool>();
        await using var host = await KestrelHost.StartAsync(kind, new KestrelHostOptions
        {
            DefaultEndpoint = false,
            Builder = builder => builder.Configuration.AddInMemoryCollection(ConfiguredHost.Parse(string.Join('\n', Https, Certificate("Kestrel:Certificates:Default", Certificates.Ecdsa)))),
            App = app => app.Run(context =>
            {
                found.Enqueue(context.Features.Get<Microsoft.AspNetCore.Server.Kestrel.Core.Features.ISslStreamFeature>() is not null);
                return Task.CompletedTask;
            }),
        });

        await Peer.AskAsync(host.Port);
        await Peer.AskAsync(host.Port);

        Assert.Equal(Enumerable.Repeat(kind == TransportKind.Sockets, 2), found);
        if (kind == TransportKind.Aeronet)
            Assert.Equal("NoSslStream", Assert.Single(host.Logs.From("Aeronet", LogLevel.Warning)).EventId.Name);
    }

    [Fact]
    public async Task CallbackInCode_Wins()
    {
        // Kestrel keeps one callback a name; this one was registered before the transport came.
        await using var host = await ConfiguredHost.StartKestrelAsync(
            string.Join('\n', Https, Certificate("Kestrel:Certificates:Default", Certificates.Ecdsa)),
            kestrel => kestrel.ConfigurationLoader!.Endpoint("Https", endpoint => endpoint.HttpsOptions.SslProtocols = SslProtocols.Tls12));

        Assert.Equal(SslProtocols.Tls12, (await Peer.AskAsync(host.Port)).Version);
        Assert.DoesNotContain(host.Logs.From("Aeronet"), entry => entry.EventId.Name == "HandshakeCompleted");
    }

    [Fact]
    public async Task CallbackInCode_MayUseTheTransports()
    {
        await using var host = await ConfiguredHost.StartKestrelAsync(
            string.Join('\n', Https, Certificate("Kestrel:Certificates:Default", Certificates.Ecdsa)),
            kestrel => kestrel.ConfigurationLoader!.Endpoint("Https", endpoint => endpoint.ListenOptions.UseAeronetTls(Certificates.Rsa)));

        Assert.Equal(Certificates.Rsa.Thumbprint, (await Peer.AskAsync(host.Port)).Certificate.Thumbprint);
        AssertIsOurs(host);
    }

    [Fact]
    public async Task LoaderMadeInCode_IsLeftAlone_AndLogged()
    {
        var calls = 0;
        await using var host = await ConfiguredHost.StartKestrelAsync(
            "",
            kestrel => kestrel.Configure(new ConfigurationBuilder().AddInMemoryCollection(ConfiguredHost.Parse(
                string.Join('\n', Https, Certificate("Kestrel:Certificates:Default", Certificates.Ecdsa)))).Build().GetSection("Kestrel")).Endpoint("Https", _ => calls++));

        Assert.Contains(ConfiguredHost.Answer, (await Peer.AskAsync(host.Port)).Response, StringComparison.Ordinal);
        Assert.Equal(1, calls);
        var warning = Assert.Single(host.Logs.From("Aeronet", LogLevel.Warning));
        Assert.Contains("UseAeronetTls", warning.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HttpsInEndpointDefaults_IsNotDoneTwice(bool ours)
    {
        await using var host = await ConfiguredHost.StartKestrelAsync(
            string.Join('\n', Https, Certificate("Kestrel:Certificates:Default", Certificates.Ecdsa)),
            kestrel => kestrel.ConfigureEndpointDefaults(listen => _ = ours ? listen.UseAeronetTls(Certificates.Rsa) : listen.UseHttps(Certificates.Rsa)));

        Assert.Equal(Certificates.Rsa.Thumbprint, (await Peer.AskAsync(host.Port)).Certificate.Thumbprint);
    }

    [Fact]
    public async Task SwitchedOff_IsKestrels()
    {
        await using var host = await StartAsync(Https, Certificate("Kestrel:Certificates:Default", Certificates.Ecdsa), "Aeronet:Transport:TlsForConfiguredEndpoints=false");

        Assert.Contains(ConfiguredHost.Answer, (await Peer.AskAsync(host.Port)).Response, StringComparison.Ordinal);
        Assert.Empty(host.Logs.From("Aeronet", LogLevel.Warning));
        Assert.DoesNotContain(host.Logs.From("Aeronet"), entry => entry.EventId.Name == "HandshakeCompleted");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task DevelopmentCertificate_IsLeftToKestrel_UnlessNamed(bool named)
    {
        using var development = Create("localhost", 9, new X509Extension("1.3.6.1.4.1.311.84.1.1", [2], false));
        var configuration = named ? string.Join('\n', Https, Certificate("Kestrel:Certificates:Default", development)) : Https;
        await using var host = await ConfiguredHost.StartKestrelAsync(configuration, kestrel => kestrel.ConfigureHttpsDefaults(https => https.ServerCertificate = named ? null : development));

        Assert.Equal(development.Thumbprint, (await Peer.AskAsync(host.Port)).Certificate.Thumbprint);
        Assert.Empty(host.Logs.From("Aeronet", LogLevel.Warning));
        Assert.Equal(named, host.Logs.From("Aeronet").Any(entry => entry.EventId.Name == "HandshakeCompleted"));
        Assert.Equal(named ? 0 : 1, host.Logs.From("Aeronet").Count(entry => entry.EventId.Name == "DevelopmentCertificate"));
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
    [InlineData("Aeronet:Tls:Ktls=On", "Aeronet:Tls:Ktls is 'On'")]
    [InlineData("Aeronet:Tls:CipherPolicy=Modern\nKestrel:Endpoints:Https:SslProtocols:0=Tls12", "Kestrel:Endpoints:Https: Aeronet:Tls:CipherPolicy is Modern")]
    public async Task Mistake_FailsStart(string lines, string message)
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => StartAsync(Https, Certificate("Kestrel:Certificates:Default", Certificates.Ecdsa), lines));

        Assert.StartsWith(message, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
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
        Assert.Equal(Certificates.Exact.Thumbprint, (await Peer.AskAsync(host.Port)).Certificate.Thumbprint);

        source.Reload(ConfiguredHost.Parse(Certificate("Kestrel:Certificates:Default", Certificates.Wildcard)));

        var deadline = DateTime.UtcNow + TaskTimeoutExtensions.DefaultTimeout;
        while (!await ServesAsync(host.Port, Certificates.Wildcard))
            Assert.True(DateTime.UtcNow < deadline, "the new certificate is not served");

        AssertIsOurs(host);
    }

    public void Dispose() => _files.Dispose();

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

    private static Action<System.Net.Security.SslClientAuthenticationOptions> With(X509Certificate2 certificate)
        => o => o.ClientCertificateContext = System.Net.Security.SslStreamCertificateContext.Create(certificate, null, offline: true);

    private static void AssertIsOurs(KestrelHost host)
        => Assert.Contains(host.Logs.From("Aeronet"), entry => entry.EventId.Name == "HandshakeCompleted");

    private static X509Certificate2 Create(string name, int days, params X509Extension[] extensions)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        foreach (var extension in extensions)
            request.CertificateExtensions.Add(extension);

        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-9), DateTimeOffset.UtcNow.AddDays(days));
    }

    private static Task<KestrelHost> StartAsync(params string[] lines) => StartAsync(TransportKind.Aeronet, lines);

    private static Task<KestrelHost> StartAsync(TransportKind kind, params string[] lines) => ConfiguredHost.StartKestrelAsync(string.Join('\n', lines), kind: kind);

    private string Certificate(string section, X509Certificate2 certificate)
        => $"{section}:Path={_files.WriteCertificate($"{certificate.Thumbprint}.pem", certificate)}\n{section}:KeyPath={_files.WriteKey($"{certificate.Thumbprint}.key", certificate)}";
}
