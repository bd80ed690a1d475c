using System.Security.Authentication;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using TlsHost = Aeronet.AspNetCore.Tls.Tests.Support.TlsHost;

namespace Aeronet.AspNetCore.Tls.Tests.Policies;

/// <summary>Hosts that let in nobody whose keys a quantum computer could work out later.</summary>
public sealed class PostQuantumTests
{
    [Theory]
    [InlineData("pq.test", "-tls1_3", "X25519MLKEM768", "X25519MLKEM768")]
    [InlineData("pq.test", "-tls1_3", "*X25519:X25519MLKEM768", "X25519MLKEM768")]
    [InlineData("pq.test", "-tls1_3", "SecP256r1MLKEM768", "SecP256r1MLKEM768")]
    [InlineData("pq.test", "-tls1_3", "X25519:P-256:P-384", null)]
    [InlineData("pq.test", "-tls1_2", "X25519:P-256", null)]
    [InlineData("list.test", "-tls1_3", "*X25519:SecP384r1MLKEM1024", "SecP384r1MLKEM1024")]
    [InlineData("list.test", "-tls1_3", "X25519", null)]
    [InlineData("other.test", "-tls1_3", "X25519", "x25519")]
    [InlineData("other.test", "-tls1_2", "X25519:P-256", "x25519")]
    public async Task Host_LetsInWhoOffersIt(string name, string version, string groups, string? agreed)
    {
        RequireHybrids();
        await using var host = await StartAsync(required: false);

        await AskAsync(host, name, version, groups, agreed);
    }

    [Theory]
    [InlineData("unknown.test", "-tls1_3", "X25519", null)]
    [InlineData("unknown.test", "-tls1_3", "X25519:X25519MLKEM768", "X25519MLKEM768")]
    [InlineData("other.test", "-tls1_3", "X25519", null)]
    [InlineData("lax.test", "-tls1_3", "X25519", "x25519")]
    [InlineData("lax.test", "-tls1_2", "X25519:P-256", "x25519")]
    public async Task Endpoint_ForHostsThatSayNothingElse(string name, string version, string groups, string? agreed)
    {
        RequireHybrids();
        await using var host = await StartAsync(required: true);

        await AskAsync(host, name, version, groups, agreed);
    }

    /// <summary>A name of its own; what the host's list of groups lacks of them is OpenSSL's to refuse.</summary>
    [Theory]
    [InlineData("pq.test", "X25519", "post_quantum_required", "alert insufficient security")]
    [InlineData("list.test", "SecP256r1MLKEM768", "no_shared_group", "alert handshake failure")]
    public async Task Refusal_CountedByName(string name, string groups, string reason, string alert)
    {
        RequireHybrids();
        await using var host = await StartAsync(required: false);

        var output = await OpensslClient.RunAsync(host, ["-tls1_3", "-groups", groups, "-servername", name]);

        Assert.Contains(alert, output, StringComparison.Ordinal);
        await Eventually.HoldsAsync(
            () => host.Metrics.Total("aeronet.tls.handshakes", ("error.type", reason), ("aeronet.tls.host", name)) == 1, "the reason", host.Metrics.ToString);
    }

    /// <summary>Who came by another host's name is asked to come back, unless the key exchange was as good.</summary>
    [Theory]
    [InlineData("X25519", "pq.test", "421")]
    [InlineData("X25519", "other.test", "200")]
    [InlineData("X25519MLKEM768", "pq.test", "200")]
    public async Task Request_OnAConnectionOfAnotherHost(string groups, string requested, string status)
    {
        RequireHybrids();
        await using var host = await StartAsync(required: false);

        var output = await OpensslClient.RunAsync(
            host, ["-tls1_3", "-groups", groups, "-servername", "other.test"], Close(requested));

        Assert.Contains($"HTTP/1.1 {status} ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resumption_WithAnotherKeyExchange()
    {
        RequireHybrids();
        await using var host = await StartAsync(required: false);
        var session = Path.Combine(Path.GetTempPath(), $"aeronet-{Guid.NewGuid():N}.pem");

        var request = Close("pq.test");
        await OpensslClient.RunAsync(host, ["-tls1_3", "-servername", "pq.test", "-sess_out", session], request);
        var resumed = await OpensslClient.RunAsync(host, ["-tls1_3", "-servername", "pq.test", "-sess_in", session], request);
        var without = await OpensslClient.RunAsync(host, ["-tls1_3", "-servername", "pq.test", "-sess_in", session, "-groups", "X25519"]);
        File.Delete(session);

        Assert.Contains("Reused, TLSv1.3", resumed, StringComparison.Ordinal);
        Assert.Contains("<X25519MLKEM768>", resumed, StringComparison.Ordinal);
        Assert.Contains("alert insufficient security", without, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "TLS option RequirePostQuantum is true")]
    [InlineData("pq.test", "TLS option Hosts['pq.test'].RequirePostQuantum is true")]
    public async Task WithoutIt_FailsStart_NamingTheRemedy(string? name, string beginning)
    {
        if (KeyExchangeGroups.Exists("X25519MLKEM768"))
            Assert.Skip("this OpenSSL has X25519MLKEM768: others are without it");

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => TlsHost.StartAsync(context => Task.CompletedTask, tls =>
        {
            AeronetTlsHostOptions options = tls;
            if (name is not null)
                tls.Hosts[name] = options = new();

            options.RequirePostQuantum = true;
        }));

        Assert.StartsWith(beginning, failure.Message, StringComparison.Ordinal);
        Assert.Contains("use OpenSSL 3.5 or newer, or set it to false", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Theory]
    [InlineData("X25519MLKEM768", "X25519MLKEM768")]
    [InlineData("?*X25519MLKEM768 / ?*X25519:?secp256r1 / ?SecP384r1MLKEM1024:P-384", "?*X25519MLKEM768/?SecP384r1MLKEM1024")]
    [InlineData("X25519:mlkem1024:-MLKEM512", "mlkem1024")]
    [InlineData("DEFAULT", null)]
    [InlineData("X25519:P-256", null)]
    [InlineData("", null)]
    public void Among_ThoseThatAre(string groups, string? expected) => Assert.Equal(expected, PostQuantum.Among(groups));

    [Theory]
    [InlineData("000211EC", true)]
    [InlineData("0006001D001711EB", true)]
    [InlineData("000211ED", true)]
    [InlineData("00020200", true)]
    [InlineData("00020202", true)]
    [InlineData("0004001D0017", false)]
    [InlineData("00020203", false)]
    [InlineData("0003001D11", false)]
    [InlineData("000411EC", true)]
    [InlineData("0000", false)]
    [InlineData("00", false)]
    [InlineData("", false)]
    public void Offered_ReadFromTheExtension(string extension, bool expected) => Assert.Equal(expected, PostQuantum.IsOfferedIn(Convert.FromHexString(extension)));

    private static void RequireHybrids()
    {
        if (!OpenSslLibrary.IsAtLeast(3, 5))
            Assert.Skip("this OpenSSL has no X25519MLKEM768: it came with 3.5");
    }

    private static string Close(string host) => $"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n";

    private static Task<KestrelHost> StartAsync(bool required) => TlsHost.StartAsync(
        context => context.Response.WriteAsync($"<{context.Features.GetRequiredFeature<ITlsSessionFeature>().KeyExchangeGroup}>"),
        tls =>
        {
            tls.RequirePostQuantum = required ? true : null;
            tls.Hosts["other.test"] = new AeronetTlsHostOptions();
            tls.Hosts["pq.test"] = new AeronetTlsHostOptions { RequirePostQuantum = true };
            tls.Hosts["lax.test"] = new AeronetTlsHostOptions { RequirePostQuantum = false };
            tls.Hosts["list.test"] = new AeronetTlsHostOptions { RequirePostQuantum = true, Groups = "X25519:SecP384r1MLKEM1024", Protocols = SslProtocols.Tls12 | SslProtocols.Tls13 };
        });

    private static async Task AskAsync(KestrelHost host, string name, string version, string groups, string? agreed)
    {
        var output = await OpensslClient.RunAsync(host, [version, "-groups", groups, "-servername", name], Close(name));

        Assert.Contains(agreed is null ? "alert insufficient security" : $"<{agreed}>", output, StringComparison.Ordinal);
    }
}
