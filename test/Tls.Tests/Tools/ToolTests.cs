using Aeronet.AspNetCore.Transport;
using System.Text.RegularExpressions;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Tls.Tests.Tools;

/// <summary>Clients of other makes.</summary>
public sealed class ToolTests
{
    private const string Close = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    private const string Get = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

    [Theory]
    [InlineData("-tls1_2", "TLSv1.2")]
    [InlineData("-tls1_3", "TLSv1.3")]
    public async Task Openssl_Versions_AnsweredAndClosedInOrder(string version, string shown)
    {
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("hello there"));

        var output = await OpensslClient.RunAsync(host, [version, "-alpn", "http/1.1"], Close);

        Assert.Contains($"New, {shown}", output, StringComparison.Ordinal);
        Assert.Contains("ALPN protocol: http/1.1", output, StringComparison.Ordinal);
        Assert.Equal(version == "-tls1_2", output.Contains("Secure Renegotiation IS supported", StringComparison.Ordinal));
        Assert.Contains("Compression: NONE", output, StringComparison.Ordinal);
        Assert.Contains("hello there", output, StringComparison.Ordinal);
        Assert.DoesNotContain("unexpected eof", output, StringComparison.Ordinal);
        Assert.DoesNotContain(":error:", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-tls1")]
    [InlineData("-tls1_1")]
    public async Task Openssl_OldVersions_Refused(string version)
    {
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("hello there"));

        var output = await OpensslClient.RunAsync(host, [version, "-cipher", "ALL:@SECLEVEL=0"]);

        Assert.Contains("alert protocol version", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-tls1_2", false)]
    [InlineData("-tls1_3", false)]
    [InlineData("-tls1_2", true)]
    [InlineData("-tls1_3", true)]
    public async Task Openssl_Resumption_Reused(string version, bool sni)
    {
        var session = Path.Combine(Path.GetTempPath(), $"aeronet-{Guid.NewGuid():N}.pem");
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("hello there"), tls => tls.Hosts["www.example.com"] = new AeronetTlsHostOptions { Certificates = { Certificates.Exact } });
        string[] name = sni ? ["-servername", "www.example.com"] : ["-noservername"];

        var first = await OpensslClient.RunAsync(host, [version, .. name, "-sess_out", session], Close);
        var second = await OpensslClient.RunAsync(host, [version, .. name, "-sess_in", session], Close);
        File.Delete(session);

        Assert.Contains("New, TLS", first, StringComparison.Ordinal);
        Assert.Contains("Reused, TLS", second, StringComparison.Ordinal);
        Assert.Contains("hello there", second, StringComparison.Ordinal);
        Assert.True(host.Metrics.Total("kestrel.tls_handshake.duration", ("tls.resumed", true)) > 0, $"{host.Metrics}");
    }

    [Theory]
    [InlineData("K\n")]
    [InlineData("k\n")]
    public async Task Openssl_KeyUpdate_GoesOn(string command)
    {
        // A kernel that encrypts cannot take new keys; what happens then, Kernel/KeyUpdateTests tells.
        await using var host = await TlsHost.StartAsync(context => Pattern.WriteAsync(context.Response.Body, 100_000), tls => tls.Ktls = KtlsMode.Disabled);

        var output = await OpensslClient.RunAsync(host, ["-tls1_3"], Get, command, Get, command, command, Close);

        Assert.Contains("KEYUPDATE", output, StringComparison.Ordinal);
        Assert.Equal(3, Regex.Count(output, "HTTP/1.1 200 OK"));
        Assert.DoesNotContain(":error:", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Openssl_Renegotiation_Refused()
    {
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("hello there"));

        var output = await OpensslClient.RunAsync(host, ["-tls1_2"], "R\n");

        Assert.Contains("no renegotiation", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-tls1_3", "RSA-PSS+SHA256", "(RSA-PSS|rsa_pss_rsae_sha256)")]
    [InlineData("-tls1_3", "ECDSA+SHA256", "(ECDSA|ecdsa_secp256r1_sha256)")]
    [InlineData("-tls1_2", "RSA-PSS+SHA256:RSA+SHA256", "(RSA-PSS|rsa_pss_rsae_sha256)")]
    [InlineData("-tls1_2", "ECDSA+SHA256", "(ECDSA|ecdsa_secp256r1_sha256)")]
    public async Task Openssl_RsaAndEcdsaOnOneName_WhatTheClientSupports(string version, string algorithms, string signature)
    {
        foreach (var hosts in new[] { false, true })
        {
            await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("hello there"), tls =>
            {
                tls.Certificates.Add(Certificates.Ecdsa);
                tls.Certificates.Add(Certificates.Rsa);
                tls.Hosts["www.example.com"] = new AeronetTlsHostOptions { Certificates = { Certificates.Rsa, Certificates.Ecdsa } };
            });

            var output = await OpensslClient.RunAsync(host, [version, "-sigalgs", algorithms, "-servername", hosts ? "www.example.com" : "x.test"], Close);

            Assert.Matches($"Peer signature type: {signature}\n", output);
            Assert.Contains("hello there", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Openssl_Intermediates_SentWithoutRootAndStrangers()
    {
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("hello there"), tls =>
        {
            var (leaf, intermediate, root) = Certificates.Chain;
            tls.Certificates.Add(leaf);
            foreach (var certificate in new[] { root, Certificates.Rsa, intermediate })
                tls.Intermediates.Add(certificate);
        });

        var output = await OpensslClient.RunAsync(host, ["-showcerts"], Close);

        Assert.Equal(2, Regex.Count(output[..output.IndexOf("Server certificate", StringComparison.Ordinal)], "BEGIN CERTIFICATE"));
        Assert.Contains("s:CN=intermediate", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Openssl_UnknownName_UnrecognizedName()
    {
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("hello there"), tls =>
        {
            tls.Hosts["www.example.com"] = new AeronetTlsHostOptions { Certificates = { Certificates.Exact } };
            tls.RefuseUnknownHosts = true;
        });

        Assert.Contains("unrecognized name", await OpensslClient.RunAsync(host, ["-servername", "x.test"]), StringComparison.Ordinal);
        Assert.Contains("hello there", await OpensslClient.RunAsync(host, ["-servername", "www.example.com"], Close), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--http1.1", "--tls-max", "1.2", "HTTP/1.1")]
    [InlineData("--http1.1", "--tlsv1.3", "--tlsv1.3", "HTTP/1.1")]
    [InlineData("--http2", "--tls-max", "1.2", "HTTP/2")]
    [InlineData("--http2", "--tlsv1.3", "--tlsv1.3", "HTTP/2")]
    public async Task Curl_Answered(string http, string first, string second, string expected)
    {
        var curl = ExternalTool.Require("curl");
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync(context.Request.Protocol));

        var result = await curl.RunAsync("-sSk", "--noproxy", "*", http, first, second, $"https://127.0.0.1:{host.Port}/", $"https://127.0.0.1:{host.Port}/");

        Assert.True(result.ExitCode == 0 && result.Output == expected + expected, $"{result}");
    }

    [Fact]
    public async Task Nghttp_ManyStreams_AllAnswered()
    {
        var h2load = ExternalTool.Require("h2load");
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("ok"));

        var result = await h2load.RunAsync("-n", "20000", "-c", "10", "-m", "50", $"https://127.0.0.1:{host.Port}/");

        Assert.Contains("20000 succeeded, 0 failed", result.Output, StringComparison.Ordinal);
    }
}
