using System.Security.Cryptography;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Tls.Tests.Tickets;

/// <summary>A session from one server resumes on another.</summary>
public sealed class SharedKeyTests : IDisposable
{
    private static readonly DateTimeOffset s_start = new(2026, 6, 1, 11, 59, 40, TimeSpan.Zero);

    private readonly TempFiles _files = new();

    [Theory]
    [InlineData("tls1_2")]
    [InlineData("tls1_3")]
    public async Task Process_SessionOfAnotherServer_FullHandshake(string version)
    {
        await using var one = await TicketServers.StartAsync();
        await using var other = await TicketServers.StartAsync();
        using var client = new TicketClient(version);

        await client.ConnectAsync(one);

        Assert.False(await client.ConnectAsync(other));
    }

    [Theory]
    [InlineData("tls1_2")]
    [InlineData("tls1_3")]
    public async Task Secret_ThreeServersThroughTwoRotations_OneClockAMinuteAhead(string version)
    {
        // The second is at noon, an epoch's begin, while the others are still before it.
        ManualTime[] times = [new(s_start), new(s_start + TimeSpan.FromMinutes(1)), new(s_start - TimeSpan.FromMinutes(1))];
        var secret = _files.Write("secret", "0123456789abcdef0123456789abcdef\n");
        await using var a = await StartAsync(times[0], Secret);
        await using var b = await StartAsync(times[1], keys => (keys.Source, keys.Secret) = (SessionTicketKeySource.Secret, "0123456789abcdef0123456789abcdef"));
        await using var c = await StartAsync(times[2], Secret);
        using var client = new TicketClient(version);

        Assert.False(await client.ConnectAsync(b));
        for (var i = 0; i < 10; i++)
        {
            Assert.True(await client.ConnectAsync(a), $"a, round {i}");
            Assert.True(await client.ConnectAsync(c), $"c, round {i}");
            Assert.True(await client.ConnectAsync(b), $"b, round {i}");
            foreach (var time in times)
                time.Advance(TimeSpan.FromHours(3));
        }

        Assert.True(a.Metrics.Total("aeronet.tls.tickets", ("aeronet.ticket.key", "next")) > 0);
        TestContext.Current.TestOutputHelper!.WriteLine(client.HitRatio);

        void Secret(SessionTicketKeyOptions keys) => (keys.Source, keys.SecretFile) = (SessionTicketKeySource.Secret, secret);
    }

    [Theory]
    [InlineData("tls1_2", 80)]
    [InlineData("tls1_3", 80)]
    [InlineData("tls1_2", 48)]
    [InlineData("tls1_3", 48)]
    public async Task File_TwoServers_RotatedByTheFiles(string version, int length)
    {
        var (first, second) = (_files.Write("1", RandomNumberGenerator.GetBytes(length)), _files.Write("2", RandomNumberGenerator.GetBytes(length)));
        var time = new ManualTime(s_start);
        await using var a = await StartAsync(time, Files);
        await using var b = await StartAsync(time, Files);
        using var client = new TicketClient(version);
        await client.ConnectAsync(a);
        Assert.True(await client.ConnectAsync(b));

        File.WriteAllBytes(second, File.ReadAllBytes(first));
        File.WriteAllBytes(first, RandomNumberGenerator.GetBytes(length));
        time.Advance(TimeSpan.FromSeconds(12));

        Assert.True(await client.ConnectAsync(b));
        Assert.Equal(1, b.Metrics.Total("aeronet.tls.tickets", ("aeronet.ticket.key", "1")));
        Assert.True(await client.ConnectAsync(a));

        // s_client does not keep the ticket that replaces another's in TLS 1.2.
        Assert.Equal(version == "tls1_3" ? 1 : 0, a.Metrics.Total("aeronet.tls.tickets", ("aeronet.ticket.key", "current")));

        // What cannot be used changes nothing, and is said once.
        File.WriteAllBytes(first, [1, 2, 3]);
        time.Advance(TimeSpan.FromSeconds(60));
        Assert.True(await client.ConnectAsync(b));
        Assert.True(b.Metrics.Total("aeronet.tls.ticket_key.failures") > 1);
        Assert.Single(b.Logs.Entries, entry => entry.ToString().Contains($"'{first}', which has 3 bytes", StringComparison.Ordinal));
        Assert.Null(b.Services.GetRequiredService<IAeronetTlsStatus>().Endpoints[0].TicketKeyRotation);

        void Files(SessionTicketKeyOptions keys)
        {
            keys.Source = SessionTicketKeySource.File;
            keys.Files.Add(first);
            keys.Files.Add(second);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("0123456789abcdef0123456789abcdef")]
    public async Task Cache_TwoServersThroughRotationsAndOutage_GoOnAndComeBack(string? secret)
    {
        var cache = new FaultyCache();
        var time = new ManualTime(s_start);
        await using var a = await StartAsync(time, Cache, cache);
        await using var b = await StartAsync(time, Cache, cache);
        using var client = new TicketClient("tls1_3");
        await SettleAsync(cache, time, a, b);

        await client.ConnectAsync(a);
        Assert.True(await client.ConnectAsync(b));
        await StepAsync(TimeSpan.FromHours(12));
        Assert.True(await client.ConnectAsync(a), "after a rotation");
        Assert.True(await client.ConnectAsync(b), "after a rotation");

        cache.IsDown = true;
        await StepAsync(TimeSpan.FromHours(12));
        Assert.True(await client.ConnectAsync(a), "the next key was there before the outage");
        Assert.True(await client.ConnectAsync(b), "the next key was there before the outage");
        await StepAsync(TimeSpan.FromHours(12));
        Assert.True(await client.ConnectAsync(a), "an old key is still accepted");
        Assert.True(await client.ConnectAsync(a), "a key of its own");
        Assert.False(await client.ConnectAsync(b), "the other's own key is not ours");
        Assert.True(a.Metrics.Total("aeronet.tls.ticket_key.failures", ("aeronet.ticket.source", "cache")) > 0);
        Assert.Single(a.Logs.Entries, entry => entry.ToString().Contains("the cache is down", StringComparison.Ordinal));

        cache.IsDown = false;
        await SettleAsync(cache, time, a, b);
        Assert.True(await client.ConnectAsync(b), "its own key, until it leaves the window");
        Assert.True(await client.ConnectAsync(a), "the cache's key again");
        Assert.Single(a.Logs.Entries, entry => entry.ToString().Contains("can be had from the source 'cache' again", StringComparison.Ordinal));
        Assert.Equal(secret is null ? 1 : 0, a.Logs.Entries.Count(entry => entry.EventId.Name == "TicketKeysUnsealed"));
        TestContext.Current.TestOutputHelper!.WriteLine(client.HitRatio);

        void Cache(SessionTicketKeyOptions keys) => (keys.Source, keys.Secret) = (SessionTicketKeySource.DistributedCache, secret);

        async Task StepAsync(TimeSpan span)
        {
            // In pieces: what a look finds is taken over on the thread pool.
            time.Advance(span - TimeSpan.FromSeconds(60));
            await SettleAsync(cache, time, a, b);
        }
    }

    public void Dispose() => _files.Dispose();

    private static async Task SettleAsync(FaultyCache cache, ManualTime time, params KestrelHost[] hosts)
    {
        for (var i = 0; i < 12; i++)
        {
            time.Advance(TimeSpan.FromSeconds(5));
            var seen = -1;
            await Eventually.HoldsAsync(() => seen == (seen = cache.Calls) && hosts.Length > 0, "the cache to be left alone");
            await Task.Delay(20);
        }
    }

    private static Task<KestrelHost> StartAsync(TimeProvider time, Action<SessionTicketKeyOptions> keys, IDistributedCache? cache = null) => TicketServers.StartAsync(
        tls => keys(tls.SessionTickets.Keys), time, services =>
        {
            if (cache is not null)
                services.AddSingleton(cache);
        });

    /// <summary>A cache in memory, which a test takes down.</summary>
    private sealed class FaultyCache : IDistributedCache
    {
        private readonly MemoryDistributedCache _inner = new(Options.Create(new MemoryDistributedCacheOptions()));
        private int _calls;

        public bool IsDown { get; set; }

        public int Calls => Volatile.Read(ref _calls);

        public byte[]? Get(string key) => throw new NotSupportedException();

        public Task<byte[]?> GetAsync(string key, CancellationToken token = default)
        {
            Count();
            return _inner.GetAsync(key, token);
        }

        public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
        {
            Count();
            return _inner.SetAsync(key, value, options, token);
        }

        public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => throw new NotSupportedException();

        public void Refresh(string key) => throw new NotSupportedException();

        public Task RefreshAsync(string key, CancellationToken token = default) => throw new NotSupportedException();

        public void Remove(string key) => throw new NotSupportedException();

        public Task RemoveAsync(string key, CancellationToken token = default) => throw new NotSupportedException();

        private void Count()
        {
            Interlocked.Increment(ref _calls);
            if (IsDown)
                throw new InvalidOperationException("the cache is down");
        }
    }
}
