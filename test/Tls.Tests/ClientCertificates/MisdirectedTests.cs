using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Text;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Tls.Tests.Tools;
using Aeronet.AspNetCore.Transport;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Tls.Tests.ClientCertificates;

/// <summary>Who was let in by one host cannot ask for another that checks its clients.</summary>
public sealed class MisdirectedTests
{
    [Theory]
    [InlineData("open.test", "a.test", "421")]
    [InlineData("open.test", "A.Test:8443", "421")]
    [InlineData("open.test", "a.test.", "421")]
    [InlineData("open.test", "b.sub.test", "421")]
    [InlineData("open.test", "asks.test", "421")]
    [InlineData("open.test", "open.test", "200")]
    [InlineData("open.test", "localhost", "200")]
    [InlineData("open.test", "[::1]:443", "200")]
    [InlineData("unknown.test", "a.test", "421")]
    [InlineData(null, "a.test", "421")]
    [InlineData(null, "open.test", "200")]
    [InlineData("a.test", "a.test", "200")]
    [InlineData("a.test", "a.test:443", "200")]
    [InlineData("a.test", "open.test", "200")]
    [InlineData("a.test", "asks.test", "421")]
    [InlineData("b.sub.test", "c.sub.test", "200")]
    [InlineData("a.test", "b.sub.test", "200")]
    [InlineData("a.test", "asks-the-same.test", "200")]
    [InlineData("asks-the-same.test", "a.test", "421")]
    [InlineData("a.test", "other-authority.test", "421")]
    [InlineData("a.test", "other-callback.test", "421")]
    public async Task Request_ForAnotherHost(string? connected, string requested, string status)
    {
        await using var host = await StartAsync();
        string[] name = connected is null ? ["-noservername"] : ["-servername", connected];
        using var pem = new PemFile(ClientPki.Alice);

        var output = await OpensslClient.RunAsync(
            host,
            ["-cert", pem.Path, .. name],
            $"GET / HTTP/1.1\r\nHost: {requested}\r\nConnection: close\r\n\r\n");

        Assert.Contains($"HTTP/1.1 {status} ", output, StringComparison.Ordinal);
        Assert.Equal(status == "200", output.Contains("I am", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Request_OnTheSameConnection_EachChecked()
    {
        await using var host = await StartAsync();

        var output = await OpensslClient.RunAsync(
            host,
            ["-servername", "open.test"],
            "GET / HTTP/1.1\r\nHost: open.test\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: open.test\r\nConnection: close\r\n\r\n");

        Assert.Equal(3, output.Split("HTTP/1.1 ").Length - 1);
        Assert.Equal(2, output.Split("I am nobody.").Length - 1);
        Assert.Contains("HTTP/1.1 421 ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.test", "HTTP/2 421")]
    [InlineData("open.test", "HTTP/2 200")]
    public async Task Request_Http2_ForAnotherHost(string requested, string status)
    {
        var curl = ExternalTool.Require("curl");
        await using var host = await StartAsync();

        var result = await curl.RunAsync(
            "-sSki", "--noproxy", "*", "--http2", "--resolve", $"open.test:{host.Port}:127.0.0.1", "-H", $"Host: {requested}", $"https://open.test:{host.Port}/");

        Assert.Contains(status, result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, "421")]
    [InlineData(SslProtocols.Tls13, "200")]
    public async Task Request_ForAHostWithoutTheVersion_OnEitherTls(SslProtocols version, string status)
    {
        foreach (var kind in new[] { TransportKind.Aeronet, TransportKind.Sockets })
        {
            await using var host = await StartAsync(builder: builder => UseKestrelsTlsFor(kind, builder));
            await using var client = await TlsClient.ConnectAsync(host, o => (o.TargetHost, o.EnabledSslProtocols) = ("open.test", version));

            await client.SendAsync("GET / HTTP/1.1\r\nHost: modern.test\r\n\r\n");

            await client.ReadUntilAsync($"HTTP/1.1 {status} ");
        }
    }

    /// <summary>HttpClient asks for all of the hosts on one connection: its TLS is made below it, for the first of them.</summary>
    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task HttpClient_SharesAConnection_OnlyWhereThePolicyIsTheSame(string version)
    {
        await using var host = await StartAsync(kestrel => kestrel.AllowAlternateSchemes = true);
        Assert.Equal("200 200 421 421 200", await AskAllAsync("a.test", "a.test", "b.sub.test", "other-authority.test", "asks.test", "open.test"));
        Assert.Equal("421 421 200", await AskAllAsync("open.test", "a.test", "other-authority.test", "open.test"));

        async Task<string> AskAllAsync(string connected, params string[] requested)
        {
            var connections = 0;
            using var handler = new SocketsHttpHandler
            {
                ConnectCallback = async (_, _) =>
                {
                    connections++;
                    return (await TlsClient.ConnectAsync(host, tls =>
                    {
                        tls.TargetHost = connected;
                        tls.ApplicationProtocols = [version == "2.0" ? SslApplicationProtocol.Http2 : SslApplicationProtocol.Http11];
                        tls.LocalCertificateSelectionCallback = (_, _, _, _, _) => ClientPki.Alice;
                    })).Tls;
                },
            };
            using var client = new HttpClient(handler);
            var statuses = new List<int>();
            foreach (var name in requested)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "http://connection.test/") { Version = Version.Parse(version), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
                request.Headers.Host = name;
                using var response = await client.SendAsync(request).OrTimeout("an answer");
                statuses.Add((int)response.StatusCode);
            }

            Assert.Equal(1, connections);
            return string.Join(' ', statuses);
        }
    }

    /// <summary>With the option the scheme is whatever the client says; who was let in is TLS's to say.</summary>
    [Theory]
    [InlineData("a.test", "http", true)]
    [InlineData("a.test", "https", true)]
    [InlineData("open.test", "http", false)]
    [InlineData("open.test", "https", false)]
    public async Task Request_Http2_SchemeOfTheClientsChoice_StillChecked(string requested, string scheme, bool misdirected)
    {
        foreach (var kind in new[] { TransportKind.Aeronet, TransportKind.Sockets })
        {
            await using var host = await StartAsync(
                kestrel => kestrel.AllowAlternateSchemes = true,
                builder => UseKestrelsTlsFor(kind, builder));
            await using var client = await TlsClient.ConnectAsync(host, o =>
            {
                o.TargetHost = "open.test";
                o.ApplicationProtocols = [SslApplicationProtocol.Http2];
            });

            Assert.Equal(misdirected ? "421" : "200", await AskHttp2Async(client.Tls, scheme, requested));
        }
    }

    /// <summary>The status of a GET over HTTP/2, made by hand for its pseudo fields (RFC 9113, RFC 7541).</summary>
    private static async Task<string> AskHttp2Async(Stream stream, string scheme, string authority)
    {
        const byte SettingsFrame = 4, HeadersFrame = 1, EndHeadersAndStream = 5;
        byte[] fields = [0x82, 0x84, (byte)(scheme == "http" ? 0x86 : 0x87), 0x41, (byte)authority.Length, .. Encoding.ASCII.GetBytes(authority)];
        byte[] settings = [0, 0, 0, SettingsFrame, 0, 0, 0, 0, 0];
        byte[] head = [0, 0, (byte)fields.Length, HeadersFrame, EndHeadersAndStream, 0, 0, 0, 1];
        await stream.WriteAsync((byte[])[.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. settings, .. head, .. fields]);
        var frame = new byte[9];
        while (true)
        {
            await stream.ReadExactlyAsync(frame).AsTask().OrTimeout("a frame");
            var payload = new byte[(frame[0] << 16) | (frame[1] << 8) | frame[2]];
            await stream.ReadExactlyAsync(payload).AsTask().OrTimeout("its payload");
            if (frame[3] == HeadersFrame)
            {
                // Indexed in the static table, or spelt out behind its name there.
                return payload[0] == 0x88 ? "200" : Encoding.ASCII.GetString(payload, 2, 3);
            }
        }
    }

    private static void UseKestrelsTlsFor(TransportKind kind, WebApplicationBuilder builder)
    {
        // Kestrel's own HTTPS in the transport's place.
        if (kind == TransportKind.Sockets)
            builder.Services.AddSingleton(new TlsLibrary("this test has none"));
    }

    private static Task<KestrelHost> StartAsync(Action<KestrelServerOptions>? kestrel = null, Action<WebApplicationBuilder>? builder = null) => KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
    {
        Kestrel = kestrel,
        Builder = builder,
        App = app => app.Run(ClientCertificateTests.WhoAmI),
        Listen = listen => listen.UseAeronetTls(ConfigureHosts),
    });

    private static void ConfigureHosts(AeronetTlsOptions tls)
    {
        tls.Certificates.Add(Certificates.Ecdsa);
        var (a, sub, asks) = (new AeronetTlsHostOptions(), new AeronetTlsHostOptions(), new AeronetTlsHostOptions());
        ClientCertificateTests.Require(a);
        ClientCertificateTests.Require(sub);
        asks.ClientCertificates = TlsClientCertificates.Request;
        asks.TrustedClientAuthorities.Add(ClientPki.Stranger.Public());
        (tls.Hosts["a.test"], tls.Hosts["*.sub.test"], tls.Hosts["asks.test"], tls.Hosts["open.test"]) = (a, sub, asks, new AeronetTlsHostOptions());
        var (same, authority, callback) = (new AeronetTlsHostOptions(), new AeronetTlsHostOptions(), new AeronetTlsHostOptions());
        ClientCertificateTests.Require(same);
        same.ClientCertificates = TlsClientCertificates.Request;
        ClientCertificateTests.Require(authority);
        authority.TrustedClientAuthorities.Add(ClientPki.Stranger.Public());
        ClientCertificateTests.Require(callback);
        callback.ClientCertificateValidation = (_, _, reason) => reason is null;
        (tls.Hosts["asks-the-same.test"], tls.Hosts["other-authority.test"], tls.Hosts["other-callback.test"]) = (same, authority, callback);
        tls.Hosts["modern.test"] = new AeronetTlsHostOptions { CipherPolicy = TlsCipherPolicy.Modern };
    }
}
