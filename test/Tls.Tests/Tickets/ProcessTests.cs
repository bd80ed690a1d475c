using System.Diagnostics;
using System.Text.RegularExpressions;
using Aeronet.AspNetCore.Tls.Tests.Support;

namespace Aeronet.AspNetCore.Tls.Tests.Tickets;

/// <summary>Several server processes behind one port: a session of one resumes on the others, by real clocks.</summary>
public sealed class ProcessTests
{
    /// <summary>The shortest that may be set.</summary>
    public static TimeSpan Rotation { get; } = TimeSpan.FromSeconds(10);

    private const string Key = "0123456789abcdef0123456789abcdef";

    [Fact]
    public async Task Secret_ThreeProcessesThroughTwoRotations_OneClockAhead()
    {
        (string, string)[] settings = [("Source", "Secret"), ("Secret", Key)];
        var port = TestPorts.Next();
        await using var a = await TicketServerProcess.StartAsync(port, TimeSpan.Zero, settings);
        await using var b = await TicketServerProcess.StartAsync(port, TimeSpan.Zero, settings);
        await using var ahead = await TicketServerProcess.StartAsync(port, Rotation / 3, settings);

        await GoOnAsync(port, [a, b, ahead], 2.2 * Rotation);
    }

    [Fact]
    public async Task Redis_TwoProcessesThroughThreeRotations_StoppedAndStartedBetween()
    {
        using var redis = new RedisServer();
        (string, string)[] settings = [("Source", "DistributedCache"), ("Secret", Key), ("Redis", $"{redis.Port}")];
        var port = TestPorts.Next();
        await using var a = await TicketServerProcess.StartAsync(port, TimeSpan.Zero, settings);
        await using var b = await TicketServerProcess.StartAsync(port, TimeSpan.FromSeconds(1), settings);

        // Until both hold the same keys, the next one's too.
        await Task.Delay(TimeSpan.FromSeconds(4), TestContext.Current.CancellationToken);

        // Away while the next key becomes the current one, and back in time for the one after it.
        await GoOnAsync(port, [a, b], UntilThereIsLeftOfAKey(0.3 * Rotation), async () =>
        {
            await redis.KillAsync();
            await GoOnAsync(port, [a, b], 0.6 * Rotation);
            redis.Start();
        });
        await GoOnAsync(port, [a, b], 1.8 * Rotation);
    }

    /// <summary>Not a test of this process: see <see cref="TicketServerProcess"/>.</summary>
    [Fact(Explicit = true)]
    public Task Serve() => TicketServerProcess.ServeAsync();

    private static TimeSpan UntilThereIsLeftOfAKey(TimeSpan rest)
    {
        var left = Rotation.Ticks - ((DateTime.UtcNow - DateTime.UnixEpoch).Ticks % Rotation.Ticks) - rest.Ticks;
        return TimeSpan.FromTicks(left > 0 ? left : left + Rotation.Ticks);
    }

    /// <summary>One client, which comes back again and again and goes on with its session wherever it gets to.</summary>
    private static async Task GoOnAsync(int port, ChildServer[] servers, TimeSpan span, Func<Task>? then = null)
    {
        using var client = new TicketClient("tls1_3");
        var served = new Dictionary<int, int>();
        Assert.False(await client.ConnectAsync(port));
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < span || served.Count < servers.Length)
            await ComeBackAsync();

        if (then is not null)
        {
            await then();
            await ComeBackAsync();
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{client.HitRatio}; by server: {string.Join(", ", served.Values)}");

        async Task ComeBackAsync()
        {
            Assert.True(await client.ConnectAsync(port), $"{Stopwatch.GetElapsedTime(began)}: a full handshake. {client.HitRatio}");
            var server = int.Parse(Regex.Match(client.Output, "served by ([0-9]+)").Groups[1].Value, null);
            served[server] = served.GetValueOrDefault(server) + 1;
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }
}
