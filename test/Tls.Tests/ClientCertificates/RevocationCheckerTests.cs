using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Tls.Tests.Tickets;
using Aeronet.AspNetCore.Transport;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Tls.Tests.ClientCertificates;

/// <summary>The application's own word on whether client certificates were revoked.</summary>
public sealed class RevocationCheckerTests
{
    private readonly ManualTime _time = new(DateTimeOffset.UtcNow);

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task Checker_SeesCertificateAndIssuer_OnTheThreadPool_AndDecides(string version)
    {
        var checker = new Checker((query, _) => query.Certificate.Subject == "CN=alice" ? TlsRevocationStatus.Good : TlsRevocationStatus.Revoked);
        await using var host = await StartAsync(checker);

        Assert.Contains("I am CN=alice.", await ClientCertificateTests.ConnectAsync(host, version, "alice"), StringComparison.Ordinal);
        Assert.Contains("alert certificate revoked", await ClientCertificateTests.ConnectAsync(host, version, "bob with chain"), StringComparison.Ordinal);
        Assert.Contains("alert unknown ca", await ClientCertificateTests.ConnectAsync(host, version, "mallory"), StringComparison.Ordinal);

        // Whom OpenSSL refuses nobody is asked about: everybody can make such a certificate.
        Assert.Equal(["CN=alice by CN=client root True", "CN=bob by CN=client intermediate True"], checker.Seen);
        await ClientCertificateTests.CountedAsync(host, "revoked");
    }

    [Fact]
    public async Task Answer_KeptForItsLifetime_PerCertificate()
    {
        var checker = new Checker((_, _) => TlsRevocationStatus.Good);
        await using var host = await StartAsync(checker, tls => tls.Revocation.CheckLifetime = TimeSpan.FromMinutes(7));
        for (var i = 0; i < 3; i++)
            Assert.Contains("I am CN=alice.", await ClientCertificateTests.ConnectAsync(host, "-tls1_3", "alice"), StringComparison.Ordinal);

        Assert.Single(checker.Seen);
        await ClientCertificateTests.ConnectAsync(host, "-tls1_3", "bob with chain");
        Assert.Equal(2, checker.Seen.Count);

        _time.Advance(TimeSpan.FromMinutes(8));
        await ClientCertificateTests.ConnectAsync(host, "-tls1_3", "alice");
        Assert.Equal(3, checker.Seen.Count);
        Assert.Equal(3, host.Metrics.Total("aeronet.tls.revocation.checks", ("aeronet.tls.revocation.result", "good")));
    }

    [Fact]
    public async Task ManyAtOnce_WithOneCertificate_OneQuestion()
    {
        using var release = new SemaphoreSlim(0);
        var checker = new Checker((_, _) =>
        {
            release.Wait(CancellationToken.None);
            return TlsRevocationStatus.Good;
        });
        await using var host = await StartAsync(checker, tls => tls.Revocation.CheckTimeout = TimeSpan.FromSeconds(50));

        var clients = Enumerable.Range(0, 4).Select(_ => ClientCertificateTests.ConnectAsync(host, "-tls1_3", "alice")).ToArray();
        await Eventually.HoldsAsync(() => checker.Seen.Count == 1 && host.Metrics.Total("kestrel.active_tls_handshakes") == 4, "all to wait");
        release.Release();

        Assert.All(await Task.WhenAll(clients).OrTimeout("the clients"), output => Assert.Contains("I am CN=alice.", output, StringComparison.Ordinal));
        Assert.Single(checker.Seen);
    }

    [Theory]
    [InlineData("unknown", TlsRevocationFailure.Hard, "alert unknown ca")]
    [InlineData("unknown", TlsRevocationFailure.Soft, "I am CN=alice.")]
    [InlineData("failed", TlsRevocationFailure.Hard, "alert unknown ca")]
    [InlineData("failed", TlsRevocationFailure.Soft, "I am CN=alice.")]
    [InlineData("timeout", TlsRevocationFailure.Hard, "alert unknown ca")]
    [InlineData("timeout", TlsRevocationFailure.Soft, "I am CN=alice.")]
    [InlineData("timeout of a blocked thread", TlsRevocationFailure.Hard, "alert unknown ca")]
    public async Task NobodyCanSay_HardRefusesSoftLetsIn(string what, TlsRevocationFailure failure, string expected)
    {
        using var release = new ManualResetEventSlim();
        await using var host = await StartAsync(
            new Checker((_, token) =>
            {
                switch (what)
                {
                    case "failed":
                        throw new InvalidOperationException("the responder is down");
                    case "timeout":
                        token.WaitHandle.WaitOne();
                        token.ThrowIfCancellationRequested();
                        break;
                    case "timeout of a blocked thread":
                        release.Wait(TimeSpan.FromMinutes(5), CancellationToken.None);
                        break;
                }

                return TlsRevocationStatus.Unknown;
            }),
            tls =>
            {
                tls.Revocation.CheckTimeout = what.StartsWith("timeout", StringComparison.Ordinal) ? TimeSpan.FromMilliseconds(300) : TimeSpan.FromSeconds(50);
                tls.RevocationFailure = failure;
                tls.HandshakeTimeout = TimeSpan.FromMinutes(5);
            });

        // Which bounds the wait: what would hold it up longer goes on for minutes.
        Assert.Contains(expected, await ClientCertificateTests.ConnectAsync(host, "-tls1_3", "alice"), StringComparison.Ordinal);

        var result = what.Split(' ')[0];
        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.tls.revocation.checks", ("aeronet.tls.revocation.result", result)) == 1, "the check to be counted", host.Metrics.ToString);
        if (failure == TlsRevocationFailure.Hard)
            await ClientCertificateTests.CountedAsync(host, "revocation_unknown");
        else
            Assert.Equal(1, host.Metrics.Total("aeronet.tls.revocation.unchecked"));

        if (result != "unknown")
            Assert.Single(host.Logs.From("Aeronet", LogLevel.Warning), entry => entry.Message.Contains("ITlsRevocationChecker", StringComparison.Ordinal));

        release.Set();
    }

    /// <summary>That nobody can say is not kept as long as an answer.</summary>
    [Fact]
    public async Task Unknown_AskedAgainSoon()
    {
        var answer = TlsRevocationStatus.Unknown;
        await using var host = await StartAsync(new Checker((_, _) => answer));
        Assert.Contains("alert unknown ca", await ClientCertificateTests.ConnectAsync(host, "-tls1_3", "alice"), StringComparison.Ordinal);

        answer = TlsRevocationStatus.Good;
        _time.Advance(TimeSpan.FromSeconds(11));

        Assert.Contains("I am CN=alice.", await ClientCertificateTests.ConnectAsync(host, "-tls1_3", "alice"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validation_HearsOfIt_AndHasTheLastWord()
    {
        var reasons = new ConcurrentQueue<string?>();
        await using var host = await StartAsync(new Checker((_, _) => TlsRevocationStatus.Revoked), tls => tls.ClientCertificateValidation = (_, _, reason) =>
        {
            reasons.Enqueue(reason);
            return true;
        });

        Assert.Contains("I am CN=alice.", await ClientCertificateTests.ConnectAsync(host, "-tls1_3", "alice"), StringComparison.Ordinal);
        Assert.Equal(["certificate revoked"], reasons);
    }

    [Fact]
    public async Task HostThatAsksNobody_NotAsked()
    {
        var checker = new Checker((_, _) => TlsRevocationStatus.Revoked);
        await using var host = await StartAsync(checker, tls => tls.Hosts["open.test"] = new AeronetTlsHostOptions { ClientCertificates = TlsClientCertificates.Disabled });

        Assert.Contains("I am nobody.", await ClientCertificateTests.ConnectAsync(host, "-tls1_3", "alice", "-servername", "open.test"), StringComparison.Ordinal);
        Assert.Empty(checker.Seen);
    }

    [Fact]
    public async Task KestrelsTls_CannotAsk_FailsTheStart()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(
            new Checker((_, _) => TlsRevocationStatus.Good), builder: builder => builder.Services.AddSingleton(new TlsLibrary("this test has none"))));

        Assert.Contains("ITlsRevocationChecker", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    private Task<KestrelHost> StartAsync(Checker checker, Action<AeronetTlsOptions>? change = null, Action<WebApplicationBuilder>? builder = null) => KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
    {
        Builder = web =>
        {
            web.Services.AddSingleton<TimeProvider>(_time);
            web.Services.AddSingleton<ITlsRevocationChecker>(checker);
            builder?.Invoke(web);
        },
        Listen = listen => listen.UseAeronetTls(tls =>
        {
            tls.Certificates.Add(Certificates.Ecdsa);
            ClientCertificateTests.Require(tls);
            change?.Invoke(tls);
        }),
        App = app => app.Run(ClientCertificateTests.WhoAmI),
    });

    private sealed class Checker(Func<TlsRevocationQuery, CancellationToken, TlsRevocationStatus> answer) : ITlsRevocationChecker
    {
        private readonly ConcurrentQueue<string> _seen = [];

        public IReadOnlyCollection<string> Seen => _seen;

        public ValueTask<TlsRevocationStatus> CheckAsync(TlsRevocationQuery query, CancellationToken cancellationToken)
        {
            _seen.Enqueue($"{query.Certificate.Subject} by {query.Issuer?.Subject} {Thread.CurrentThread.IsThreadPoolThread}");
            return ValueTask.FromResult(answer(query, cancellationToken));
        }
    }
}
