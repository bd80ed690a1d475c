using Aeronet.AspNetCore.Transport.EventLoop;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Tests.Loops;

public sealed class SlotTableTests
{
    [Fact]
    public void Find_AddedHandler_Found()
    {
        var table = new SlotTable();
        var handler = new Handler();

        var token = table.Add(handler);

        Assert.Same(handler, table.Find(token));
        Assert.Equal(1, table.Count);
        Assert.NotEqual(0ul, token);
    }

    [Fact]
    public void Find_RemovedToken_Null_AlsoWhenTheSlotHasANewOwner()
    {
        var table = new SlotTable();
        var old = table.Add(new Handler());
        table.Remove(old);
        Assert.Null(table.Find(old));

        var next = new Handler();
        var token = table.Add(next);

        Assert.Equal((uint)old, (uint)token);
        Assert.NotEqual(old, token);
        Assert.Null(table.Find(old));
        Assert.Same(next, table.Find(token));
    }

    [Fact]
    public void Remove_StaleToken_TheNewOwnerStays()
    {
        var table = new SlotTable();
        var old = table.Add(new Handler());
        table.Remove(old);
        var next = new Handler();
        var token = table.Add(next);

        table.Remove(old);
        table.Remove(old);

        Assert.Same(next, table.Find(token));
        Assert.Equal(1, table.Count);
    }

    [Theory]
    [InlineData(0ul)]
    [InlineData(ulong.MaxValue)]
    [InlineData(1000ul)]
    [InlineData(1ul << 32)]
    public void Find_TokenOfNobody_Null(ulong token) => Assert.Null(new SlotTable().Find(token));

    [Fact]
    public void TryReplace_ValidAndStale()
    {
        var table = new SlotTable();
        var token = table.Add(new Handler());
        var other = new Handler();

        Assert.True(table.TryReplace(token, other));
        Assert.Same(other, table.Find(token));
        table.Remove(token);
        Assert.False(table.TryReplace(token, new Handler()));
        Assert.Null(table.Find(token));
    }

    [Fact]
    public void Add_ManyMoreThanTheFirstSize_AllAreFoundAndTokensDiffer()
    {
        var table = new SlotTable();
        var entries = Enumerable.Range(0, 5000).Select(_ => new Handler()).Select(handler => (handler, token: table.Add(handler))).ToArray();

        Assert.Equal(5000, table.Count);
        Assert.Equal(5000, entries.Select(entry => entry.token).Distinct().Count());
        Assert.All(entries, entry => Assert.Same(entry.handler, table.Find(entry.token)));
        Assert.Equal(entries.Select(entry => entry.handler).ToHashSet<ILoopHandler>(), table.Snapshot().ToHashSet());

        foreach (var (_, token) in entries.Where((_, i) => i % 2 == 0))
            table.Remove(token);

        Assert.Equal(2500, table.Count);
        Assert.Equal(2500, table.Snapshot().Count);
        Assert.All(entries.Where((_, i) => i % 2 == 0), entry => Assert.Null(table.Find(entry.token)));
        Assert.All(entries.Where((_, i) => i % 2 == 1), entry => Assert.Same(entry.handler, table.Find(entry.token)));
    }

    [Fact]
    public void Slots_UsedAgain_TheTableDoesNotGrow()
    {
        var table = new SlotTable();
        for (var i = 0; i < 10_000; i++)
        {
            var token = table.Add(new Handler());
            Assert.True((uint)token < 64);
            table.Remove(token);
        }

        Assert.Equal(0, table.Count);
    }

    [Fact]
    public async Task Concurrent_AddRemoveFind_AHandlerIsOnlyFoundByItsOwnToken()
    {
        var table = new SlotTable();
        var published = new ulong[64];
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        var writers = Enumerable.Range(0, 3).Select(seed => OnItsOwnThread(() =>
        {
            var random = new Random(seed);
            var mine = new Queue<ulong>();
            while (!stop.IsCancellationRequested)
            {
                var handler = new Handler();
                var token = table.Add(handler);
                handler.Token = token;
                mine.Enqueue(token);
                Volatile.Write(ref published[random.Next(published.Length)], token);
                if (mine.Count > random.Next(200))
                    table.Remove(mine.Dequeue());
            }

            foreach (var token in mine)
                table.Remove(token);

            return 0;
        })).ToArray();
        var readers = Enumerable.Range(0, 2).Select(seed => OnItsOwnThread(() =>
        {
            var random = new Random(seed);
            var found = 0;
            while (!stop.IsCancellationRequested)
            {
                var token = Volatile.Read(ref published[random.Next(published.Length)]);
                if (table.Find(token) is Handler handler)
                {
                    // Null: its writer has not come to noting the token yet.
                    found++;
                    Assert.True(handler.Token is null || handler.Token == token, $"{token} found the handler of {handler.Token}");
                }
            }

            return found;
        })).ToArray();

        await Task.WhenAll(writers).OrTimeout("the writers");
        var finds = await Task.WhenAll(readers).OrTimeout("the readers");

        Assert.True(finds.Sum() > 0);
        Assert.Equal(0, table.Count);
        Assert.Empty(table.Snapshot());
    }

    private static Task<int> OnItsOwnThread(Func<int> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private sealed class Handler : ILoopHandler
    {
        internal ulong? Token { get; set; }

        public void OnEvents(EpollEvents events)
        {
        }
    }
}
