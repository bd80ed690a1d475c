using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Tls.Tests.Tickets;
using Aeronet.AspNetCore.Transport.Tls.Revocation;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Tls.Tests.ClientCertificates;

/// <summary>A client comes back with a ticket that has its certificate in it: what is true of the certificate now counts, not what was when it was shown.</summary>
public sealed class ResumptionTests : IDisposable
{
    private readonly TempFiles _files = new();
    private readonly Authority _root = new("resuming root");
    private readonly ManualTime _time = new(DateTimeOffset.UtcNow);

    // What s_client prints of one.
    private const string Ticket = "TLS session ticket:";

    public static TheoryData<string> Versions => ["-tls1_2", "-tls1_3"];

    public void Dispose() => _files.Dispose();

    [Theory, MemberData(nameof(Versions))]
    public async Task Accepted_Resumes_AndTheApplicationSeesTheCertificate(string version)
    {
        var intermediate = new Authority("resuming intermediate", _root);
        var (alice, bob) = (_root.Issue("alice"), intermediate.Issue("bob"));
        await using var host = await StartAsync();
        foreach (var (certificate, chain) in new[] { (alice, Array.Empty<X509Certificate2>()), (bob, [intermediate.Certificate]) })
        {
            using var client = new Client(_files, version, certificate, chain);
            for (var i = 0; i < 4; i++)
            {
                var output = await client.ConnectAsync(host);
                Assert.Contains($"I am {certificate.Subject}.", output, StringComparison.Ordinal);
                Assert.Equal(i > 0, IsResumed(output));
            }
        }

        Assert.Equal(6, host.Metrics.Total("aeronet.tls.handshakes", ("tls.resumed", true)));
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task HttpClient_Resumes(string version)
    {
        await using var host = await StartAsync();
        var alice = _root.Issue("alice");

        // Exported, or SslStream has a key of its own for each connection.
        using var certificate = X509CertificateLoader.LoadPkcs12(alice.Export(X509ContentType.Pkcs12), null);
        for (var i = 0; i < 3; i++)
        {
            using var handler = new SocketsHttpHandler();
            handler.SslOptions.EnabledSslProtocols = version == "-tls1_2" ? SslProtocols.Tls12 : SslProtocols.Tls13;
            handler.SslOptions.ClientCertificates = [certificate];
            handler.SslOptions.RemoteCertificateValidationCallback = (_, server, _, _) => Certificates.IsOurs(server);
            using var client = new HttpClient(handler);
            Assert.Equal("I am CN=alice.", await client.GetStringAsync(new Uri($"https://localhost:{host.Port}/"), TestContext.Current.CancellationToken));
        }

        Assert.Equal(2, host.Metrics.Total("aeronet.tls.handshakes", ("tls.resumed", true)));
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task RevokedSince_ByAListInAFile_Refused(string version)
    {
        var (alice, bob) = (_root.Issue("alice"), _root.Issue("bob"));
        var list = _files.Write("a.crl", _root.RevocationList());
        await using var host = await StartConfiguredAsync($"Aeronet:Tls:RevocationLists={list}");
        using var client = new Client(_files, version, alice);
        using var other = new Client(_files, version, bob);
        await client.ConnectAsync(host);
        await other.ConnectAsync(host);
        Assert.True(IsResumed(await client.ConnectAsync(host)));

        _root.Revoke(alice);
        _files.Write("a.crl", _root.RevocationList());
        await ReloadedAsync(host);

        var output = await client.ConnectAsync(host);
        Assert.Contains("alert certificate revoked", output, StringComparison.Ordinal);
        Assert.False(IsResumed(output));

        // The others' sessions outlive the list.
        Assert.True(IsResumed(await other.ConnectAsync(host)));
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task RevokedSince_ByAListFromAnAddress_Refused(string version)
    {
        var alice = _root.Issue("alice");
        await using var server = await ListServer.StartAsync(_root.RevocationList());
        await using var host = await StartAsync(tls => tls.RevocationUrls.Add(server.Url));
        using var client = new Client(_files, version, alice);
        await client.ConnectAsync(host);
        Assert.True(IsResumed(await client.ConnectAsync(host)));

        _root.Revoke(alice);
        server.List = _root.RevocationList(TimeSpan.FromHours(-1), TimeSpan.FromHours(20));
        await _time.AdvanceAsync<WeakReference<FetchedList>>(TimeSpan.FromHours(1));
        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.tls.revocation.fetches", ("aeronet.tls.revocation.result", "updated")) == 2, "the new list");

        Assert.Contains("alert certificate revoked", await client.ConnectAsync(host), StringComparison.Ordinal);
        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.tls.ticket.declined", ("aeronet.ticket.reason", "client_certificate")) == 1, "the ticket to be counted");
        Assert.Equal(2, host.Metrics.Total("aeronet.tls.tickets", ("aeronet.ticket.key", "current")));
        Assert.Equal(1, host.Metrics.Count("aeronet.tls.ticket.age"));
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task AuthorityNoLongerTrusted_Refused(string version)
    {
        var alice = _root.Issue("alice");
        await using var host = await StartConfiguredAsync("");
        using var client = new Client(_files, version, alice);
        await client.ConnectAsync(host);
        Assert.True(IsResumed(await client.ConnectAsync(host)));

        _files.WriteCertificate("ca.pem", ClientPki.Stranger.Public());
        await ReloadedAsync(host);

        Assert.Contains("alert unknown ca", await client.ConnectAsync(host), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Versions))]
    public Task ExpiredSince_Refused(string version) => GrowingTime.TryAsync("two handshakes", async time =>
    {
        var ends = DateTime.UtcNow + TimeSpan.FromSeconds(4) + time;
        var alice = _root.Issue("alice", ends - DateTime.UtcNow);
        await using var host = await StartAsync();
        using var client = new Client(_files, version, alice);
        await client.ConnectAsync(host);
        var second = await client.ConnectAsync(host);
        if (DateTime.UtcNow > ends - TimeSpan.FromSeconds(1))
            return false;

        Assert.True(IsResumed(second));

        await Task.Delay(ends + TimeSpan.FromSeconds(1) - DateTime.UtcNow, TestContext.Current.CancellationToken);

        Assert.Contains("alert certificate expired", await client.ConnectAsync(host), StringComparison.Ordinal);
        return true;
    });

    [Theory, MemberData(nameof(Versions))]
    public async Task Validation_AskedEachTime(string version)
    {
        var alice = _root.Issue("alice");
        var asked = 0;
        var answer = true;
        await using var host = await StartAsync(tls => tls.ClientCertificateValidation = (certificate, _, reason) =>
        {
            Interlocked.Increment(ref asked);
            Assert.True(Thread.CurrentThread.IsThreadPoolThread);
            return answer && reason is null ? certificate.Subject == "CN=alice" : throw new InvalidOperationException("no more");
        });
        using var client = new Client(_files, version, alice);
        await client.ConnectAsync(host);
        Assert.True(IsResumed(await client.ConnectAsync(host)));
        Assert.Equal(2, asked);

        answer = false;

        // About the ticket, and about the certificate that is shown then.
        Assert.Contains("alert bad certificate", await client.ConnectAsync(host), StringComparison.Ordinal);
        Assert.Equal(4, asked);
        await Eventually.HoldsAsync(() => host.Logs.From("Aeronet", LogLevel.Warning).Any(entry => entry.Exception?.Message == "no more"), "the exception to be logged");
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Checker_AskedAgainWhenItsAnswerIsOld(string version)
    {
        var alice = _root.Issue("alice");
        var checker = new Checker();
        await using var host = await StartAsync(services: services => services.AddSingleton<ITlsRevocationChecker>(checker));
        using var client = new Client(_files, version, alice);
        await client.ConnectAsync(host);
        checker.Answer = TlsRevocationStatus.Revoked;
        Assert.True(IsResumed(await client.ConnectAsync(host)));

        _time.Advance(TimeSpan.FromMinutes(6));

        Assert.Contains("alert certificate revoked", await client.ConnectAsync(host), StringComparison.Ordinal);
    }

    /// <summary>Of hosts with other authorities, of one that asks nobody, and of one with the same policy and another name.</summary>
    [Theory, MemberData(nameof(Versions))]
    public async Task Hosts_NeverResumeEachOthersSessions(string version)
    {
        var alice = _root.Issue("alice");
        await using var host = await StartAsync(tls =>
        {
            var (same, both, stranger, request) = (new AeronetTlsHostOptions(), new AeronetTlsHostOptions(), new AeronetTlsHostOptions(), new AeronetTlsHostOptions());
            both.TrustedClientAuthorities.Add(_root.Public());
            both.TrustedClientAuthorities.Add(ClientPki.Stranger.Public());
            stranger.TrustedClientAuthorities.Add(ClientPki.Stranger.Public());
            request.ClientCertificates = TlsClientCertificates.Request;
            (tls.Hosts["same.test"], tls.Hosts["both.test"], tls.Hosts["stranger.test"], tls.Hosts["request.test"]) = (same, both, stranger, request);
            tls.Hosts["open.test"] = new AeronetTlsHostOptions { ClientCertificates = TlsClientCertificates.Disabled };
        });
        string[] names = ["localhost", "same.test", "both.test", "request.test", "open.test"];
        foreach (var from in names)
        {
            foreach (var to in names)
            {
                using var client = new Client(_files, version, alice);
                await client.ConnectAsync(host, from);
                var output = await client.ConnectAsync(host, to);
                Assert.Equal(from == to, IsResumed(output));
                Assert.Contains(to == "open.test" ? "I am nobody." : "I am CN=alice.", output, StringComparison.Ordinal);
            }

            using var stranger = new Client(_files, version, alice);
            await stranger.ConnectAsync(host, from);
            Assert.Contains("alert unknown ca", await stranger.ConnectAsync(host, "stranger.test"), StringComparison.Ordinal);
        }
    }

    /// <summary>Who had no certificate to show may have one now, so that a ticket would be of no use.</summary>
    [Theory, MemberData(nameof(Versions))]
    public async Task Request_ClientWithoutCertificate_GetsNoTicket(string version)
    {
        await using var host = await StartAsync(tls => tls.ClientCertificates = TlsClientCertificates.Request);
        using var client = new Client(_files, version, null);

        for (var i = 0; i < 2; i++)
        {
            var output = await client.ConnectAsync(host);
            Assert.Contains("I am nobody.", output, StringComparison.Ordinal);
            Assert.DoesNotContain(Ticket, output, StringComparison.Ordinal);
            Assert.False(IsResumed(output));
        }

        Assert.Equal(0, host.Metrics.Count("aeronet.tls.tickets"));
        client.Certificate = _root.Issue("alice");
        Assert.Contains(Ticket, await client.ConnectAsync(host), StringComparison.Ordinal);
        Assert.True(IsResumed(await client.ConnectAsync(host)));
    }

    /// <summary>Without what it sent beside its certificate, that would lead to no authority.</summary>
    [Theory, MemberData(nameof(Versions))]
    public async Task ChainTooLongForATicket_GetsNone(string version)
    {
        var intermediate = new Authority("resuming intermediate", _root);
        await using var host = await StartAsync();
        using var client = new Client(_files, version, intermediate.Issue("bob"), [.. Enumerable.Repeat(intermediate.Certificate, 24)]);

        for (var i = 0; i < 2; i++)
        {
            var output = await client.ConnectAsync(host);
            Assert.Contains("I am CN=bob.", output, StringComparison.Ordinal);
            Assert.DoesNotContain(Ticket, output, StringComparison.Ordinal);
        }

        Assert.Equal(0, host.Metrics.Count("aeronet.tls.tickets"));
    }

    [Theory]
    [InlineData("-tls1_2", SessionTicketKeySource.Process, null, true)]
    [InlineData("-tls1_3", SessionTicketKeySource.Process, null, true)]
    [InlineData("-tls1_2", SessionTicketKeySource.Process, false, false)]
    [InlineData("-tls1_3", SessionTicketKeySource.Process, false, false)]
    [InlineData("-tls1_3", SessionTicketKeySource.Secret, null, false)]
    [InlineData("-tls1_3", SessionTicketKeySource.Secret, true, true)]
    public async Task KeysThatOthersHave_OnlyWhereItIsSaid(string version, SessionTicketKeySource source, bool? option, bool resumes)
    {
        await using var host = await StartAsync(tls =>
        {
            tls.SessionTickets.ClientCertificates = option;
            tls.SessionTickets.Keys.Source = source;
            tls.SessionTickets.Keys.Secret = source == SessionTicketKeySource.Secret ? new string('s', 32) : null;
        });
        using var client = new Client(_files, version, _root.Issue("alice"));

        await client.ConnectAsync(host);

        Assert.Equal(resumes, IsResumed(await client.ConnectAsync(host)));
    }

    private static bool IsResumed(string output) => output.Contains("Reused, ", StringComparison.Ordinal);

    private static async Task ReloadedAsync(KestrelHost host)
    {
        var results = await host.Services.GetRequiredService<ITlsCertificateManager>().ReloadAsync(TestContext.Current.CancellationToken);
        Assert.All(results, result => Assert.Null(result.Failure));
    }

    private Task<KestrelHost> StartConfiguredAsync(string more) => KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
    {
        Builder = builder => builder.Configuration.AddInMemoryCollection(ConfiguredHost.Parse(
            $"""
             Aeronet:Tls:Certificate:Path={_files.WriteCertificate("s.pem", Certificates.Ecdsa)}
             Aeronet:Tls:Certificate:KeyPath={_files.WriteKey("s.key", Certificates.Ecdsa)}
             Aeronet:Tls:ClientCertificates=Require
             Aeronet:Tls:TrustedClientAuthorities={_files.WriteCertificate("ca.pem", _root.Public())}
             {more}
             """)),
        Listen = listen => listen.UseAeronetTls(),
        App = app => app.Run(ClientCertificateTests.WhoAmI),
    });

    private Task<KestrelHost> StartAsync(Action<AeronetTlsOptions>? change = null, Action<IServiceCollection>? services = null) => KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
    {
        Builder = builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(_time);
            services?.Invoke(builder.Services);
        },
        Listen = listen => listen.UseAeronetTls(tls =>
        {
            tls.Certificates.Add(Certificates.Ecdsa);
            tls.ClientCertificates = TlsClientCertificates.Require;
            tls.TrustedClientAuthorities.Add(_root.Public());
            change?.Invoke(tls);
        }),
        App = app => app.Run(ClientCertificateTests.WhoAmI),
    });

    private sealed class Checker : ITlsRevocationChecker
    {
        public TlsRevocationStatus Answer { get; set; } = TlsRevocationStatus.Good;

        public ValueTask<TlsRevocationStatus> CheckAsync(TlsRevocationQuery query, CancellationToken cancellationToken) => ValueTask.FromResult(Answer);
    }

    /// <summary>openssl s_client with a certificate and the session of its last connection.</summary>
    private sealed class Client(TempFiles files, string version, X509Certificate2? certificate, params X509Certificate2[] chain) : IDisposable
    {
        private readonly string _session = files[$"{Guid.NewGuid():N}.session"];

        public X509Certificate2? Certificate { get; set; } = certificate;

        public async Task<string> ConnectAsync(KestrelHost host, string name = "localhost")
        {
            using var pem = Certificate is null ? null : new PemFile(Certificate, chain);
            string[] own = pem is null ? [] : ["-cert", pem.Path, "-cert_chain", pem.Path];
            string[] resume = File.Exists(_session) ? ["-sess_in", _session] : [];
            return await OpensslClient.RunAsync(
                host, [version, "-servername", name, .. own, .. resume, "-sess_out", _session], $"GET / HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n");
        }

        public void Dispose() => File.Delete(_session);
    }
}
