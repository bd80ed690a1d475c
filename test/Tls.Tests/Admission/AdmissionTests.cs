using System.Diagnostics;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Aeronet.AspNetCore.Transport.Tls.Session;

namespace Aeronet.AspNetCore.Tls.Tests.Admission;

/// <summary>Handshakes over a limit wait or are reset before OpenSSL hears of them.</summary>
[Collection(Alone.Name)]
public sealed class AdmissionTests
{
    [Fact]
    public async Task Cap_Full_NextIsResetWithoutASession()
    {
        await using var host = await AdmissionHost.StartAsync(limits =>
        {
            limits.MaxConcurrentHandshakes = 2;
            limits.OnExceeded = TlsAdmissionExceeded.Refuse;
        });
        using var first = await AdmissionHost.HalfOpenAsync(host);
        using var second = await AdmissionHost.HalfOpenAsync(host);
        var sessions = SslAudit.Live;

        Assert.Equal(ConnectionEnd.Reset, await AdmissionHost.EndOfNextAsync(host));
        Assert.Equal(sessions, SslAudit.Live);
        Assert.Equal(1, AdmissionHost.Rejected(host, "concurrency"));
        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.connections.closed", ("aeronet.close.reason", "tls_rejected")) == 1, "the reason to be counted", host.Metrics.ToString);
        var entry = Assert.Single(host.Logs.From("Aeronet.AspNetCore.Transport"), entry => entry.EventId.Id == 70);
        Assert.Contains("MaxConcurrentHandshakes is reached", entry.Message, StringComparison.Ordinal);

        first.Reset();
        await Eventually.HoldsAsync(() => host.Metrics.Total("kestrel.active_tls_handshakes") == 1, "the place to be free", host.Metrics.ToString);
        Assert.True(await AdmissionHost.TryHandshakeAsync(host));
    }

    [Fact]
    public async Task Cap_Full_NextWaitsForAPlace()
    {
        await using var host = await AdmissionHost.StartAsync(limits =>
        {
            limits.MaxConcurrentHandshakes = 1;
            limits.WaitTimeout = TimeSpan.FromSeconds(30);
        });
        var first = await AdmissionHost.HalfOpenAsync(host);
        var waiting = AdmissionHost.TryHandshakeAsync(host);
        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.tls.delayed") == 1, "the second to wait", host.Metrics.ToString);
        await Task.Delay(100);
        Assert.False(waiting.IsCompleted);

        first.Reset();

        Assert.True(await waiting.OrTimeout("the second's turn"));
        Assert.Equal(0, host.Metrics.Total("aeronet.tls.rejected"));
    }

    [Fact]
    public Task Cap_FullForTheWaitTimeout_Resets() => QuietMoment.TryAsync("the reset", TimeSpan.FromSeconds(3), async () =>
    {
        await using var host = await AdmissionHost.StartAsync(limits =>
        {
            limits.MaxConcurrentHandshakes = 1;
            limits.WaitTimeout = TimeSpan.FromMilliseconds(500);
        });
        using var first = await AdmissionHost.HalfOpenAsync(host);

        var start = Stopwatch.GetTimestamp();
        Assert.Equal(ConnectionEnd.Reset, await AdmissionHost.EndOfNextAsync(host, AdmissionHost.Hello));
        var time = Stopwatch.GetElapsedTime(start);

        Assert.True(time > TimeSpan.FromMilliseconds(400), $"It was reset after {time}.");
        Assert.Equal(1, AdmissionHost.Rejected(host, "concurrency"));
        return time;
    });

    [Fact]
    public async Task Queue_Full_ResetsAtOnce()
    {
        await using var host = await AdmissionHost.StartAsync(limits =>
        {
            limits.MaxConcurrentHandshakes = 1;
            limits.MaxWaiting = 1;
            limits.WaitTimeout = TimeSpan.FromSeconds(30);
        });
        using var first = await AdmissionHost.HalfOpenAsync(host);
        using var second = await host.ConnectAsync();
        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.tls.delayed") == 1, "the second to wait", host.Metrics.ToString);

        Assert.Equal(ConnectionEnd.Reset, await AdmissionHost.EndOfNextAsync(host).OrTimeout("the reset"));
        Assert.Equal(1, AdmissionHost.Rejected(host, "concurrency"));
    }

    [Fact]
    public async Task WaitingClient_Gone_TakesNoPlace()
    {
        await using var host = await AdmissionHost.StartAsync(limits =>
        {
            limits.MaxConcurrentHandshakes = 1;
            limits.MaxWaiting = 1;
            limits.WaitTimeout = TimeSpan.FromSeconds(30);
        });
        using var first = await AdmissionHost.HalfOpenAsync(host);
        using (var second = await host.ConnectAsync())
        {
            await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.tls.delayed") == 1, "the second to wait", host.Metrics.ToString);
            second.Reset();
        }

        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.connections.open") == 1, "the second to end", host.Metrics.ToString);
        var third = AdmissionHost.TryHandshakeAsync(host);
        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.tls.delayed") == 2, "the third to wait", host.Metrics.ToString);
        first.Reset();

        Assert.True(await third.OrTimeout("the third's turn"));
        Assert.Equal(0, host.Metrics.Total("aeronet.tls.rejected"));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Rate_Used_NextIsResetBeforeThereIsAConnection(bool perClient)
    {
        await using var host = await AdmissionHost.StartAsync(limits =>
        {
            limits.OnExceeded = TlsAdmissionExceeded.Refuse;
            if (perClient)
                (limits.HandshakesPerSecondPerClient, limits.BurstPerClient) = (0.01, 3);
            else
                (limits.HandshakesPerSecond, limits.Burst) = (0.01, 3);
        });
        for (var i = 0; i < 3; i++)
            Assert.True(await AdmissionHost.TryHandshakeAsync(host));

        Assert.False(await AdmissionHost.TryHandshakeAsync(host));
        Assert.False(await AdmissionHost.TryHandshakeAsync(host));

        Assert.Equal(2, AdmissionHost.Rejected(host, perClient ? "client_rate" : "rate"));
        Assert.Equal(3, host.Metrics.Total("aeronet.connections.accepted"));
    }

    [Fact]
    public Task Rate_Used_NextWaits() => GrowingTime.TryAsync("the next handshake to come before it may", async period =>
    {
        await using var host = await AdmissionHost.StartAsync(limits =>
        {
            (limits.HandshakesPerSecond, limits.Burst) = (1 / period.TotalSeconds, 1);
            limits.WaitTimeout = TimeSpan.FromSeconds(30);
        });
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < 4; i++)
            Assert.True(await AdmissionHost.TryHandshakeAsync(host));

        Assert.True(Stopwatch.GetElapsedTime(start) > period * 2.9, $"They took {Stopwatch.GetElapsedTime(start)}.");
        Assert.Equal(0, host.Metrics.Total("aeronet.tls.rejected"));
        return host.Metrics.Total("aeronet.tls.delayed") is >= 1 and <= 3;
    });

    [Fact]
    public async Task Client_HasAsManyAsItMay_NextIsResetEvenWhereOthersWait()
    {
        await using var host = await AdmissionHost.StartAsync(limits => limits.MaxConcurrentHandshakesPerClient = 1);
        var first = await AdmissionHost.HalfOpenAsync(host);

        Assert.False(await AdmissionHost.TryHandshakeAsync(host));
        Assert.Equal(1, AdmissionHost.Rejected(host, "client_concurrency"));

        first.Reset();
        await Eventually.HoldsAsync(() => host.Metrics.Total("kestrel.active_tls_handshakes") == 0, "the handshake to end", host.Metrics.ToString);
        Assert.True(await AdmissionHost.TryHandshakeAsync(host));
    }

    [Fact]
    public async Task Established_CountNoMore()
    {
        await using var host = await AdmissionHost.StartAsync(limits =>
        {
            limits.MaxConcurrentHandshakes = 1;
            limits.MaxConcurrentHandshakesPerClient = 1;
            limits.OnExceeded = TlsAdmissionExceeded.Refuse;
        });
        var open = new List<TlsClient>();
        for (var i = 0; i < 5; i++)
        {
            open.Add(await TlsClient.ConnectAsync(host));
            await Eventually.HoldsAsync(() => host.Metrics.Total("kestrel.active_tls_handshakes") == 0, "the handshake to end", host.Metrics.ToString);
        }

        Assert.Equal(0, host.Metrics.Total("aeronet.tls.rejected"));
        foreach (var client in open)
            await client.DisposeAsync();
    }
}
