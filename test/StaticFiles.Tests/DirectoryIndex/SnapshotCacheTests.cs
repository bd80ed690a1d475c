using System.Text;
using Aeronet.AspNetCore.StaticFiles.DirectoryIndex;
using Aeronet.AspNetCore.StaticFiles.Files.Directories;
using Aeronet.AspNetCore.StaticFiles.Listings;
using Aeronet.AspNetCore.StaticFiles.Tests.Support;

namespace Aeronet.AspNetCore.StaticFiles.Tests.DirectoryIndex;

public sealed class SnapshotCacheTests
{
    private static readonly DirectoryStamp Old = new(1, 2, 1_000_000_000, 0);

    [Fact]
    public async Task Get_SameStamp_ReadOnce()
    {
        using var cache = Create();

        var first = await cache.GetAsync("a", [], new FakeDirectory(Old));
        var again = new FakeDirectory(Old);

        Assert.Same(first, await cache.GetAsync("a", [], again));
        Assert.Equal(0, again.Reads);
        Assert.True(again.IsDisposed);
    }

    [Fact]
    public async Task Get_OtherStamp_ReadAgain()
    {
        using var cache = Create();
        await cache.GetAsync("a", [], new FakeDirectory(Old));

        await IsReadAgainAsync(cache, Old with { ChangedNanoseconds = 1 });
    }

    // A name added in the same tick of the clock does not change the time.
    [Fact]
    public async Task Get_ChangedJustBeforeReading_ReadAgain()
    {
        using var cache = Create();
        var now = Old with { ChangedSeconds = DateTimeOffset.UtcNow.ToUnixTimeSeconds() };
        await cache.GetAsync("a", [], new FakeDirectory(now));

        await IsReadAgainAsync(cache, now);
    }

    [Fact]
    public async Task Get_OlderThanMaxAge_ReadAgain()
    {
        using var cache = Create(maxAge: TimeSpan.FromMilliseconds(20));
        await cache.GetAsync("a", [], new FakeDirectory(Old));

        await IsReadAgainAsync(cache, Old);
    }

    // However often it changes, a directory that takes long to read cannot keep a processor busy.
    [Fact]
    public async Task Get_ExpensiveDirectoryChanges_KeptForTenTimesAsLong()
    {
        using var cache = Create(maxAge: TimeSpan.Zero);
        var first = await cache.GetAsync("a", [], new FakeDirectory(Old) { Delay = TimeSpan.FromSeconds(3) });

        Assert.Same(first, await cache.GetAsync("a", [], new FakeDirectory(Old with { ChangedNanoseconds = 1 })));

        var another = new FakeDirectory(Old with { Inode = 3 });
        await cache.GetAsync("a", [], another);
        Assert.Equal(1, another.Reads);
    }

    [Fact]
    public async Task Get_ManyAtOnce_ReadOnce()
    {
        using var cache = Create();
        var directories = Enumerable.Range(0, 20).Select(_ => new FakeDirectory(Old) { Delay = TimeSpan.FromMilliseconds(200) }).ToArray();

        var snapshots = await Task.WhenAll(directories.Select(directory => cache.GetAsync("a", [], directory)));

        Assert.Single(snapshots.Distinct());
        Assert.Equal(1, directories.Sum(directory => directory.Reads));
        await Eventually.HoldsAsync(() => directories.All(directory => directory.IsDisposed), "all are closed");
    }

    [Fact]
    public async Task Get_Unreadable_NullAndTriedAgain()
    {
        using var cache = Create();
        Assert.Null(await cache.GetAsync("a", [], new FakeDirectory(Old) { Fails = true }));
        Assert.NotNull(await cache.GetAsync("a", [], new FakeDirectory(Old)));
    }

    [Fact]
    public async Task Get_MoreThanTheCacheHolds_Bounded()
    {
        using var cache = Create(size: 100_000);
        var big = new FakeDirectory(Old) { Entries = 10_000 };
        await cache.GetAsync("big", [], big);
        var again = new FakeDirectory(Old) { Entries = 10_000 };
        await cache.GetAsync("big", [], again);
        Assert.Equal(1, again.Reads);

        for (var i = 0; i < 200; i++)
        {
            await cache.GetAsync($"{i}", [], new FakeDirectory(Old) { Entries = 100 });
        }

        await Eventually.HoldsAsync(() => cache.Memory!.Count <= 100_000 / 3600, "the cache is small again", () => $"{cache.Memory!.Count} entries");
    }

    // On a busy machine the first reading may have counted as an expensive one, and is kept a while.
    private static async Task IsReadAgainAsync(SnapshotCache cache, DirectoryStamp stamp)
    {
        for (var i = 0; i < 1000; i++)
        {
            var directory = new FakeDirectory(stamp);
            await cache.GetAsync("a", [], directory);
            if (directory.Reads == 1)
            {
                return;
            }

            await Task.Delay(20);
        }

        Assert.Fail("The directory was never read again.");
    }

    private static SnapshotCache Create(TimeSpan? maxAge = null, long size = 1 << 20) => new(
        new EntryRules(serveHidden: false, null),
        new DirectoryIndexOptions { CacheMaxAge = maxAge ?? TimeSpan.FromMinutes(10), CacheSize = size });

    private sealed class FakeDirectory(DirectoryStamp stamp) : IOpenDirectory
    {
        public DirectoryStamp Stamp => stamp;

        public TimeSpan Delay { get; init; }

        public int Entries { get; init; } = 1;

        public bool Fails { get; init; }

        public int Reads { get; private set; }

        public bool IsDisposed { get; private set; }

        public bool TryRead(DirectorySnapshotBuilder entries)
        {
            Assert.False(IsDisposed);
            Reads++;
            Thread.Sleep(Delay);
            for (var i = 0; i < Entries; i++)
            {
                entries.Add("name"u8, isDirectory: false, 1, 1);
            }

            return !Fails;
        }

        public void Dispose() => IsDisposed = true;
    }
}
