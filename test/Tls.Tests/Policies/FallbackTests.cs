using System.Net;
using Aeronet.AspNetCore.Tls.Tests.ClientCertificates;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Tls.Tests.Tools;
using Aeronet.AspNetCore.Transport;
using Aeronet.AspNetCore.Transport.SendFile;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Tls.Tests.Policies;

/// <summary>Kestrel's HTTPS in place of the transport's holds the same policies, or does not start.</summary>
public sealed class FallbackTests
{
    [Theory]
    [InlineData("a.test", "alice", "I am CN=alice.")]
    [InlineData("a.test", "bob with chain", "I am CN=bob.")]
    [InlineData("a.test", "nobody", null)]
    [InlineData("a.test", "mallory", null)]
    [InlineData("a.test", "self-signed", null)]
    [InlineData("a.test", "expired", null)]
    [InlineData("a.test", "server", null)]
    [InlineData("asks.test", "nobody", "I am nobody.")]
    [InlineData("asks.test", "alice", "I am CN=alice.")]
    [InlineData("asks.test", "mallory", null)]
    [InlineData("stranger.test", "mallory", "I am CN=mallory.")]
    [InlineData("stranger.test", "alice", null)]
    [InlineData("other.test", "nobody", "I am nobody.")]
    [InlineData("other.test", "mallory", "I am nobody.")]
    public async Task ClientCertificates_PerHost(string name, string who, string? expected)
    {
        await using var host = await StartAsync(tls =>
        {
            var (a, asks, stranger) = (new AeronetTlsHostOptions(), new AeronetTlsHostOptions(), new AeronetTlsHostOptions());
            ClientCertificateTests.Require(a);
            ClientCertificateTests.Require(asks);
            asks.ClientCertificates = TlsClientCertificates.Request;
            stranger.ClientCertificates = TlsClientCertificates.Require;
            stranger.TrustedClientAuthorities.Add(ClientPki.Stranger.Public());
            (tls.Hosts["a.test"], tls.Hosts["asks.test"], tls.Hosts["stranger.test"]) = (a, asks, stranger);
        });

        foreach (var version in new[] { "-tls1_2", "-tls1_3" })
        {
            var output = await ClientCertificateTests.ConnectAsync(host, version, who, "-servername", name);

            if (expected is null)
                Assert.DoesNotContain("I am", output, StringComparison.Ordinal);
            else
                Assert.Contains(expected, output, StringComparison.Ordinal);

            if (name == "a.test")
                Assert.Contains("CN=client root", output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("alice", "", true)]
    [InlineData("mallory", "unable to get local issuer certificate", true)]
    [InlineData("alice", "", false)]
    public async Task Validation_Decides(string who, string reason, bool answer)
    {
        var seen = new List<string>();
        await using var host = await StartAsync(tls =>
        {
            ClientCertificateTests.Require(tls);
            tls.ClientCertificateValidation = (certificate, _, why) =>
            {
                seen.Add($"{certificate.Subject} {why}");
                return answer;
            };
        });

        var output = await ClientCertificateTests.ConnectAsync(host, "-tls1_2", who);

        Assert.Equal(answer, output.Contains("I am", StringComparison.Ordinal));
        Assert.StartsWith($"CN={who} {reason}", Assert.Single(seen), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validation_Throws_RefusedAndLogged()
    {
        await using var host = await StartAsync(tls =>
        {
            ClientCertificateTests.Require(tls);
            tls.ClientCertificateValidation = (_, _, _) => throw new InvalidOperationException("the directory is down");
        });

        Assert.DoesNotContain("I am", await ClientCertificateTests.ConnectAsync(host, "-tls1_2", "alice"), StringComparison.Ordinal);
        await Eventually.HoldsAsync(() => host.Logs.From("Aeronet", LogLevel.Warning).Any(entry => entry.Exception?.Message == "the directory is down"), "the exception to be logged");
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task Resumption_NotIntoHostWithClientCertificates(string version)
    {
        await using var host = await StartAsync(tls =>
        {
            var a = new AeronetTlsHostOptions();
            ClientCertificateTests.Require(a);
            tls.Hosts["a.test"] = a;
        });
        var session = Path.Combine(Path.GetTempPath(), $"aeronet-{Guid.NewGuid():N}.pem");
        try
        {
            await ClientCertificateTests.ConnectAsync(host, version, "nobody", "-servername", "open.test", "-sess_out", session);
            string[] resume = File.Exists(session) ? ["-sess_in", session] : [];

            var bare = await ClientCertificateTests.ConnectAsync(host, version, "nobody", ["-servername", "a.test", .. resume]);
            var shown = await ClientCertificateTests.ConnectAsync(host, version, "alice", ["-servername", "a.test", .. resume]);

            Assert.DoesNotContain("I am", bare, StringComparison.Ordinal);
            Assert.Contains("I am CN=alice.", shown, StringComparison.Ordinal);
            Assert.DoesNotContain("Reused", shown, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(session);
        }
    }

    [Theory]
    [InlineData("modern.test", "-tls1_2", false)]
    [InlineData("modern.test", "-tls1_3", true)]
    [InlineData("other.test", "-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256", true)]
    [InlineData("other.test", "-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA", false)]
    [InlineData("old.test", "-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA", true)]
    [InlineData("own.test", "-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256", false)]
    [InlineData("own.test", "-tls1_2 -cipher ECDHE-ECDSA-AES256-GCM-SHA384", true)]
    [InlineData("own.test", "-tls1_3 -ciphersuites TLS_AES_128_GCM_SHA256", false)]
    [InlineData("own.test", "-tls1_3 -ciphersuites TLS_CHACHA20_POLY1305_SHA256", true)]
    [InlineData("http1.test", "-alpn h2", false)]
    [InlineData("http1.test", "-alpn h2,http/1.1", true)]
    public async Task Policies_PerHost(string name, string arguments, bool agreed)
    {
        await using var host = await StartAsync(tls =>
        {
            tls.Hosts["modern.test"] = new AeronetTlsHostOptions { CipherPolicy = TlsCipherPolicy.Modern };
            tls.Hosts["old.test"] = new AeronetTlsHostOptions { CipherPolicy = TlsCipherPolicy.Compatibility };
            tls.Hosts["own.test"] = new AeronetTlsHostOptions
            {
                CipherPolicy = TlsCipherPolicy.Custom,
                CipherList = "ECDHE-ECDSA-AES256-GCM-SHA384",
                CipherSuites = "TLS_CHACHA20_POLY1305_SHA256",
            };
            tls.Hosts["http1.test"] = new AeronetTlsHostOptions { HttpProtocols = HttpProtocols.Http1 };
        });

        var output = await OpensslClient.RunAsync(host, ["-servername", name, .. arguments.Split(' ')], "Q\n");

        Assert.Equal(agreed, output.Contains("New, TLSv1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task NoName_ServedAsTheEndpointsOwn(bool hosts, bool served)
    {
        await using var host = await StartAsync(tls =>
        {
            if (hosts)
                tls.Hosts["a.test"] = new AeronetTlsHostOptions();
        });

        var output = await ClientCertificateTests.ConnectAsync(host, "-tls1_3", "nobody", "-noservername");

        Assert.Equal(served, output.Contains("I am nobody.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Http3_NameOrNone_OptionsAreGiven()
    {
        var quic = new Http3Listeners();
        await using var host = await KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            Builder = builder => builder.Services.AddSingleton<IMultiplexedConnectionListenerFactory>(quic),
            DefaultEndpoint = false,
            Kestrel = kestrel => kestrel.Listen(IPAddress.Loopback, TestPorts.Next(), listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2AndHttp3;
                listen.UseAeronetTls(tls =>
                {
                    tls.Certificates.Add(Certificates.Ecdsa);
                    var a = new AeronetTlsHostOptions();
                    a.Certificates.Add(Certificates.Exact);
                    tls.Hosts["a.test"] = a;
                    tls.Hosts["asks.test"] = new AeronetTlsHostOptions { ClientCertificates = TlsClientCertificates.Require };
                });
            }),
        });

        foreach (var (name, certificate) in new[] { ("a.test", Certificates.Exact), ("b.test", Certificates.Ecdsa), ("", Certificates.Ecdsa), (null, Certificates.Ecdsa) })
        {
            var (options, features) = await quic.AskAsync(name);

            Assert.Equal(certificate.Thumbprint, options.ServerCertificateContext!.TargetCertificate.Thumbprint);

            // Left to the QUIC transport, which offers h3; those of TCP would make every handshake fail.
            Assert.Null(options.ApplicationProtocols);
            Assert.False(features.Get<IHostGuard>()!.MayServe("asks.test"));
        }
    }

    [Fact]
    public async Task UnknownHost_Refused()
    {
        await using var host = await StartAsync(tls =>
        {
            tls.Hosts["a.test"] = new AeronetTlsHostOptions();
            tls.RefuseUnknownHosts = true;
        });

        Assert.Contains("I am", await ClientCertificateTests.ConnectAsync(host, "-tls1_3", "nobody", "-servername", "a.test"), StringComparison.Ordinal);
        Assert.DoesNotContain("I am", await ClientCertificateTests.ConnectAsync(host, "-tls1_3", "nobody", "-servername", "x.test"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task HostsWithClientCertificates_AndNobodyToGuardThem_FailsStart()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => KestrelHost.StartAsync(TransportKind.Sockets, new KestrelHostOptions
        {
            Listen = listen => listen.UseAeronetTls(tls =>
            {
                tls.Certificates.Add(Certificates.Ecdsa);
                var a = new AeronetTlsHostOptions();
                ClientCertificateTests.Require(a);
                tls.Hosts["a.test"] = a;
            }),
        }));

        Assert.Contains("call UseAeronetTransport", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RevocationLists")]
    [InlineData("Groups")]
    [InlineData("RequirePostQuantum")]
    [InlineData("SignatureAlgorithms")]
    [InlineData("CipherList")]
    public async Task WhatKestrelCannotDo_FailsStart(string option)
    {
        foreach (var ofHost in new[] { false, true })
        {
            var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(tls =>
            {
                AeronetTlsHostOptions options = tls;
                if (ofHost)
                    tls.Hosts["a.test"] = options = new();

                switch (option)
                {
                    case "RevocationLists":
                        options.ClientCertificates = TlsClientCertificates.Require;
                        options.RevocationLists.Add(ClientPki.Root.RevocationList());
                        break;
                    case "Groups":
                        options.Groups = "P-256";
                        break;
                    case "RequirePostQuantum":
                        options.RequirePostQuantum = true;
                        break;
                    case "SignatureAlgorithms":
                        options.SignatureAlgorithms = "ECDSA+SHA256";
                        break;
                    default:
                        (options.CipherPolicy, options.CipherList) = (TlsCipherPolicy.Custom, "HIGH:!aNULL");
                        break;
                }
            }));

            Assert.Contains(option, failure.Message, StringComparison.Ordinal);
            Assert.Contains(ofHost ? "a.test" : "default host", failure.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', failure.Message);
        }
    }

    // Kestrel's HTTPS in the transport's place, because OpenSSL is said to be missing.
    private static Task<KestrelHost> StartAsync(Action<AeronetTlsOptions> tls) => KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
    {
        Builder = builder => builder.Services.AddSingleton(new TlsLibrary("this test has none")),
        Listen = listen => listen.UseAeronetTls(options =>
        {
            tls(options);
            if (options.Certificates.Count == 0)
                options.Certificates.Add(Certificates.Ecdsa);
        }),
        App = app => app.Run(ClientCertificateTests.WhoAmI),
    });
}
