using Aeronet.AspNetCore.Transport.EventLoop;

namespace Aeronet.AspNetCore.Transport.Tests.Loops;

public sealed class StandbyPoolTests
{
    [Fact]
    public void TryTake_BoundAndReserve_AreKept()
    {
        var pool = new StandbyPool(maxThreads: 5, reserve: 2, _ => { });
        try
        {
            var taken = Enumerable.Range(0, 3).Select(_ => pool.TryTake(fromReserve: false)).ToArray();
            Assert.All(taken, Assert.NotNull);
            Assert.True(pool.IsScarce);
            Assert.Null(pool.TryTake(fromReserve: false));

            var reserved = Enumerable.Range(0, 2).Select(_ => pool.TryTake(fromReserve: true)).ToArray();
            Assert.All(reserved, Assert.NotNull);
            Assert.Null(pool.TryTake(fromReserve: true));
            Assert.Equal(5, pool.Threads);

            foreach (var thread in taken.Concat(reserved))
                pool.Return(thread!);

            Assert.False(pool.IsScarce);
            Assert.Same(reserved[1], pool.TryTake(fromReserve: false));
            Assert.Equal(5, pool.Threads);
            pool.Return(reserved[1]!);
        }
        finally
        {
            pool.Stop();
        }

        Assert.Null(pool.TryTake(fromReserve: true));
    }

    [Fact]
    public void AssignItem_RunsOnANamedBackgroundThread()
    {
        var pool = new StandbyPool(maxThreads: 1, reserve: 0, _ => { });
        using var ran = new ManualResetEventSlim();
        string? name = null;
        var background = false;
        var current = default(LoopThread);
        try
        {
            var thread = pool.TryTake(fromReserve: false)!;
            thread.AssignItem(new Item(() =>
            {
                (name, background, current) = (Thread.CurrentThread.Name, Thread.CurrentThread.IsBackground, LoopThread.Current);
                ran.Set();
            }));

            Assert.True(ran.Wait(TaskTimeoutExtensions.DefaultTimeout));
            Assert.Equal("aeronet-standby", name);
            Assert.True(background);
            Assert.Same(thread, current);
            Assert.False(thread.IsLeading);
            Assert.Null(LoopThread.Current);
        }
        finally
        {
            pool.Stop();
        }
    }

    private sealed class Item(Action run) : IThreadPoolWorkItem
    {
        public void Execute() => run();
    }
}
