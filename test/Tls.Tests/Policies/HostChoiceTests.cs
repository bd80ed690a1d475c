using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Tls.Tests.Tools;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aeronet.AspNetCore.Tls.Tests.Policies;

/// <summary>Which host's certificate and protocols a client gets.</summary>
public sealed class HostChoiceTests
{
    [Theory]
    [InlineData("xn--mnchen-3ya.test", "idn")]
    [InlineData("XN--MNCHEN-3YA.test", "idn")]
    [InlineData("a.xn--mnchen-3ya.test", "wildcard")]
    [InlineData("www.example.com.", "exact")]
    [InlineData("dotted.test", "dotted")]
    [InlineData("*.xn--mnchen-3ya.test", "wildcard")]
    [InlineData(".xn--mnchen-3ya.test", "none")]
    [InlineData("a.b.xn--mnchen-3ya.test", "none")]
    public async Task Name_FindsHost(string name, string expected)
    {
        using var wildcard = TestCertificate.Create("wildcard");
        using var exact = TestCertificate.Create("exact");
        using var idn = TestCertificate.Create("idn");
        using var dotted = TestCertificate.Create("dotted");
        using var none = TestCertificate.Create("none");
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("ok"), tls =>
        {
            tls.Certificates.Add(none);
            foreach (var (key, certificate) in new[] { ("münchen.test", idn), ("*.münchen.test", wildcard), ("www.example.com", exact), ("dotted.test.", dotted) })
                tls.Hosts[key] = new AeronetTlsHostOptions { Certificates = { certificate } };
        });

        var output = await OpensslClient.RunAsync(host, ["-servername", name], "Q\n");

        Assert.Contains($"subject=CN={expected}", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a b.test", null)]
    [InlineData("*", null)]
    [InlineData("*.*.test", null)]
    [InlineData("a.*.test", null)]
    [InlineData("ü_b.test", null)]
    [InlineData("münchen.test", "xn--mnchen-3ya.test")]
    [InlineData("a.test", "a.test.")]
    public async Task Names_NoneOrTwice_FailStart(string one, string? other)
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => TlsHost.StartAsync(context => Task.CompletedTask, tls =>
        {
            tls.Hosts[one] = new AeronetTlsHostOptions();
            if (other is not null)
                tls.Hosts[other] = new AeronetTlsHostOptions();
        }));

        Assert.Contains($"'{one}'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TwoCertificatesOfOneKind_FailStart()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => TlsHost.StartAsync(
            context => Task.CompletedTask,
            tls => tls.Hosts["a.test"] = new AeronetTlsHostOptions { Certificates = { Certificates.Ecdsa, Certificates.Rsa, Certificates.Exact } }));

        Assert.Contains("CN=localhost", failure.Message, StringComparison.Ordinal);
        Assert.Contains("CN=www.example.com", failure.Message, StringComparison.Ordinal);
        Assert.Contains("a.test", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ECDSA+SHA256", "CN=localhost", 2)]
    [InlineData("RSA-PSS+SHA256", "CN=localhost", 1)]
    public async Task Certificates_EachWithItsOwnChain(string algorithm, string subject, int length)
    {
        var (leaf, intermediate, _) = Certificates.Chain;
        foreach (X509Certificate2[] order in new[] { new[] { leaf, Certificates.Rsa }, [Certificates.Rsa, leaf] })
        {
            await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("ok"), tls =>
            {
                var own = new AeronetTlsHostOptions { Intermediates = { intermediate } };
                foreach (var certificate in order)
                    own.Certificates.Add(certificate);

                tls.Hosts["a.test"] = own;
            });

            var output = await OpensslClient.RunAsync(host, ["-tls1_3", "-showcerts", "-servername", "a.test", "-sigalgs", algorithm], "Q\n");

            Assert.Contains(subject, output, StringComparison.Ordinal);
            Assert.Equal(length, Regex.Count(output[..output.IndexOf("Server certificate", StringComparison.Ordinal)], "BEGIN CERTIFICATE"));
        }
    }

    [Theory]
    [InlineData("both.test", "http/1.1,h2", "ALPN protocol: h2")]
    [InlineData("both.test", "spdy/3,http/1.1", "ALPN protocol: http/1.1")]
    [InlineData("both.test", "spdy/3", "alert no application protocol")]
    [InlineData("one.test", "h2,http/1.1", "ALPN protocol: http/1.1")]
    [InlineData("one.test", "h2", "alert no application protocol")]
    [InlineData("two.test", "h2,http/1.1", "ALPN protocol: h2")]
    [InlineData("two.test", "http/1.1", "alert no application protocol")]
    [InlineData("two.test", null, "No ALPN negotiated")]
    [InlineData("one.test", null, "No ALPN negotiated")]
    public async Task Alpn_PerHost_InTheServersOrder(string name, string? offered, string expected)
    {
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("ok"), tls =>
        {
            tls.Hosts["one.test"] = new AeronetTlsHostOptions { HttpProtocols = HttpProtocols.Http1 };
            tls.Hosts["two.test"] = new AeronetTlsHostOptions { HttpProtocols = HttpProtocols.Http2 };
        });
        string[] alpn = offered is null ? [] : ["-alpn", offered];

        foreach (var version in new[] { "-tls1_2", "-tls1_3" })
            Assert.Contains(expected, await OpensslClient.RunAsync(host, ["-servername", name, version, .. alpn], "Q\n"), StringComparison.Ordinal);
    }
}
