using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Tls.Tests.Tickets;
using Aeronet.AspNetCore.Transport;
using Aeronet.AspNetCore.Transport.Tls.Stapling;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Tls.Tests.Stapling;

/// <summary>Renewals by the clock, and what happens when there are none.</summary>
public sealed class ScheduleTests : IAsyncDisposable
{
    private const string Fetches = "aeronet.tls.staple.fetches";

    private static readonly TimeSpan s_life = TimeSpan.FromHours(2);

    private readonly TempFiles _files = new();
    private readonly StapleAuthority _authority;
    private readonly ManualTime _time = new(DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds()));
    private FakeResponder? _responder;
    private X509Certificate2 _certificate = null!;
    private bool _isDown;

    public ScheduleTests() => _authority = new StapleAuthority(_files);

    public async ValueTask DisposeAsync()
    {
        if (_responder is not null)
            await _responder.DisposeAsync();

        _authority.Dispose();
        _files.Dispose();
    }

    [Fact]
    public async Task Staples_ThroughADay_RenewedAtHalfTheirLife()
    {
        await using var host = await StartAsync();
        for (var minutes = 0; minutes < 24 * 60; minutes += 5)
        {
            _time.Advance(TimeSpan.FromMinutes(5));

            // A tenth of its life after its middle at the latest, and the minute in which the clock is looked at.
            await Eventually.HoldsAsync(
                () => _time.GetUtcNow() - Status(host).StapleUpdatedAt <= (s_life * 0.6) + TimeSpan.FromMinutes(1), $"renewal after {minutes + 5} minutes", () => Status(host).ToString());
        }

        Assert.InRange(host.Metrics.Total(Fetches), 20, 25);
        Assert.Equal(host.Metrics.Total(Fetches), host.Metrics.Total(Fetches, ("aeronet.staple.result", "good")));
        Assert.Equal("good", await StapleClient.AskAsync(host));
        Assert.DoesNotContain(host.Logs.Entries, entry => entry.EventId.Name is "StapleFailed" or "StapleExpired");
    }

    [Fact]
    public async Task Responder_Dies_TheLastIsSentToItsEndAndNoLonger()
    {
        await using var host = await StartAsync();
        var ends = Status(host).StapleExpiresAt!.Value;
        _isDown = true;

        // Attempts fail meanwhile.
        while (_time.GetUtcNow() < ends - TimeSpan.FromMinutes(10))
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }

        await Eventually.HoldsAsync(() => host.Metrics.Total(Fetches, ("aeronet.staple.result", "http_error")) > 0, "a failure");
        _time.Advance(ends - TimeSpan.FromSeconds(1) - _time.GetUtcNow());
        Assert.Equal("good", await StapleClient.AskAsync(host));
        Assert.Equal(1, host.Metrics.Total("aeronet.tls.staple.expiry"));

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(StapleClient.None, await StapleClient.AskAsync(host));
        Assert.Equal(TlsStapleState.Missing, Status(host).Staple);
        Assert.Equal(0, host.Metrics.Total("aeronet.tls.staple.expiry"));
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Single(host.Logs.Entries, entry => entry.EventId.Name == "StapleFailed");
        await host.Logs.SingleAsync(entry => entry.EventId.Name == "StapleExpired", "the end of the staple");

        _isDown = false;
        await AdvanceUntilAsync(() => Status(host).Staple == TlsStapleState.Good);
        Assert.Equal("good", await StapleClient.AskAsync(host));
        await host.Logs.SingleAsync(entry => entry.EventId.Name == "StapleBack", "the next staple");
        Assert.Null(Status(host).StapleProblem);
    }

    [Fact]
    public async Task Certificate_RevokedWhileServed_TheOldGoodIsSentNoMore()
    {
        await using var host = await StartAsync();
        _responder!.Answer(() => OcspResponses.Make(_authority.Certificate, _certificate, _time.GetUtcNow(), _time.GetUtcNow() + s_life, status: 1));

        await AdvanceUntilAsync(() => Status(host).Staple == TlsStapleState.Revoked);

        Assert.Equal("revoked", await StapleClient.AskAsync(host));
        await host.Logs.SingleAsync(entry => entry.EventId.Name == "CertificateRevoked", "the revocation");
    }

    [Fact]
    public async Task Answer_OlderThanTheOneInUse_NotTaken()
    {
        await using var host = await StartAsync();
        var stolen = OcspResponses.Make(_authority.Certificate, _certificate, _time.GetUtcNow(), _time.GetUtcNow() + (s_life * 3));
        _responder!.Answer(() => OcspResponses.Make(_authority.Certificate, _certificate, _time.GetUtcNow(), _time.GetUtcNow() + s_life, status: 1));
        await AdvanceUntilAsync(() => Status(host).Staple == TlsStapleState.Revoked);

        _responder!.Answer(stolen);
        await AdvanceUntilAsync(() => host.Metrics.Total(Fetches, ("aeronet.staple.result", "older")) > 0);

        Assert.Equal("revoked", await StapleClient.AskAsync(host));
    }

    [Fact]
    public void Renewal_OfAnyResponse_InItsMiddleAndBeforeItsEnd()
    {
        var now = _time.GetUtcNow();
        for (var i = 0; i < 200; i++)
        {
            InRange(StapleSchedule.Renewal(Of(0, 7 * 24), now), 3.5 * 24, 4 * 24);
            InRange(StapleSchedule.Renewal(Of(0, 365 * 24), now), 4 * 24, 4 * 24);
            InRange(StapleSchedule.Renewal(Of(-5, 6), now), 0.5, 3.6);
            InRange(StapleSchedule.Renewal(Of(-10, 1), now), 0.5, 0.6);
            InRange(StapleSchedule.Renewal(Of(-1, 0.001), now), 10.0 / 3600, 10.0 / 3600);
        }

        Staple Of(double from, double to) => new([], false, now.AddHours(from), now.AddHours(to));

        void InRange(DateTimeOffset at, double from, double to) => Assert.InRange((at - now).TotalHours, from - 1e-6, to + 1e-6);
    }

    [Fact]
    public void Retry_AfterFailures_DoubledUpToAnHour()
    {
        var now = _time.GetUtcNow();
        foreach (var (failures, longest) in new[] { (1, 2.0), (2, 4.0), (5, 32.0), (11, 2048.0), (12, 3600.0), (100_000, 3600.0) })
        {
            var waits = Enumerable.Range(0, 200).Select(_ => (StapleSchedule.Retry(failures, now) - now).TotalSeconds).ToArray();
            Assert.All(waits, wait => Assert.InRange(wait, longest / 2, longest));
            Assert.True(waits.Distinct().Count() > 100);
        }
    }

    private static TlsCertificateStatus Status(KestrelHost host) => StapleClient.StatusOf(host).Single();

    private async Task<KestrelHost> StartAsync()
    {
        var responder = _responder = await FakeResponder.StartAsync();
        _certificate = _authority.Issue(responder.Address);
        responder.Answer(context =>
        {
            context.Response.StatusCode = _isDown ? 503 : 200;
            return _isDown ? Task.CompletedTask : context.Response.Body.WriteAsync(OcspResponses.Make(_authority.Certificate, _certificate, _time.GetUtcNow(), _time.GetUtcNow() + s_life)).AsTask();
        });
        var host = await StapleHost.StartAsync(_authority, _certificate, time: _time);
        await StapleClient.UntilAsync(host, TlsStapleState.Good);
        return host;
    }

    private async Task AdvanceUntilAsync(Func<bool> condition)
    {
        for (var minutes = 0; !condition(); minutes++)
        {
            Assert.InRange(minutes, 0, 300);
            _time.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
