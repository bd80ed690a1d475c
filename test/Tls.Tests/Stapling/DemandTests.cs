using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Tls.Tests.Tickets;
using Aeronet.AspNetCore.Transport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Tls.Tests.Stapling;

/// <summary>Certificates that tell clients to refuse them without a staple (RFC 7633), and reloads.</summary>
public sealed class DemandTests : IDisposable
{
    private readonly TempFiles _files = new();
    private readonly StapleAuthority _authority;

    public DemandTests() => _authority = new StapleAuthority(_files);

    public void Dispose()
    {
        _authority.Dispose();
        _files.Dispose();
    }

    [Fact]
    public async Task Start_WithASlowResponder_WaitsForTheFirstStaple()
    {
        await using var responder = await FakeResponder.StartAsync();
        var certificate = _authority.Issue(responder.Address, demands: true);
        AnswerSlowly(responder, certificate);

        await using var host = await StapleHost.StartAsync(_authority, certificate);

        Assert.Equal("good", await StapleClient.AskAsync(host));
        Assert.True(StapleClient.StatusOf(host).Single().DemandsStaple);
        Assert.Empty(Missing(host));
    }

    [Fact]
    public async Task Start_WithADeadResponder_ServesWithoutAndSaysSoLoudly()
    {
        var started = Stopwatch.GetTimestamp();
        await using var host = await StapleHost.StartAsync(
            _authority, _authority.Issue("http://127.0.0.1:1/", demands: true), options => options.OcspStapling.StartupWait = TimeSpan.FromMilliseconds(400));

        Assert.True(Stopwatch.GetElapsedTime(started) > TimeSpan.FromMilliseconds(390));
        Assert.Equal(StapleClient.None, await StapleClient.AskAsync(host));
        Assert.Contains("127.0.0.1:1", Assert.Single(Missing(host)).Message, StringComparison.Ordinal);
        Assert.Equal(LogLevel.Error, Missing(host)[0].Level);
    }

    [Fact]
    public async Task Start_OfACertificateThatDemandsNothing_WaitsForNobody()
    {
        await using var responder = await FakeResponder.StartAsync();
        responder.Answer(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        await using var host = await StapleHost.StartAsync(_authority, _authority.Issue(responder.Address), options => options.OcspStapling.StartupWait = TimeSpan.FromMinutes(1));

        Assert.Equal(StapleClient.None, await StapleClient.AskAsync(host));
        await Eventually.HoldsAsync(() => responder.Asked == 1, "the responder to be asked");
    }

    [Theory]
    [InlineData(false, "http://127.0.0.1:1/", "Enabled is false")]
    [InlineData(true, null, "names no responder")]
    public async Task Stapling_OffOrImpossible_SaysSo(bool enabled, string? address, string reason)
    {
        await using var host = await StapleHost.StartAsync(_authority, _authority.Issue(address, demands: true), options => options.OcspStapling.Enabled = enabled);

        Assert.Contains(reason, Assert.Single(Missing(host)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reload_OfTheSameCertificate_KeepsItsStaple()
    {
        await using var responder = await FakeResponder.StartAsync();
        var certificate = _authority.Issue(responder.Address);
        responder.AnswerGood(_authority, certificate, TimeProvider.System, TimeSpan.FromHours(2));
        await using var host = await ConfiguredHost.StartAsync(Configuration(certificate));
        await StapleClient.UntilAsync(host, TlsStapleState.Good);
        responder.Answer([]);

        for (var i = 0; i < 3; i++)
            Assert.All(await host.Services.GetRequiredService<ITlsCertificateManager>().ReloadAsync(TestContext.Current.CancellationToken), result => Assert.Null(result.Failure));

        Assert.Equal("good", await StapleClient.AskAsync(host));
        Assert.Equal(1, responder.Asked);
    }

    [Fact]
    public async Task Reload_OfAnotherCertificate_StapledFromItsFirstHandshakeOnWhereItDemandsSo()
    {
        await using var responder = await FakeResponder.StartAsync();
        var (first, second) = (_authority.Issue(responder.Address), _authority.Issue(responder.Address, demands: true));
        responder.AnswerGood(_authority, first, TimeProvider.System, TimeSpan.FromHours(2));
        await using var host = await ConfiguredHost.StartAsync(Configuration(first));
        await StapleClient.UntilAsync(host, TlsStapleState.Good);
        AnswerSlowly(responder, second);
        var fingerprint = StapleClient.StatusOf(host).Single().Fingerprint;

        Configuration(second);
        await host.Services.GetRequiredService<ITlsCertificateManager>().ReloadAsync(TestContext.Current.CancellationToken);

        var status = StapleClient.StatusOf(host).Single();
        Assert.NotEqual(fingerprint, status.Fingerprint);
        Assert.Equal(TlsStapleState.Good, status.Staple);
        Assert.Equal("good", await StapleClient.AskAsync(host));
        Assert.Empty(Missing(host));
    }

    [Fact]
    public async Task Reload_ToACertificateWithoutAResponder_NobodyIsAskedOnForTheOldOne()
    {
        await using var responder = await FakeResponder.StartAsync();
        var time = new ManualTime(DateTimeOffset.UtcNow);
        var (first, second) = (_authority.Issue(responder.Address), _authority.Issue(null));
        responder.AnswerGood(_authority, first, time, TimeSpan.FromHours(2));
        await using var host = await ConfiguredHost.StartAsync(Configuration(first), builder: builder => builder.Services.AddSingleton<TimeProvider>(time));
        await StapleClient.UntilAsync(host, TlsStapleState.Good);

        Configuration(second);
        await host.Services.GetRequiredService<ITlsCertificateManager>().ReloadAsync(TestContext.Current.CancellationToken);
        for (var hour = 0; hour < 24; hour++)
        {
            time.Advance(TimeSpan.FromHours(1));
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Assert.Equal(1, responder.Asked);
        Assert.Equal(TlsStapleState.None, StapleClient.StatusOf(host).Single().Staple);
        Assert.Equal(StapleClient.None, await StapleClient.AskAsync(host));
    }

    [Fact]
    public async Task Observers_AreTold()
    {
        await using var responder = await FakeResponder.StartAsync();
        var certificate = _authority.Issue(responder.Address, demands: true);
        AnswerSlowly(responder, certificate);
        var told = new System.Collections.Concurrent.ConcurrentQueue<TlsHandshakeEvent>();
        await using var host = await StapleHost.StartAsync(
            options =>
            {
                options.Certificates.Add(certificate);
                options.Intermediates.Add(_authority.Certificate);
            },
            builder: builder => builder.Services.AddSingleton<ITlsHandshakeObserver>(new Observer(told)));

        Assert.Equal("good", await StapleClient.AskAsync(host));
        await OpensslClient.RunAsync(host, [], "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        await Eventually.HoldsAsync(() => told.Count == 2, "two events");

        Assert.Equal([true, false], told.Select(each => each.Stapled));
    }

    private sealed class Observer(System.Collections.Concurrent.ConcurrentQueue<TlsHandshakeEvent> told) : ITlsHandshakeObserver
    {
        public void OnSucceeded(TlsHandshakeEvent handshake) => told.Enqueue(handshake);
    }

    private static LogEntry[] Missing(KestrelHost host) => [.. host.Logs.Entries.Where(entry => entry.EventId.Name == "MustStapleMissing")];

    private void AnswerSlowly(FakeResponder responder, X509Certificate2 certificate) => responder.Answer(async context =>
    {
        await Task.Delay(500);
        await context.Response.Body.WriteAsync(OcspResponses.Make(_authority.Certificate, certificate, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddHours(1)));
    });

    private string Configuration(X509Certificate2 certificate)
    {
        _files.WriteKey("site.key", certificate);
        _files.WriteCertificate("site.pem", certificate, _authority.Certificate);
        return $"""
            Aeronet:Tls:Certificate:Path={_files["site.pem"]}
            Aeronet:Tls:Certificate:KeyPath={_files["site.key"]}
            """;
    }
}
