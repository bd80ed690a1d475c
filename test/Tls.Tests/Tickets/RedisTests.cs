using Aeronet.AspNetCore.Transport;

namespace Aeronet.AspNetCore.Tls.Tests.Tickets;

/// <summary>Servers that share their keys through a real Redis.</summary>
public sealed class RedisTests
{
    [Theory]
    [InlineData("tls1_2")]
    [InlineData("tls1_3")]
    public async Task Redis_KilledAndStarted_SessionsGoOnBetweenServers(string version)
    {
        using var redis = new RedisServer();
        var time = new ManualTime(new DateTimeOffset(2026, 6, 1, 6, 0, 0, TimeSpan.Zero));
        await using var a = await StartAsync(redis.Port, time);
        await using var b = await StartAsync(redis.Port, time);
        using var client = new TicketClient(version);
        await AgreeAsync(time, a, b);
        await client.ConnectAsync(a);
        Assert.True(await client.ConnectAsync(b));

        await redis.KillAsync();
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.True(await client.ConnectAsync(a));
        Assert.True(await client.ConnectAsync(b));
        await Eventually.HoldsAsync(() => a.Metrics.Total("aeronet.tls.ticket_key.failures") > 0, "the outage to be noticed");

        redis.Start();
        using var fresh = new TicketClient(version);
        await Eventually.HoldsAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(10));
                return a.Logs.Entries.Any(IsBack);
            },
            "Redis to be back");
        await fresh.ConnectAsync(a);
        Assert.True(await fresh.ConnectAsync(a));
        Assert.True(await client.ConnectAsync(b));
        TestContext.Current.TestOutputHelper!.WriteLine(client.HitRatio);
    }

    private static bool IsBack(LogEntry entry) => entry.ToString().Contains("from the source 'cache' again", StringComparison.Ordinal);

    // Each look ends on the thread pool, in real time.
    private static async Task AgreeAsync(ManualTime time, KestrelHost a, KestrelHost b)
    {
        for (var i = 0; i < 10; i++)
        {
            time.Advance(TimeSpan.FromSeconds(10));
            await Task.Delay(200);
        }

        Assert.NotEmpty(TicketServers.KeysOf(a));
        Assert.NotEmpty(TicketServers.KeysOf(b));
    }

    private static Task<KestrelHost> StartAsync(int port, TimeProvider time) => TicketServers.StartAsync(
        tls => tls.SessionTickets.Keys.Source = SessionTicketKeySource.DistributedCache,
        time,
        services => TicketServers.AddRedis(services, $"{port}"));
}
