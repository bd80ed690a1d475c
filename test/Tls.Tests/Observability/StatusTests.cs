using System.Security.Cryptography;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Tls.Tests.Observability;

/// <summary>What is told of the endpoints that terminate TLS.</summary>
public sealed class StatusTests
{
    [Fact]
    public async Task Endpoints_TwoWithHosts_EverythingTold()
    {
        var before = DateTimeOffset.UtcNow;
        await using var host = await Support.TlsHost.StartAsync(
            Ok,
            tls =>
            {
                tls.Certificates.Add(Certificates.Ecdsa);
                tls.Certificates.Add(Certificates.Rsa);
                tls.Hosts["www.example.com"] = new AeronetTlsHostOptions { Certificates = { Certificates.Exact } };
                tls.Hosts["*.example.com"] = new AeronetTlsHostOptions { ClientCertificates = TlsClientCertificates.Request };
                tls.Ktls = KtlsMode.Disabled;
                tls.SessionTickets.ClientCertificates = false;
            },
            kestrel: kestrel => kestrel.ListenLocalhost(TestPorts.Next(), listen => listen.UseAeronetTls(Certificates.Exact)));

        var endpoints = StatusOf(host).Endpoints;

        Assert.Equal(host.Addresses, endpoints.Select(endpoint => endpoint.Address));
        Assert.All(endpoints, endpoint => Assert.Equal((TlsImplementation.OpenSsl, null), (endpoint.Implementation, endpoint.FallbackReason)));
        var first = endpoints[0];
        Assert.Equal(KtlsMode.Disabled, first.Ktls);
        Assert.Equal([null, "*.example.com", "www.example.com"], first.Hosts.Select(named => named.Name));
        Assert.Equal([true, false, true], first.Hosts.Select(named => named.IsResumable));
        Assert.Equal(["ECDSA 256", "RSA 2048"], first.Hosts[0].Certificates.Select(certificate => $"{certificate.KeyAlgorithm} {certificate.KeySize}"));
        Assert.Equal(first.Hosts[0].Certificates.Select(c => c.Fingerprint), first.Hosts[1].Certificates.Select(c => c.Fingerprint));
        var shown = Assert.Single(first.Hosts[2].Certificates);
        var real = Certificates.Exact;
        Assert.Equal(("CN=www.example.com", "CN=www.example.com"), (shown.Subject, shown.Issuer));
        Assert.Equal(["www.example.com", "127.0.0.1", "::1"], shown.Names);
        Assert.Equal(Convert.ToHexString(SHA256.HashData(real.RawData)), shown.Fingerprint);
        Assert.Equal((real.NotBefore, real.NotAfter), (shown.NotBefore.LocalDateTime, shown.NotAfter.LocalDateTime));
        Assert.Equal(TlsStapleState.None, shown.Staple);
        var key = Assert.Single(first.TicketKeys);
        Assert.Equal(TlsTicketKeyUse.Current, key.Use);
        Assert.InRange(key.CreatedAt, before, DateTimeOffset.UtcNow);
        Assert.Equal(TimeSpan.FromHours(12), first.TicketKeyRotation);
    }

    [Fact]
    public async Task Endpoints_NoHostResumable_NoTicketKey()
    {
        await using var host = await Support.TlsHost.StartAsync(Ok, tls => (tls.ClientCertificates, tls.SessionTickets.ClientCertificates) = (TlsClientCertificates.Request, false));

        Assert.Empty(Assert.Single(StatusOf(host).Endpoints).TicketKeys);
    }

    [Fact]
    public async Task Endpoints_AnotherTransport_SaysSo()
    {
        await using var host = await KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            Listen = listen => listen.UseAeronetTls(Certificates.Ecdsa),
            Builder = builder => builder.Services.AddSingleton<IConnectionListenerFactory, SocketTransportFactory>(),
            App = app => app.Run(Ok),
        });

        var endpoint = Assert.Single(StatusOf(host).Endpoints);

        Assert.Equal((TlsImplementation.Kestrel, "another transport serves the endpoint"), (endpoint.Implementation, endpoint.FallbackReason));
        Assert.Empty(endpoint.TicketKeys);
        Assert.Single(endpoint.Hosts[0].Certificates);
    }

    [Fact]
    public async Task Endpoints_NoLibrary_SaysWhy()
    {
        using var files = new TempFiles();
        await using var host = await ConfiguredHost.StartKestrelAsync(
            $"Kestrel:Endpoints:A:Url=https://127.0.0.1:0\nKestrel:Certificates:Default:Path={files.WritePkcs12("a.pfx", null, Certificates.Exact)}",
            builder: builder => builder.Services.AddSingleton(new TlsLibrary("on purpose")));

        var endpoint = Assert.Single(StatusOf(host).Endpoints);

        Assert.Equal((TlsImplementation.Kestrel, "on purpose", host.Addresses[0]), (endpoint.Implementation, endpoint.FallbackReason, endpoint.Address));
    }

    [Fact]
    public async Task Endpoints_AnyAddressAndUnixSocket_ThenStopped_None()
    {
        using var files = new TempFiles();
        await using var host = await Support.TlsHost.StartAsync(Ok, kestrel: kestrel =>
        {
            kestrel.ListenAnyIP(0, listen => listen.UseAeronetTls(Certificates.Exact));
            kestrel.ListenUnixSocket(files["socket"], listen => listen.UseAeronetTls(Certificates.Exact));
        });
        Assert.Equal(host.Addresses, StatusOf(host).Endpoints.Select(endpoint => endpoint.Address));
        Assert.All(StatusOf(host).Endpoints, endpoint => Assert.Equal(TlsImplementation.OpenSsl, endpoint.Implementation));

        await host.StopAsync();

        Assert.Empty(StatusOf(host).Endpoints);
    }

    [Fact]
    public async Task Endpoints_ConfigurationReloaded_AsServedNow()
    {
        using var files = new TempFiles();
        var (first, second) = (TestPorts.Next(), TestPorts.Next());
        var source = new ReloadableConfiguration(ConfiguredHost.Parse($"""
            Kestrel:Endpoints:A:Url=https://127.0.0.1:{first}
            Kestrel:Endpoints:B:Url=https://127.0.0.1:{second}
            Kestrel:Endpoints:B:Certificate:Path={files.WritePkcs12("b.pfx", null, Certificates.Ecdsa)}
            Kestrel:Certificates:Default:Path={files.WritePkcs12("a.pfx", null, Certificates.Exact)}
            """));
        await using var host = await ConfiguredHost.StartKestrelAsync("", builder: builder => ((IConfigurationBuilder)builder.Configuration).Add(source));
        string[] Shown() => [.. StatusOf(host).Endpoints.Select(e => $"{e.Address} {e.Hosts[0].Certificates[0].Subject}").Order()];
        Assert.Equal([$"https://127.0.0.1:{first} CN=www.example.com", $"https://127.0.0.1:{second} CN=localhost"], Shown());

        source.Reload(ConfiguredHost.Parse($"""
            Kestrel:Certificates:Default:Path={files.WritePkcs12("c.pfx", null, Certificates.Wildcard)}
            """));

        string[] expected = [$"https://127.0.0.1:{first} CN=*.example.com", $"https://127.0.0.1:{second} CN=localhost"];
        await Eventually.HoldsAsync(() => Shown().SequenceEqual(expected), "the new certificate alone");
    }

    private static Task Ok(HttpContext context) => context.Response.WriteAsync("ok");

    private static IAeronetTlsStatus StatusOf(KestrelHost host) => host.Services.GetRequiredService<IAeronetTlsStatus>();
}
