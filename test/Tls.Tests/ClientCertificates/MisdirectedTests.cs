using System.Net.Security;
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
                builder =>
                {
                    // Kestrel's own HTTPS in the transport's place.
                    if (kind == TransportKind.Sockets)
                        builder.Services.AddSingleton(new TlsLibrary("this test has none"));
                });
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
    }
}
