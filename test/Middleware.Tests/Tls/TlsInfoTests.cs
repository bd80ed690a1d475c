using System.Globalization;
using System.Security.Authentication;
using System.Text.RegularExpressions;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Aeronet.AspNetCore.Middleware.Tests.Tls;

public sealed class TlsInfoTests
{
    [Theory]
    [EachServer]
    public async Task GetTlsInfo_Plain_Null(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server, new SiteOptions { App = Describe, EndsWithServed = false });

        using var response = await site.GetAsync("/");

        Assert.Equal("none", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("-tls1_2", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "secp256r1", "")]
    [InlineData("-tls1_3", "TLS_AES_256_GCM_SHA384", "secp256r1", "secp256r1")]
    public async Task GetTlsInfo_Aeronet_FullThenResumed_Everything(string version, string suite, string group, string resumedGroup)
    {
        var session = Path.GetTempFileName();
        await using var host = await TlsSite.StartAsync(Describe, tls =>
        {
            tls.Fingerprints = true;
            tls.Ktls = KtlsMode.Disabled;
            tls.Hosts["*.example.com"] = new AeronetTlsHostOptions();
        });
        string[] client =
        [
            version, "-groups", "P-256", "-servername", "a.example.com", "-alpn", "http/1.1",
            .. version == "-tls1_3" ? new[] { "-ciphersuites", suite } : ["-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384"],
        ];

        var full = await OpensslClient.RunAsync(host, [.. client, "-sess_out", session], TlsSite.Get);
        var resumed = await OpensslClient.RunAsync(host, [.. client, "-sess_in", session], TlsSite.Get);
        File.Delete(session);

        var number = version == "-tls1_3" ? "Tls13" : "Tls12";
        const string Names = "http/1.1 a.example.com [*].example.com", Rest = "False False False [0-9a-f]{32} t1[23]d.*";
        Assert.Matches($"<{number} {suite} {group} {Names} False {Rest}>", full);
        Assert.Matches($"<{number} {suite} {resumedGroup} {Names} True {Rest}>", resumed);
    }

    [Fact]
    public async Task GetTlsInfo_KestrelsTls_WhatItTells()
    {
        await using var host = await KestrelHost.StartAsync(TransportKind.Sockets, new KestrelHostOptions
        {
            Listen = listen => listen.UseHttps(TlsSite.Certificate),
            App = Describe,
        });

        var output = await OpensslClient.RunAsync(
            host, ["-tls1_3", "-servername", "a.example.com", "-alpn", "http/1.1", "-ciphersuites", "TLS_AES_256_GCM_SHA384"], TlsSite.Get);

        // Kestrel learns the name only where it chooses a certificate by it.
        Assert.Equal("<Tls13 TLS_AES_256_GCM_SHA384  http/1.1      False  >", Regex.Match(output, "<Tls.*>").Value);
    }

    [Theory]
    [InlineData(TransportKind.Aeronet)]
    [InlineData(TransportKind.Sockets)]
    public async Task GetTlsInfo_Http2_SaysSo(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            Listen = listen =>
            {
                if (transport == TransportKind.Aeronet)
                    listen.UseAeronetTls(TlsSite.Certificate);
                else
                    listen.UseHttps(TlsSite.Certificate);
            },
            App = app => app.Run(context => context.Response.WriteAsync($"{context.GetTlsInfo()!.Value.ApplicationProtocol}")),
        });
        using var client = host.CreateHttpClient(System.Net.HttpVersion.Version20, TlsSite.Certificate);

        Assert.Equal("h2", await client.GetStringAsync("/"));
    }

    [Fact]
    public void GetTlsInfo_OfAnotherServer_NoFeatureUnknown()
    {
        // As HTTP.sys has it, say: TLS, and nothing told of it.
        var context = new DefaultHttpContext();
        context.Features.Set<ITlsConnectionFeature>(new TlsConnectionFeature());

        var tls = Assert.NotNull(context.GetTlsInfo());

        Assert.Equal(new TlsInfo { HasClientCertificate = false }, tls);
    }

    [Fact]
    public async Task GetTlsInfo_EveryTime_AllocatesNothing()
    {
        await using var host = await TlsSite.StartAsync(app => app.Run(context =>
        {
            // The least of some rounds: other tests' work may run on this thread.
            var least = Enumerable.Range(0, 10).Min(_ => Measure(context));
            return context.Response.WriteAsync(least.ToString(CultureInfo.InvariantCulture));
        }));
        using var client = host.CreateHttpClient(trusted: TlsSite.Certificate);

        Assert.Equal("0", await client.GetStringAsync("/"));

        static long Measure(HttpContext context)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 100; i++)
                Assert.True(context.GetTlsInfo() is { Version: SslProtocols.Tls13, Resumed: false, Group.Length: > 0 });

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    private static void Describe(WebApplication app) => app.Run(context => context.Response.WriteAsync(
        context.GetTlsInfo() is { } tls
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"<{tls.Version} {tls.CipherSuite} {tls.Group} {tls.ApplicationProtocol} {tls.ServerName} {tls.ServedHost} {tls.Resumed} "
                    + $"{tls.SendsByKernel} {tls.ReceivesByKernel} {tls.HasClientCertificate} {tls.Ja3} {tls.Ja4}>")
            : "none"));
}
