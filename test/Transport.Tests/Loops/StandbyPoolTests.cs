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

    [Fact]
    public async Task TryTake_TheSystemGivesNoThread_AsIfTheBoundWereReached_ThenAskedAgain()
    {
        var refuses = false;
        var pool = new StandbyPool(maxThreads: 3, reserve: 1, _ => { }, thread =>
        {
            if (refuses)
                throw new OutOfMemoryException("No thread.");

            thread.Start();
        });
        try
        {
            var taken = pool.TryTake(fromReserve: true)!;
            Assert.False(pool.IsScarce);
            refuses = true;
            Assert.Null(pool.TryTake(fromReserve: true));
            Assert.True(pool.IsScarce && pool.IsExhausted);
            Assert.Equal(1, pool.Threads);

            // One that comes back is there to be taken, and only that one.
            pool.Return(taken);
            Assert.False(pool.IsExhausted);
            Assert.Same(taken, pool.TryTake(fromReserve: true));
            Assert.True(pool.IsExhausted);

            refuses = false;
            LoopThread? another = null;
            await Eventually.HoldsAsync(() => (another = pool.TryTake(fromReserve: false)) is not null, "the system to be asked again");
            Assert.Equal(2, pool.Threads);
            pool.Return(taken);
            pool.Return(another!);
            Assert.False(pool.IsScarce);
        }
        finally
        {
            pool.Stop();
        }
    }

    // Nobody is told when the system may be asked again, and with the reserve alone there is nothing to take.
    [Fact]
    public async Task TryTake_RefusedOnce_OnlyTheReserveIsLeft_NotExhaustedForGood()
    {
        var refuses = false;
        var pool = new StandbyPool(maxThreads: 2, reserve: 1, _ => { }, thread =>
        {
            if (refuses)
                throw new OutOfMemoryException("No thread.");

            thread.Start();
        });
        var taken = pool.TryTake(fromReserve: true)!;
        try
        {
            refuses = true;
            Assert.Null(pool.TryTake(fromReserve: true));
            Assert.True(pool.IsExhausted);

            await Eventually.HoldsAsync(() => pool.TryTake(fromReserve: false) is null && !pool.IsExhausted, "the reserve to count again");
            Assert.True(pool.IsScarce);
        }
        finally
        {
            pool.Stop();
            pool.Return(taken);
        }
    }

    [Fact]
    public void AssignItem_Throws_IsToldAndTheThreadServesOn()
    {
        var failures = new List<Exception>();
        var pool = new StandbyPool(maxThreads: 1, reserve: 0, failures.Add);
        using var ran = new ManualResetEventSlim();
        try
        {
            var thread = pool.TryTake(fromReserve: false)!;
            thread.AssignItem(new Item(() => throw new InvalidOperationException("An item's fault.")));
            Assert.True(SpinWait.SpinUntil(() => !pool.IsExhausted, TaskTimeoutExtensions.DefaultTimeout));
            Assert.Same(thread, pool.TryTake(fromReserve: false));
            thread.AssignItem(new Item(ran.Set));

            Assert.True(ran.Wait(TaskTimeoutExtensions.DefaultTimeout));
            Assert.Equal("An item's fault.", Assert.Single(failures).Message);
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
