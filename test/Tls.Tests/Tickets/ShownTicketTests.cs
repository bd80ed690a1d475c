using System.Diagnostics;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;

namespace Aeronet.AspNetCore.Tls.Tests.Tickets;

/// <summary>What is told of the tickets that clients come back with: how old they are, and why one is not used.</summary>
public sealed class ShownTicketTests
{
    private const int Time = 1;
    private const int Ticket = 10;

    private const string Age = "aeronet.tls.ticket.age";
    private const string Shown = "aeronet.tls.tickets";
    private const string Declined = "aeronet.tls.ticket.declined";

    public static TheoryData<string> Versions => ["tls1_2", "tls1_3"];

    /// <summary>In TLS 1.3 since each ticket was made, in TLS 1.2 since the session began.</summary>
    [Theory, MemberData(nameof(Versions))]
    public async Task Resumed_AgeIsMeasured(string version)
    {
        await using var host = await TicketServers.StartAsync();
        using var client = new TicketClient(version);
        var beforeFirst = Stopwatch.GetTimestamp();
        await client.ConnectAsync(host);
        var afterFirst = Stopwatch.GetTimestamp();
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);

        var beforeSecond = Stopwatch.GetTimestamp();
        Assert.True(await client.ConnectAsync(host));
        var afterSecond = Stopwatch.GetTimestamp();
        await Eventually.HoldsAsync(() => host.Metrics.Count(Age) == 1, "the first age");
        var first = host.Metrics.Total(Age, ("aeronet.tls.host", "*"));
        AssertBetween(Seconds(afterFirst, beforeSecond), Seconds(beforeFirst, afterSecond), first);

        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        var beforeThird = Stopwatch.GetTimestamp();
        Assert.True(await client.ConnectAsync(host));
        var afterThird = Stopwatch.GetTimestamp();
        await Eventually.HoldsAsync(() => host.Metrics.Count(Age) == 2, "the second age");
        var (begunBefore, begunAfter) = version == "tls1_3" ? (beforeSecond, afterSecond) : (beforeFirst, afterFirst);
        AssertBetween(Seconds(begunAfter, beforeThird), Seconds(begunBefore, afterThird), host.Metrics.Total(Age) - first);
        Assert.Equal(0, host.Metrics.Count(Declined));

        static double Seconds(long from, long to) => Stopwatch.GetElapsedTime(from, to).TotalSeconds;

        // Both times are in whole seconds.
        static void AssertBetween(double least, double most, double actual) => Assert.InRange(actual, least - 1, most + 1);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task UnknownKey(string version)
    {
        var time = new ManualTime(DateTimeOffset.UtcNow);
        await using var host = await TicketServers.StartAsync(time: time);
        await AssertDeclinedAsync(host, version, "unknown_key", "unknown", _ => time.Advance(TimeSpan.FromDays(2)));
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Invalid_Changed(string version)
    {
        await using var host = await TicketServers.StartAsync();
        await AssertDeclinedAsync(host, version, "invalid", "current", client => client.Change(Ticket, ticket => ticket[^1] ^= 1));
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Expired(string version)
    {
        await using var host = await TicketServers.StartAsync(tls => tls.SessionTickets.Lifetime = TimeSpan.FromSeconds(1));
        await AssertDeclinedAsync(host, version, "expired", "current", client =>
        {
            Thread.Sleep(TimeSpan.FromSeconds(3));

            // A client of TLS 1.3 shows none that it takes for expired.
            client.Change(Time, time =>
            {
                for (var (rest, i) = (DateTimeOffset.UtcNow.ToUnixTimeSeconds(), time.Length - 1); i >= 0; rest >>= 8, i--)
                {
                    time[i] = (byte)rest;
                }
            });
        });
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task OtherHost(string version)
    {
        await using var host = await TicketServers.StartAsync(tls => tls.Hosts["other.test"] = new AeronetTlsHostOptions());
        await AssertDeclinedAsync(host, version, "other_host", "current", _ => { }, "-servername", "other.test");
        Assert.Equal(1, host.Metrics.Total(Declined, ("aeronet.tls.host", "other.test")));
    }

    [Fact]
    public async Task Incompatible_OtherHash()
    {
        await using var host = await TicketServers.StartAsync();
        using var client = new TicketClient("tls1_3");
        await client.ConnectAsync(host, "-ciphersuites", "TLS_AES_128_GCM_SHA256");

        Assert.False(await client.ConnectAsync(host, "-ciphersuites", "TLS_AES_256_GCM_SHA384"));

        await AssertCountedAsync(host, "incompatible", "current");
    }

    /// <summary>What is refused after the ticket was opened is no ticket's fault, and the ticket was shown all the same.</summary>
    [Theory, MemberData(nameof(Versions))]
    public async Task HandshakeFails_TicketIsCounted(string version)
    {
        await using var host = await TicketServers.StartAsync();
        using var client = new TicketClient(version);
        await client.ConnectAsync(host);

        await Assert.ThrowsAnyAsync<Exception>(() => client.ConnectAsync(host, "-alpn", "nobodys"));

        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.tls.handshakes", ("error.type", "alpn_mismatch")) == 1, "the failure");
        Assert.Equal(1, host.Metrics.Total(Shown, ("aeronet.ticket.key", "current")));
        Assert.Equal((0, 0), (host.Metrics.Count(Declined), host.Metrics.Count(Age)));
    }

    private static async Task AssertDeclinedAsync(KestrelHost host, string version, string reason, string key, Action<TicketClient> between, params string[] arguments)
    {
        using var client = new TicketClient(version);
        Assert.False(await client.ConnectAsync(host));
        between(client);

        Assert.False(await client.ConnectAsync(host, arguments));

        await AssertCountedAsync(host, reason, key);
    }

    private static async Task AssertCountedAsync(KestrelHost host, string reason, string key)
    {
        await Eventually.HoldsAsync(() => host.Metrics.Count("aeronet.tls.handshakes") == 2, "both handshakes to be counted");
        Assert.True(host.Metrics.Total(Declined, ("aeronet.ticket.reason", reason)) == 1, host.Metrics.ToString());
        Assert.Equal(1, host.Metrics.Count(Declined));
        Assert.Equal(1, host.Metrics.Total(Shown, ("aeronet.ticket.key", key)));
        Assert.Equal(0, host.Metrics.Count(Age));
    }
}
