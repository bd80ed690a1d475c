using System.Diagnostics;
using System.Text;
using Aeronet.AspNetCore.Tls.Tests.ClientCertificates;
using Aeronet.AspNetCore.Tls.Tests.Observability;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Aeronet.AspNetCore.Transport.Tls.Fingerprints;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Tls.Tests.Policies;

/// <summary>Names that no host has, or that are none: what they cost, and who is served.</summary>
[Collection(Alone.Name)]
public sealed class ServerNameTests
{
    private const int DefaultRules = 0;
    private const int KestrelRules = 1;

    // A fatal alert unrecognized_name (RFC 8446, section 6).
    private static readonly byte[] s_unrecognizedName = [0x15, 0x03, 0x03, 0, 2, 2, 112];

    [Theory]
    [InlineData(DefaultRules)]
    [InlineData(KestrelRules)]
    public async Task Name_OfDots_RefusedAtOnce(int rules)
    {
        await using var host = await StartAsync(rules);
        var name = new string('.', 65_000);
        Assert.Equal(s_unrecognizedName, await AskAsync(host, Entry(name)));

        await QuietMoment.TryAsync("a refusal", TimeSpan.FromMilliseconds(500), async () =>
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            var started = Stopwatch.GetTimestamp();

            Assert.Equal(s_unrecognizedName, await AskAsync(host, Entry(name)));

            var time = Stopwatch.GetElapsedTime(started);
            Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 4_000_000);
            return time;
        });
    }

    /// <summary>RFC 1035, section 2.3.4: 255 octets on the wire are 253 characters; a root's dot may follow.</summary>
    [Theory]
    [InlineData(253, false)]
    [InlineData(254, true)]
    [InlineData(300, true)]
    public async Task Name_TooLong_Refused(int length, bool refused)
    {
        await using var host = await StartAsync(DefaultRules);

        foreach (var name in new[] { Long(length), Long(length) + "." })
        {
            var answer = await AskAsync(host, Entry(name));
            Assert.Equal(refused, s_unrecognizedName.SequenceEqual(answer));
        }
    }

    [Theory]
    [InlineData("a b.test")]
    [InlineData("a\u0001.test")]
    [InlineData("a\u00ff.test")]
    [InlineData("a\u0000.test")]
    [InlineData("")]
    public async Task Name_Malformed_RefusedWhereUnknownHostsAre(string name)
    {
        await using var host = await StartAsync(DefaultRules, refuse: true);

        Assert.Equal(s_unrecognizedName, await AskAsync(host, Entry(name)));
        await Eventually.HoldsAsync(
            () => host.Metrics.Total("aeronet.tls.handshakes", ("error.type", "unknown_sni")) == 1, "the reason to be counted", host.Metrics.ToString);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("0004")]
    [InlineData("000400000161FF")]
    [InlineData("0004010001FF")]
    public async Task Extension_Malformed_RefusedWhereUnknownHostsAre(string extension)
    {
        await using var host = await StartAsync(DefaultRules, refuse: true);

        Assert.Equal(s_unrecognizedName, await AskAsync(host, Convert.FromHexString(extension)));
    }

    /// <summary>As documented: whoever names no host that is listed gets the endpoint's own settings.</summary>
    [Fact]
    public async Task Name_Malformed_DefaultWhereUnknownHostsAreServed()
    {
        await using var host = await StartAsync(DefaultRules);

        Assert.Contains("HTTP/1.1 200 ", await OpensslClient.RunAsync(host, ["-servername", "a b.test"], Get("localhost")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DefaultRules)]
    [InlineData(KestrelRules)]
    public async Task HostField_OfDots_CostsNothing(int rules)
    {
        await using var host = await StartAsync(rules, guarded: true);
        var answer = rules == DefaultRules ? "ok" : ConfiguredHost.Answer;
        await using var client = await TlsClient.ConnectAsync(host);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: open.test\r\n\r\n");
        await client.ReadUntilAsync(answer);
        await QuietMoment.TryAsync("an answer", TimeSpan.FromMilliseconds(500), async () =>
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            var started = Stopwatch.GetTimestamp();

            await client.SendAsync($"GET / HTTP/1.1\r\nHost: {new string('.', 20_000)}\r\n\r\n");
            Assert.Contains(" 200 ", await client.ReadUntilAsync(answer), StringComparison.Ordinal);

            var time = Stopwatch.GetElapsedTime(started);
            Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 4_000_000);
            return time;
        });
    }

    [Fact]
    public async Task ConfiguredName_TooLong_FailsStart()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => TlsHost.StartAsync(context => Task.CompletedTask, tls => tls.Hosts[Long(254)] = new AeronetTlsHostOptions()));

        Assert.Contains("use a DNS name", failure.Message, StringComparison.Ordinal);
    }

    private static string Long(int length)
    {
        var name = new StringBuilder("a");
        while (name.Length < length)
            name.Insert(0, name.Length % 2 == 1 && name.Length + 1 < length ? '.' : 'a');

        return name.ToString();
    }

    private static string Get(string name) => $"GET / HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n";

    private static byte[] Entry(string name)
    {
        var bytes = Encoding.Latin1.GetBytes(name);
        return ClientHelloBuilder.Vector16([0, .. ClientHelloBuilder.Vector16(bytes)]);
    }

    private static async Task<byte[]> AskAsync(KestrelHost host, byte[] serverName)
    {
        using var raw = await host.ConnectAsync();
        await raw.SendAsync(ClientHelloRecord.Wrap(new ClientHelloBuilder().With(0, serverName).Build()));
        return (await raw.ReadToEndAsync()).Bytes;
    }

    private static Task<KestrelHost> StartAsync(int rules, bool refuse = false, bool guarded = false)
    {
        if (rules == DefaultRules)
        {
            return TlsHost.StartAsync(context => context.Response.WriteAsync("ok"), tls =>
            {
                tls.RefuseUnknownHosts = refuse;
                tls.Hosts["open.test"] = new AeronetTlsHostOptions();
                tls.Hosts["*.open.test"] = new AeronetTlsHostOptions();
                if (guarded)
                    tls.Hosts["guarded.test"] = new AeronetTlsHostOptions { ClientCertificates = TlsClientCertificates.Require, TrustedClientAuthorities = { ClientPki.Root.Certificate } };
            });
        }

        return ConfiguredHost.StartKestrelAsync(
            $"""
            Kestrel:Endpoints:Https:Url=https://127.0.0.1:0
            Kestrel:Endpoints:Https:Sni:*.open.test:Protocols=Http1
            Kestrel:Endpoints:Https:Sni:*:Protocols=Http1
            {(guarded ? "Kestrel:Endpoints:Https:Sni:guarded.test:ClientCertificateMode=RequireCertificate" : "")}
            """,
            kestrel => kestrel.ConfigureHttpsDefaults(https => https.ServerCertificate = Certificates.Ecdsa));
    }
}
