using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using System.Text;
using System.Text.RegularExpressions;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Aeronet.AspNetCore.Tls.Tests.Handshake;

/// <summary>What client and server agree on, and what the application is told of it.</summary>
public sealed partial class NegotiationTests
{
    public static MatrixTheoryData<SslProtocols, string> VersionsAndProtocols => new([SslProtocols.Tls12, SslProtocols.Tls13], ["h2", "http/1.1", ""]);

    [Theory]
    [MemberData(nameof(VersionsAndProtocols))]
    public async Task Features_SameAsKestrels(SslProtocols version, string protocol)
    {
        var ours = await DescribeAsync(TransportKind.Aeronet, version, protocol);
        var kestrels = await DescribeAsync(TransportKind.Sockets, version, protocol);

        Assert.Equal(kestrels, ours);
    }

    [Theory]
    [InlineData(TlsCipherSuite.TLS_AES_128_GCM_SHA256)]
    [InlineData(TlsCipherSuite.TLS_AES_256_GCM_SHA384)]
    [InlineData(TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256)]
    [InlineData(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256)]
    [InlineData(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384)]
    [InlineData(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256)]
    public async Task Cipher_AgreedOn_ShownAsByKestrel(TlsCipherSuite suite)
    {
        var version = suite.ToString().Contains("_WITH_", StringComparison.Ordinal) ? SslProtocols.Tls12 : SslProtocols.Tls13;

        var ours = await DescribeAsync(TransportKind.Aeronet, version, "", suite);
        if (suite == TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256)
        {
            // The framework's defaults leave it out.
            Assert.Contains($"{suite},None/256", ours, StringComparison.Ordinal);
            return;
        }

        var kestrels = await DescribeAsync(TransportKind.Sockets, version, "", suite);

        Assert.Contains(suite.ToString(), ours, StringComparison.Ordinal);
        Assert.Equal(kestrels, ours);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Protocols_OnlyOther_Refused(SslProtocols version)
    {
        await using var host = await TlsHost.StartAsync(Describe, tls => tls.Protocols = version);
        await using (var client = await TlsClient.ConnectAsync(host, TlsClient.Version(version)))
            Assert.Equal(version, client.Tls.SslProtocol);

        var failure = await Assert.ThrowsAsync<AuthenticationException>(() => TlsClient.ConnectAsync(
            host, TlsClient.Version(version == SslProtocols.Tls12 ? SslProtocols.Tls13 : SslProtocols.Tls12)));
        Assert.Contains("protocol version", $"{failure}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Alpn_NothingInCommon_Alert(SslProtocols version)
    {
        await using var host = await TlsHost.StartAsync(Describe);

        var failure = await Assert.ThrowsAsync<AuthenticationException>(() => TlsClient.ConnectAsync(host, o =>
        {
            o.EnabledSslProtocols = version;
            o.ApplicationProtocols = [new("spdy/3")];
        }));

        Assert.Contains("no application protocol", $"{failure}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HttpProtocols.Http1, "http/1.1")]
    [InlineData(HttpProtocols.Http2, "h2")]
    [InlineData(HttpProtocols.Http1AndHttp2, "h2")]
    public async Task Alpn_BothOffered_ServersChoice(HttpProtocols protocols, string expected)
    {
        await using var host = await TlsHost.StartAsync(Describe, protocols: protocols);
        await using var client = await TlsClient.ConnectAsync(host, o => o.ApplicationProtocols = [new("http/1.1"), new("h2")]);

        Assert.Equal(expected, $"{client.Tls.NegotiatedApplicationProtocol}");
    }

    [Theory]
    [InlineData("www.example.com", "CN=www.example.com")]
    [InlineData("WWW.Example.COM", "CN=www.example.com")]
    [InlineData("mail.example.com", "CN=*.example.com")]
    [InlineData("a.b.example.com", "CN=localhost")]
    [InlineData("example.com", "CN=localhost")]
    [InlineData("other.test", "CN=localhost")]
    public async Task Sni_Name_SelectsCertificate(string name, string subject)
    {
        foreach (var kind in new[] { TransportKind.Aeronet, TransportKind.Sockets })
        {
            await using var host = await StartWithHostsAsync(refuse: false, kind);
            foreach (var version in new[] { SslProtocols.Tls12, SslProtocols.Tls13 })
            {
                await using var client = await TlsClient.ConnectAsync(host, o =>
                {
                    o.TargetHost = name;
                    o.EnabledSslProtocols = version;
                });

                Assert.Equal(subject, client.Tls.RemoteCertificate!.Subject);
                await client.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
                Assert.Contains($"host={name.ToLowerInvariant()},", (await client.ReadUntilAsync(";")).ToLowerInvariant(), StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Sni_UnknownName_RefusedByAlert(SslProtocols version)
    {
        await using var host = await StartWithHostsAsync(refuse: true);
        var failure = await Assert.ThrowsAsync<AuthenticationException>(() => TlsClient.ConnectAsync(host, o =>
        {
            o.TargetHost = "other.test";
            o.EnabledSslProtocols = version;
        }));
        Assert.Contains("unrecognized name", $"{failure}", StringComparison.Ordinal);

        // Without a name, and with a known one, the client is welcome.
        await using var nameless = await TlsClient.ConnectAsync(host, o => o.TargetHost = "127.0.0.1");
        Assert.Equal("CN=localhost", nameless.Tls.RemoteCertificate!.Subject);
        await using var known = await TlsClient.ConnectAsync(host, o => o.TargetHost = "x.example.com");
        Assert.Equal("CN=*.example.com", known.Tls.RemoteCertificate!.Subject);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Instruments_SameAsKestrels(bool succeeds)
    {
        var seen = new List<string>();
        foreach (var kind in new[] { TransportKind.Sockets, TransportKind.Aeronet })
        {
            // Kestrel's by UseHttps: its handshakes with a callback, which the fallback needs, are not counted as begun when
            // they fail before the callback, yet as ended.
            await using var host = kind == TransportKind.Aeronet
                ? await TlsHost.StartAsync(Describe)
                : await KestrelHost.StartAsync(kind, new KestrelHostOptions { Listen = listen => listen.UseHttps(Certificates.Ecdsa), App = app => app.Run(Describe) });
            if (succeeds)
            {
                await using var client = await TlsClient.ConnectAsync(host);
                await client.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
                await client.ReadUntilAsync(";");
            }
            else
            {
                using var raw = await host.ConnectAsync();
                await raw.SendAsync("no handshake at all");
                await raw.ReadToEndAsync();
            }

            await Eventually.HoldsAsync(() => host.Metrics.Count("kestrel.tls_handshake.duration") == 1, "the handshake to be counted");
            Assert.Equal(0, host.Metrics.Total("kestrel.active_tls_handshakes"));
            await Eventually.HoldsAsync(() => host.Metrics.Count("kestrel.connection.duration") == 1, "the connection to end");
            seen.Add(string.Join('\n', $"{host.Metrics}".Split(Environment.NewLine).Where(l => l.Contains("tls_handshake", StringComparison.Ordinal) || l.StartsWith("kestrel.connection.duration", StringComparison.Ordinal))
                .Select(l => OwnTags().Replace(l[..l.IndexOf(" = ", StringComparison.Ordinal)], "").Replace($"{host.Port}", "*", StringComparison.Ordinal)).Order(StringComparer.Ordinal)));
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join("\n\n", seen));
        Assert.Equal(seen[0], seen[1]);
    }

    [GeneratedRegex(@"\[tls\.(?!protocol\.version)[^]]*\]")]
    private static partial Regex OwnTags();

    private static Task<KestrelHost> StartWithHostsAsync(bool refuse, TransportKind kind = TransportKind.Aeronet)
        => TlsHost.StartAsync(
            Describe,
            tls =>
            {
                tls.Certificates.Add(Certificates.Ecdsa);
                tls.Hosts["www.example.com"] = new AeronetTlsHostOptions { Certificates = { Certificates.Exact } };
                tls.Hosts["*.example.com"] = new AeronetTlsHostOptions { Certificates = { Certificates.Wildcard } };
                tls.RefuseUnknownHosts = refuse;
            },
            kind: kind);

    private static async Task<string> DescribeAsync(TransportKind kind, SslProtocols version, string protocol, TlsCipherSuite? suite = null)
    {
        await using var host = await TlsHost.StartAsync(Describe, kind: kind);
        await using var client = await TlsClient.ConnectAsync(host, o =>
        {
            o.EnabledSslProtocols = version;
            o.TargetHost = "some.name";
            if (protocol.Length > 0)
                o.ApplicationProtocols = [new(protocol)];

            o.CipherSuitesPolicy = new CipherSuitesPolicy([suite ?? (version == SslProtocols.Tls13 ? TlsCipherSuite.TLS_AES_256_GCM_SHA384 : TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384)]);
        });
        if (protocol == "h2")
        {
            // The features are the connection's: a request would need an HTTP/2 client on this stream.
            return $"{client.Tls.NegotiatedApplicationProtocol} {client.Tls.NegotiatedCipherSuite}";
        }

        await client.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await client.ReadUntilAsync("\r\n\r\n");
        var line = await client.ReadUntilAsync(";");

        // Kestrel's shows the name only to endpoints that select by it; ours always.
        if (kind == TransportKind.Aeronet)
            Assert.Contains("host=some.name,", line, StringComparison.Ordinal);

        return line[line.IndexOf(',', StringComparison.Ordinal)..];
    }

    private static Task Describe(HttpContext context)
    {
        var handshake = context.Features.GetRequiredFeature<ITlsHandshakeFeature>();
        var connection = context.Features.GetRequiredFeature<ITlsConnectionFeature>();
        var alpn = context.Features.Get<ITlsApplicationProtocolFeature>();
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"host={handshake.HostName},{handshake.Protocol},{handshake.NegotiatedCipherSuite},{handshake.CipherAlgorithm}/{handshake.CipherStrength},{handshake.HashAlgorithm}/{handshake.HashStrength},{handshake.KeyExchangeAlgorithm}/{handshake.KeyExchangeStrength},alpn={Encoding.ASCII.GetString((alpn?.ApplicationProtocol ?? default).Span)},client={connection.ClientCertificate?.Subject},{context.Request.Scheme};");
        return context.Response.WriteAsync(line);
    }
}
