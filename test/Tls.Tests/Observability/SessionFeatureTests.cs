using System.Globalization;
using Aeronet.AspNetCore.Tls.Tests.ClientCertificates;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Tls.Tests.Tools;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Aeronet.AspNetCore.Tls.Tests.Observability;

/// <summary>What <see cref="ITlsSessionFeature"/> says is what the client did.</summary>
public sealed class SessionFeatureTests
{
    private const string Close = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    [Theory]
    [InlineData("-tls1_2", "P-256", "full,secp256r1", "resumed,")]
    [InlineData("-tls1_3", "P-384", "full,secp384r1", "resumed,secp384r1")]
    [InlineData("-tls1_3", "X25519", "full,x25519", "resumed,x25519")]
    public async Task ResumedAndGroup_AsTheClientDid(string version, string group, string first, string second)
    {
        using var files = new TempFiles();
        await using var host = await TlsHost.StartAsync(Describe);

        var full = await OpensslClient.RunAsync(host, [version, "-groups", group, "-sess_out", files["session"]], Close);
        var resumed = await OpensslClient.RunAsync(host, [version, "-groups", group, "-sess_in", files["session"]], Close);

        Assert.Contains($"<{first},,anonymous>", full, StringComparison.Ordinal);
        Assert.Contains($"<{second},,anonymous>", resumed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("www.example.com", "www.example.com")]
    [InlineData("WWW.example.com", "www.example.com")]
    [InlineData("other.example.com", "*.example.com")]
    [InlineData("elsewhere.test", "")]
    public async Task ServedHost_AsConfiguredAndNotAsAskedFor(string asked, string served)
    {
        await using var host = await TlsHost.StartAsync(Describe, tls =>
        {
            tls.Hosts["www.example.com"] = new AeronetTlsHostOptions();
            tls.Hosts["*.example.com"] = new AeronetTlsHostOptions();
        });

        var output = await OpensslClient.RunAsync(host, ["-servername", asked, "-groups", "X25519"], Close);

        Assert.Contains($"<full,x25519,{served},anonymous>", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HasClientCertificate_Shown_True()
    {
        using var files = new TempFiles();
        await using var host = await TlsHost.StartAsync(Describe, tls =>
        {
            tls.ClientCertificates = TlsClientCertificates.Require;
            tls.TrustedClientAuthorities.Add(ClientPki.Root.Public());
        });
        string[] certificate = ["-cert", files.WriteCertificate("alice.pem", ClientPki.Alice), "-key", files.WriteKey("alice.key", ClientPki.Alice)];

        var output = await OpensslClient.RunAsync(host, [.. certificate, "-groups", "X25519"], Close);

        Assert.Contains("<full,x25519,,certified>", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(KtlsMode.Disabled)]
    [InlineData(KtlsMode.Opportunistic)]
    public async Task Kernel_AsCounted(KtlsMode mode)
    {
        await using var host = await TlsHost.StartAsync(
            (HttpContext context) => context.Response.WriteAsync(Kernel(context.Features.GetRequiredFeature<ITlsSessionFeature>())),
            tls => tls.Ktls = mode);
        using var client = host.CreateHttpClient(trusted: Certificates.Ecdsa);

        var told = (await client.GetStringAsync("/")).Split(',');

        Assert.Equal(1, host.Metrics.Total("aeronet.tls.connections", ("aeronet.ktls.send", told[0]), ("aeronet.ktls.receive", told[1])));
        if (mode == KtlsMode.Disabled)
            Assert.Equal(["False", "False"], told);
    }

    [Fact]
    public async Task OneObject_ForAllFeatures()
    {
        await using var host = await TlsHost.StartAsync((HttpContext context) => context.Response.WriteAsync(
            ReferenceEquals(context.Features.Get<ITlsSessionFeature>(), context.Features.Get<ITlsHandshakeFeature>()).ToString()));
        using var client = host.CreateHttpClient(trusted: Certificates.Ecdsa);

        Assert.Equal("True", await client.GetStringAsync("/"));
    }

    private static string Kernel(ITlsSessionFeature session) =>
        string.Create(CultureInfo.InvariantCulture, $"{session.SendsByKernel},{session.ReceivesByKernel}");

    private static Task Describe(HttpContext context)
    {
        var session = context.Features.GetRequiredFeature<ITlsSessionFeature>();
        var text = $"<{(session.Resumed ? "resumed" : "full")},{session.KeyExchangeGroup},{session.ServedHost},{(session.HasClientCertificate ? "certified" : "anonymous")}>";
        return context.Response.WriteAsync(text);
    }
}
