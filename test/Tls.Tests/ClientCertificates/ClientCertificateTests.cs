using System.Net;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Tls.Tests.Tools;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Tls.Tests.ClientCertificates;

/// <summary>Whose certificates are asked for and accepted, by OpenSSL's own check.</summary>
public sealed class ClientCertificateTests
{
    private const string Close = "GET / HTTP/1.1\r\nHost: @\r\nConnection: close\r\n\r\n";

    public static MatrixTheoryData<string, string> Versions(string[] who) => new(["-tls1_2", "-tls1_3"], who);

    public static MatrixTheoryData<string, string> Accepted => Versions(["alice", "bob with chain"]);

    [Theory]
    [MemberData(nameof(Accepted))]
    public async Task Require_Accepted_ShownToTheApplication(string version, string who)
    {
        await using var host = await StartAsync();

        var output = await ConnectAsync(host, version, who);

        Assert.Contains($"I am CN={who.Split(' ')[0]}.", output, StringComparison.Ordinal);
        Assert.Contains("Acceptable client certificate CA names", output, StringComparison.Ordinal);
        Assert.Contains("CN=client root", output, StringComparison.Ordinal);
        Assert.DoesNotContain("CN=stranger", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-tls1_3", "nobody", "certificate required", "no_client_certificate")]
    [InlineData("-tls1_2", "nobody", "handshake failure", "no_client_certificate")]
    [InlineData("-tls1_3", "mallory", "unknown ca", "unknown_authority")]
    [InlineData("-tls1_2", "mallory", "unknown ca", "unknown_authority")]
    [InlineData("-tls1_3", "self-signed", "unknown ca", "unknown_authority")]
    [InlineData("-tls1_3", "bob without chain", "unknown ca", "unknown_authority")]
    [InlineData("-tls1_3", "expired", "certificate expired", "expired")]
    [InlineData("-tls1_2", "expired", "certificate expired", "expired")]
    [InlineData("-tls1_3", "server", "unsupported certificate", "bad_certificate")]
    [InlineData("-tls1_3", "revoked", "certificate revoked", "revoked")]
    [InlineData("-tls1_2", "revoked", "certificate revoked", "revoked")]
    public async Task Require_NotAccepted_AlertAndReason(string version, string who, string alert, string reason)
    {
        await using var host = await StartAsync(tls => tls.RevocationLists.Add(RootList()));

        var output = await ConnectAsync(host, version, who);

        Assert.Contains($"alert {alert}", output, StringComparison.Ordinal);
        Assert.DoesNotContain("I am", output, StringComparison.Ordinal);
        await CountedAsync(host, reason);
    }

    [Fact]
    public async Task Refusal_LogSaysWhy()
    {
        await using var host = await StartAsync();

        await ConnectAsync(host, "-tls1_3", "expired");

        await host.Logs.SingleAsync(entry => entry.Category.StartsWith("Aeronet", StringComparison.Ordinal) && entry.Message.Contains("certificate verify failed (certificate has expired)", StringComparison.Ordinal), "the reason");
    }

    [Theory]
    [InlineData("nobody", "I am nobody.")]
    [InlineData("alice", "I am CN=alice.")]
    [InlineData("mallory", "alert unknown ca")]
    [InlineData("expired", "alert certificate expired")]
    public async Task Request_OnlyWhatIsShownIsChecked(string who, string expected)
    {
        await using var host = await StartAsync(tls => tls.ClientCertificates = TlsClientCertificates.Request);

        Assert.Contains(expected, await ConnectAsync(host, "-tls1_3", who), StringComparison.Ordinal);
        Assert.Contains(expected, await ConnectAsync(host, "-tls1_2", who), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disabled_NotAsked()
    {
        await using var host = await TlsHost.StartAsync(WhoAmI);

        var output = await ConnectAsync(host, "-tls1_3", "alice");

        Assert.Contains("No client certificate CA names sent", output, StringComparison.Ordinal);
        Assert.Contains("I am nobody.", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("intermediate alone", "bob without chain", "I am CN=bob.")]
    [InlineData("intermediate alone", "alice", "alert unknown ca")]
    [InlineData("the certificate itself", "self-signed", "I am CN=localhost.")]
    [InlineData("the certificate itself", "mallory", "alert unknown ca")]
    public async Task Trust_WhoIsNamed_NoOneElse(string trusted, string who, string expected)
    {
        await using var host = await StartAsync(tls =>
        {
            tls.TrustedClientAuthorities.Clear();
            tls.TrustedClientAuthorities.Add(trusted == "intermediate alone" ? ClientPki.Intermediate.Public() : Certificates.Ecdsa);
        });

        Assert.Contains(expected, await ConnectAsync(host, "-tls1_3", who), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trust_NobodyNamed_TheSystems()
    {
        await using var host = await StartAsync(tls => tls.TrustedClientAuthorities.Clear());

        var output = await ConnectAsync(host, "-tls1_3", "alice");

        Assert.Contains("No client certificate CA names sent", output, StringComparison.Ordinal);
        Assert.Contains("alert unknown ca", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("of the issuer", "alice", "I am CN=alice.")]
    [InlineData("of the root alone", "bob with chain", "alert unknown ca", "revocation_unknown")]
    [InlineData("of the intermediate alone", "bob with chain", "I am CN=bob.")]
    [InlineData("expired", "alice", "alert certificate expired", "revocation_unknown")]
    [InlineData("of another", "alice", "alert unknown ca", "revocation_unknown")]
    [InlineData("with the intermediate", "bob with chain", "alert certificate revoked", "revoked")]
    public async Task RevocationLists_IssuersMustBeCurrent_AuthoritiesAreCheckedToo(string lists, string who, string expected, string? reason = null)
    {
        var root = new Authority("client root two");
        var intermediate = new Authority("client intermediate two", root);
        var (alice, bob) = (root.Issue("alice"), intermediate.Issue("bob"));
        if (lists == "with the intermediate")
            root.Revoke(intermediate.Certificate);

        await using var host = await StartAsync(tls =>
        {
            tls.TrustedClientAuthorities.Clear();
            tls.TrustedClientAuthorities.Add(root.Public());
            foreach (var list in lists switch
            {
                "of the intermediate alone" => [intermediate.RevocationList()],
                "of another" => [ClientPki.Stranger.RevocationList()],
                "expired" => [root.RevocationList(expired: true)],
                "with the intermediate" => [root.RevocationList(), intermediate.RevocationList()],
                _ => new[] { root.RevocationList() },
            })
                tls.RevocationLists.Add(list);
        });
        using var pem = who == "alice" ? new PemFile(alice) : new PemFile(bob, intermediate.Certificate);

        var output = await OpensslClient.RunAsync(host, ["-tls1_3", "-cert", pem.Path, "-cert_chain", pem.Path], Close.Replace("@", "localhost", StringComparison.Ordinal));

        Assert.Contains(expected, output, StringComparison.Ordinal);
        if (reason is not null)
            await CountedAsync(host, reason);
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task Hosts_EachItsOwnPolicy(string version)
    {
        await using var host = await StartHostsAsync();

        Assert.Contains("I am nobody.", await ConnectAsync(host, version, "nobody", "-servername", "open.test"), StringComparison.Ordinal);
        Assert.Contains("I am nobody.", await ConnectAsync(host, version, "alice", "-servername", "open.test"), StringComparison.Ordinal);
        Assert.Contains("alert", await ConnectAsync(host, version, "nobody", "-servername", "a.test"), StringComparison.Ordinal);
        Assert.Contains("I am CN=alice.", await ConnectAsync(host, version, "alice", "-servername", "a.test"), StringComparison.Ordinal);
        Assert.Contains("alert unknown ca", await ConnectAsync(host, version, "mallory", "-servername", "a.test"), StringComparison.Ordinal);

        var stranger = await ConnectAsync(host, version, "mallory", "-servername", "stranger.test");
        Assert.Contains("I am CN=mallory.", stranger, StringComparison.Ordinal);
        Assert.Contains("CN=stranger", stranger, StringComparison.Ordinal);
        Assert.DoesNotContain("CN=client root", stranger, StringComparison.Ordinal);
        Assert.Contains("alert unknown ca", await ConnectAsync(host, version, "alice", "-servername", "stranger.test"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task Resumption_IntoHostWithClientCertificates_FullHandshake(string version)
    {
        await using var host = await StartHostsAsync();
        var session = Path.Combine(Path.GetTempPath(), $"aeronet-{Guid.NewGuid():N}.pem");
        try
        {
            await ConnectAsync(host, version, "nobody", "-servername", "open.test", "-sess_out", session);
            var again = await ConnectAsync(host, version, "nobody", "-servername", "open.test", "-sess_in", session);
            var bare = await ConnectAsync(host, version, "nobody", "-servername", "a.test", "-sess_in", session);
            var shown = await ConnectAsync(host, version, "alice", "-servername", "a.test", "-sess_in", session);

            Assert.Contains("Reused, TLS", again, StringComparison.Ordinal);
            Assert.Contains("alert", bare, StringComparison.Ordinal);
            Assert.DoesNotContain("Reused", bare, StringComparison.Ordinal);
            Assert.DoesNotContain("I am", bare, StringComparison.Ordinal);
            Assert.DoesNotContain("Reused", shown, StringComparison.Ordinal);
            Assert.Contains("I am CN=alice.", shown, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(session);
        }
    }

    [Theory]
    [InlineData("-tls1_2", "a.test")]
    [InlineData("-tls1_3", "a.test")]
    [InlineData("-tls1_2", "other.test")]
    [InlineData("-tls1_3", "other.test")]
    public async Task Resumption_OfHostWithClientCertificates_TurnedOff_NoTicketNoSession(string version, string name)
    {
        await using var host = await StartHostsAsync(defaultsToRequire: name == "other.test", resumes: false);
        var session = Path.Combine(Path.GetTempPath(), $"aeronet-{Guid.NewGuid():N}.pem");
        try
        {
            var first = await ConnectAsync(host, version, "alice", "-servername", name, "-sess_out", session);
            string[] resume = File.Exists(session) ? ["-sess_in", session] : [];
            var second = await ConnectAsync(host, version, "alice", ["-servername", name, .. resume]);
            var open = await ConnectAsync(host, version, "alice", ["-servername", "open.test", .. resume]);

            Assert.DoesNotContain("TLS session ticket:", first, StringComparison.Ordinal);
            Assert.Contains("I am CN=alice.", second, StringComparison.Ordinal);
            Assert.DoesNotContain("Reused", second, StringComparison.Ordinal);
            Assert.DoesNotContain("Reused", open, StringComparison.Ordinal);
            Assert.Contains("I am nobody.", open, StringComparison.Ordinal);
            Assert.Equal(0, host.Metrics.Total("kestrel.tls_handshake.duration", ("tls.resumed", true)));
        }
        finally
        {
            File.Delete(session);
        }
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task HttpClient_EveryRequestSeesIt(string version)
    {
        await using var host = await StartAsync();
        using var handler = KestrelHost.CreateHttpHandler(Certificates.Ecdsa);
        handler.SslOptions.ClientCertificates = [ClientPki.Alice];
        using var client = new HttpClient(handler) { DefaultRequestVersion = new Version(version), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.GetStringAsync($"https://localhost:{host.Port}/"))).OrTimeout("the answers");

        Assert.All(answers, answer => Assert.Equal("I am CN=alice.", answer));
    }

    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--http2")]
    public async Task Curl_WithCertificate_Answered(string http)
    {
        var curl = ExternalTool.Require("curl");
        await using var host = await StartAsync();
        using var pem = new PemFile(ClientPki.Alice);

        var result = await curl.RunAsync("-sSk", "--noproxy", "*", http, "--cert", pem.Path, $"https://127.0.0.1:{host.Port}/");
        var refused = await curl.RunAsync("-sSk", "--noproxy", "*", http, $"https://127.0.0.1:{host.Port}/");

        Assert.True(result.ExitCode == 0 && result.Output == "I am CN=alice.", $"{result}");
        Assert.NotEqual(0, refused.ExitCode);
    }

    [Fact]
    public async Task Negotiation_Later_AnswersWhatTheHandshakeKnows()
    {
        await using var host = await TlsHost.StartAsync(async context =>
        {
            using var certificate = await context.Connection.GetClientCertificateAsync();
            await context.Response.WriteAsync(certificate?.Subject ?? "none");
        });
        using var client = host.CreateHttpClient(HttpVersion.Version20, Certificates.Ecdsa);

        Assert.Equal("none", await client.GetStringAsync("/"));
    }

    [Fact]
    public async Task Certificate_OutlivesTheConnection()
    {
        var kept = new TaskCompletionSource<X509Certificate2?>();
        await using var host = await TlsHost.StartAsync(
            context =>
            {
                kept.TrySetResult(context.Connection.ClientCertificate);
                return Task.CompletedTask;
            },
            Require);

        await ConnectAsync(host, "-tls1_3", "alice");
        await Eventually.HoldsAsync(() => host.Metrics.Total("kestrel.active_connections") == 0, "the connection to end");

        Assert.Equal(ClientPki.Alice.RawData, (await kept.Task.OrTimeout("the certificate"))!.RawData);
    }

    internal static async Task<string> ConnectAsync(KestrelHost host, string version, string who, params string[] more)
    {
        using var pem = who switch
        {
            "nobody" => null,
            "alice" => new PemFile(ClientPki.Alice),
            "bob with chain" => new PemFile(ClientPki.Bob, ClientPki.Intermediate.Certificate),
            "bob without chain" => new PemFile(ClientPki.Bob),
            "mallory" => new PemFile(ClientPki.Mallory),
            "expired" => new PemFile(ClientPki.Expired),
            "server" => new PemFile(ClientPki.Server),
            "revoked" => new PemFile(ClientPki.Revoked),
            _ => new PemFile(Certificates.Ecdsa),
        };
        var name = more is ["-servername", var given, ..] ? given : "localhost";
        string[] certificate = pem is null ? [] : ["-cert", pem.Path, "-cert_chain", pem.Path];
        return await OpensslClient.RunAsync(host, [version, .. certificate, .. more], Close.Replace("@", name, StringComparison.Ordinal));
    }

    internal static Task CountedAsync(KestrelHost host, string reason) => Eventually.HoldsAsync(
        () => host.Metrics.Total("aeronet.tls.handshakes", ("error.type", reason)) == 1, $"{reason} to be counted", host.Metrics.ToString);

    internal static Task WhoAmI(HttpContext context) => context.Response.WriteAsync($"I am {context.Connection.ClientCertificate?.Subject ?? "nobody"}.");

    internal static void Require(AeronetTlsHostOptions tls)
    {
        tls.ClientCertificates = TlsClientCertificates.Require;
        tls.TrustedClientAuthorities.Add(ClientPki.Root.Public());
    }

    private static byte[] RootList()
    {
        // Made first, so that it is in the list.
        _ = ClientPki.Revoked;
        return ClientPki.Root.RevocationList();
    }

    private static Task<KestrelHost> StartAsync(Action<AeronetTlsOptions>? change = null) => TlsHost.StartAsync(WhoAmI, tls =>
    {
        Require(tls);
        change?.Invoke(tls);
    });

    private static Task<KestrelHost> StartHostsAsync(bool defaultsToRequire = false, bool? resumes = null) => TlsHost.StartAsync(WhoAmI, tls =>
    {
        var (a, stranger, open) = (new AeronetTlsHostOptions(), new AeronetTlsHostOptions(), new AeronetTlsHostOptions());
        Require(a);
        stranger.ClientCertificates = TlsClientCertificates.Require;
        stranger.TrustedClientAuthorities.Add(ClientPki.Stranger.Public());
        open.ClientCertificates = TlsClientCertificates.Disabled;
        (tls.Hosts["a.test"], tls.Hosts["stranger.test"], tls.Hosts["open.test"]) = (a, stranger, open);
        tls.SessionTickets.ClientCertificates = resumes;
        if (defaultsToRequire)
            Require(tls);
    });
}
