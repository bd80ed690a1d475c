using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Tls.Tests.Tools;
using Aeronet.AspNetCore.Transport;

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

    private static Task<KestrelHost> StartAsync() => TlsHost.StartAsync(ClientCertificateTests.WhoAmI, tls =>
    {
        var (a, sub, asks) = (new AeronetTlsHostOptions(), new AeronetTlsHostOptions(), new AeronetTlsHostOptions());
        ClientCertificateTests.Require(a);
        ClientCertificateTests.Require(sub);
        asks.ClientCertificates = TlsClientCertificates.Request;
        asks.TrustedClientAuthorities.Add(ClientPki.Stranger.Public());
        (tls.Hosts["a.test"], tls.Hosts["*.sub.test"], tls.Hosts["asks.test"], tls.Hosts["open.test"]) = (a, sub, asks, new AeronetTlsHostOptions());
    });
}
