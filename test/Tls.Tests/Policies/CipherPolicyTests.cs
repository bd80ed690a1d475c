using System.Security.Authentication;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Tls.Tests.Tools;
using Aeronet.AspNetCore.Transport;
using Aeronet.AspNetCore.Transport.Native;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Tls.Tests.Policies;

/// <summary>What each policy agrees to, as the endpoint's and as that of one host beside others.</summary>
public sealed class CipherPolicyTests
{
    public static MatrixTheoryData<string, TlsCipherPolicy?> Policies => new(
        ["modern", "intermediate", "compatibility", "custom", "inherits"],
        [TlsCipherPolicy.Intermediate, TlsCipherPolicy.Custom]);

    [Theory]
    [MemberData(nameof(Policies))]
    public async Task Policy_HoldsPerHost(string name, TlsCipherPolicy? endpoint)
    {
        await using var host = await StartAsync(endpoint);
        var policy = name == "inherits" ? $"{endpoint}".ToLowerInvariant() : name;
        (string Probe, string Refused)[] probes =
        [
            ("-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256", "modern custom"),
            ("-tls1_2 -cipher ECDHE-RSA-AES256-GCM-SHA384", "modern"),
            ("-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA", "modern intermediate custom"),
            ("-tls1_2 -cipher DHE-RSA-AES128-GCM-SHA256", "modern intermediate compatibility custom"),
            ("-tls1_2 -cipher AES128-GCM-SHA256", "modern intermediate compatibility custom"),
            ("-tls1_2 -cipher aNULL:eNULL:@SECLEVEL=0", "modern intermediate compatibility custom"),
            ("-tls1_3 -ciphersuites TLS_AES_128_GCM_SHA256", "custom"),
            ("-tls1_3 -ciphersuites TLS_AES_256_GCM_SHA384", ""),
            ("-tls1_3 -groups X25519", "custom"),
            ("-tls1_3 -groups P-521", "modern intermediate compatibility"),
            ("-tls1_3 -groups P-521:P-384", ""),
            ("-tls1_3 -sigalgs ECDSA+SHA256", "custom"),
            ("-tls1_3 -sigalgs RSA-PSS+SHA384", ""),
            ("-tls1_1 -cipher ALL:@SECLEVEL=0", "modern intermediate compatibility custom"),
        ];

        await Parallel.ForEachAsync(probes, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (probe, _) =>
        {
            var output = await OpensslClient.RunAsync(host, ["-servername", $"{name}.test", .. probe.Probe.Split(' ')], "Q\n");

            var refused = probe.Refused.Split(' ').Contains(policy);
            Assert.True(
                output.Contains("Cipher is (NONE)", StringComparison.Ordinal) == refused && output.Contains("New, TLSv1", StringComparison.Ordinal) != refused,
                $"{probe.Probe} should be {(refused ? "refused" : "agreed to")} by {policy}: {output}");
        });
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, SslProtocols.Tls13)]
    [InlineData(SslProtocols.Tls13, SslProtocols.Tls12)]
    [InlineData(SslProtocols.None, SslProtocols.Tls12)]
    [InlineData(SslProtocols.None, SslProtocols.Tls13)]
    public async Task Protocols_HoldPerHost(SslProtocols endpoint, SslProtocols own)
    {
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("ok"), tls =>
        {
            tls.Protocols = endpoint == SslProtocols.None ? null : endpoint;
            tls.Hosts["own.test"] = new AeronetTlsHostOptions { Protocols = own };
        });
        foreach (var (name, protocols) in new[] { ("own.test", own), ("other.test", endpoint) })
        {
            foreach (var version in new[] { SslProtocols.Tls12, SslProtocols.Tls13 })
            {
                var output = await OpensslClient.RunAsync(host, ["-servername", name, version == SslProtocols.Tls12 ? "-tls1_2" : "-tls1_3"], "Q\n");

                Assert.Contains(
                    protocols == SslProtocols.None || protocols.HasFlag(version) ? (version == SslProtocols.Tls12 ? "New, TLSv1.2" : "New, TLSv1.3") : "alert protocol version",
                    output,
                    StringComparison.Ordinal);
            }
        }
    }

    /// <summary>As OpenSSL does of itself, and nginx: also a client that has only sent a share of another group is asked for the hybrid.</summary>
    [Theory]
    [InlineData("X25519MLKEM768", "Negotiated TLS1.3 group: X25519MLKEM768")]
    [InlineData("*X25519MLKEM768:*X25519", "Negotiated TLS1.3 group: X25519MLKEM768")]
    [InlineData("*X25519:X25519MLKEM768", "Negotiated TLS1.3 group: X25519MLKEM768")]
    [InlineData("*P-256:X25519", "Peer Temp Key: ECDH, prime256v1")]
    [InlineData("*P-384:*P-256:*X25519", "Peer Temp Key: X25519,")]
    [InlineData("P-384", "Peer Temp Key: ECDH, secp384r1")]
    public async Task Groups_HybridFirst_ThenOneThatTheClientHasSentAShareOf(string offered, string expected)
    {
        if (!OpenSslLibrary.IsAtLeast(3, 5))
            Assert.Skip("this OpenSSL has no X25519MLKEM768: it came with 3.5");

        await using var host = await StartAsync(TlsCipherPolicy.Intermediate);
        foreach (var name in (string[])["other.test", "modern.test", "compatibility.test"])
        {
            var output = await OpensslClient.RunAsync(host, ["-tls1_3", "-groups", offered, "-servername", name], "Q\n");

            Assert.Contains(expected, output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("RC4-SHA:ECDHE-RSA-AES256-GCM-SHA384", "RC4-SHA")]
    [InlineData("ECDHE-RSA-AES256-GCM-SHA384:DES-CBC3-SHA", "DES-CBC3-SHA")]
    [InlineData("ECDHE-RSA-AES256-GCM-SHA384:EXP-RC4-MD5", "EXP-RC4-MD5")]
    [InlineData("HIGH:NULL-SHA256", "NULL-SHA256")]
    [InlineData("HIGH:eNULL:!ADH", "eNULL")]
    [InlineData("HIGH:+aNULL", "aNULL")]
    [InlineData("ECDHE-ECDSA-AES128-CCM8:HIGH:!aNULL:!eNULL", "ECDHE-ECDSA-AES128-CCM8")]
    [InlineData("HIGH:!aNULL:!eNULL:+AESCCM8", "AESCCM8")]
    [InlineData("HIGH", "ADH-")]
    [InlineData("ALL", "ADH-")]
    public async Task Custom_WeakCipher_FailsStart_NamingIt(string list, string named)
    {
        foreach (var ofHost in new[] { false, true })
        {
            var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => TlsHost.StartAsync(context => Task.CompletedTask, tls =>
            {
                AeronetTlsHostOptions options = tls;
                if (ofHost)
                    tls.Hosts["a.test"] = options = new();

                options.CipherPolicy = TlsCipherPolicy.Custom;
                options.CipherList = list;
            }));

            Assert.Contains(list, failure.Message, StringComparison.Ordinal);
            Assert.Contains(named, failure.Message[(failure.Message.IndexOf(" has ", StringComparison.Ordinal) + 5)..], StringComparison.Ordinal);
            Assert.Contains(ofHost ? "a.test" : "option CipherList", failure.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("HIGH:!aNULL:!eNULL:!3DES:!RC4:!MD5")]
    [InlineData("ALL:!aNULL:!eNULL")]
    [InlineData("ALL:!aNULL:!eNULL:@SECLEVEL=0")]
    [InlineData("DEFAULT:!kRSA")]
    [InlineData("ECDHE-ECDSA-AES256-GCM-SHA384 ECDHE-RSA-AES256-GCM-SHA384")]
    public async Task Custom_StrongList_Starts(string list)
    {
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("ok"), tls => (tls.CipherPolicy, tls.CipherList) = (TlsCipherPolicy.Custom, list));

        Assert.Contains("New, TLSv1.2", await OpensslClient.RunAsync(host, ["-tls1_2"], "Q\n"), StringComparison.Ordinal);
    }

    /// <summary>OpenSSL counts them as weak since 3.2; a list is good for every version or for none.</summary>
    [Theory]
    [InlineData("ECDHE-ECDSA-AES128-CCM8", true)]
    [InlineData("ECDHE-ECDSA-AES256-CCM8", true)]
    [InlineData("ECDHE-ECDSA-AES128-CCM", false)]
    public async Task Custom_ShortTags_LeftOutOfGroupsOfCiphers(string cipher, bool refused)
    {
        foreach (var list in (string[])["ALL:!aNULL:!eNULL:@SECLEVEL=0", "ECDHE+AESCCM:@SECLEVEL=0"])
        {
            await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("ok"), tls =>
            {
                (tls.CipherPolicy, tls.CipherList) = (TlsCipherPolicy.Custom, "ECDHE-ECDSA-AES128-GCM-SHA256");
                tls.Hosts["a.test"] = new AeronetTlsHostOptions { CipherPolicy = TlsCipherPolicy.Custom, CipherList = list };
            });

            var output = await OpensslClient.RunAsync(host, ["-tls1_2", "-cipher", $"{cipher}:@SECLEVEL=0", "-servername", "a.test"], "Q\n");

            Assert.Contains(refused ? "alert handshake failure" : $"Cipher is {cipher}", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Custom_ShortTagOfTls13_FailsStart()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => TlsHost.StartAsync(
            context => Task.CompletedTask,
            tls => (tls.CipherPolicy, tls.CipherSuites) = (TlsCipherPolicy.Custom, "TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_8_SHA256")));

        Assert.Contains("has TLS_AES_128_CCM_8_SHA256, which is weak", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TlsCipherPolicy.Modern, null, null, SslProtocols.Tls12)]
    [InlineData(null, SslProtocols.Tls12, TlsCipherPolicy.Modern, null)]
    public async Task Modern_AcrossEndpointAndHost_WithoutTls13_FailsStart(TlsCipherPolicy? policy, SslProtocols? protocols, TlsCipherPolicy? hostPolicy, SslProtocols? hostProtocols)
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => TlsHost.StartAsync(context => Task.CompletedTask, tls =>
        {
            (tls.CipherPolicy, tls.Protocols) = (policy, protocols);
            tls.Hosts["a.test"] = new AeronetTlsHostOptions { CipherPolicy = hostPolicy, Protocols = hostProtocols };
        }));

        Assert.Contains("a.test", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Modern", failure.Message, StringComparison.Ordinal);
    }

    private static Task<KestrelHost> StartAsync(TlsCipherPolicy? endpoint) => TlsHost.StartAsync(context => context.Response.WriteAsync("ok"), tls =>
    {
        tls.Certificates.Add(Certificates.Ecdsa);
        tls.Certificates.Add(Certificates.Rsa);
        Set(tls, endpoint);
        foreach (var policy in Enum.GetValues<TlsCipherPolicy>())
            tls.Hosts[$"{policy}.test"] = Set(new AeronetTlsHostOptions(), policy);
    });

    private static AeronetTlsHostOptions Set(AeronetTlsHostOptions options, TlsCipherPolicy? policy)
    {
        options.CipherPolicy = policy;
        options.SignatureAlgorithms = "ECDSA+SHA256:RSA-PSS+SHA256:RSA-PSS+SHA384:RSA+SHA256";
        if (policy == TlsCipherPolicy.Custom)
        {
            options.CipherList = "ECDHE-RSA-AES256-GCM-SHA384";
            options.CipherSuites = "TLS_AES_256_GCM_SHA384";
            options.Groups = "P-521:P-384";
            options.SignatureAlgorithms = "RSA-PSS+SHA384";
        }

        return options;
    }
}
