using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Tls.Tests.Configuration;

/// <summary>What the transport's TLS cannot do for an endpoint of Kestrel's configuration is left to Kestrel's, and starts.</summary>
public sealed class KestrelEndpointFallbackTests : KestrelEndpointTest
{
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
}
