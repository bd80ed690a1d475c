using Aeronet.AspNetCore.Transport.EventLoop;

namespace Aeronet.AspNetCore.Transport.Tests.Loops;

public sealed class LoopAgendaTests
{
    private readonly LoopAgenda _agenda = new();

    [Fact]
    public void TryTake_FlushesFirst_EachKindInItsOrder()
    {
        var items = Enumerable.Range(0, 4).Select(_ => new Item()).ToArray();
        Assert.True(_agenda.IsEmpty);
        _agenda.Add((ILoopContinuation)items[0]);
        _agenda.Add((IDeferredFlush)items[1]);
        _agenda.Add((ILoopContinuation)items[2]);
        _agenda.Add((IDeferredFlush)items[3]);

        var taken = new List<(IDeferredFlush? Flush, ILoopContinuation? Continuation)>();
        while (!_agenda.IsEmpty)
        {
            Assert.True(_agenda.TryTake(out var flush, out var continuation));
            taken.Add((flush, continuation));
        }

        Assert.Equal([(items[1], null), (items[3], null), (null, items[0]), (null, items[2])], taken);
        Assert.False(_agenda.TryTake(out _, out _));
    }

    [Fact]
    public async Task Concurrent_TwoAddTwoTake_NoneIsLostOrDoubled()
    {
        const int Count = 10_000;
        var items = Enumerable.Range(0, 2 * Count).Select(_ => new Item()).ToArray();
        var added = false;
        var takers = Enumerable.Range(0, 2).Select(_ => RunAsync(() =>
        {
            while (!Volatile.Read(ref added) || !_agenda.IsEmpty)
            {
                if (_agenda.TryTake(out var flush, out var continuation))
                {
                    flush?.SendDeferred();
                    continuation?.Continue();
                }
            }
        })).ToArray();
        var adders = Enumerable.Range(0, 2).Select(adder => RunAsync(() =>
        {
            for (var i = adder; i < items.Length; i += 2)
            {
                // Few at a time, as on a loop.
                SpinWait.SpinUntil(() => i < 50 || items[i - 50].Done > 0);
                if (i % 3 == 0)
                    _agenda.Add((IDeferredFlush)items[i]);
                else
                    _agenda.Add((ILoopContinuation)items[i]);
            }
        })).ToArray();
        await Task.WhenAll(adders).OrTimeout("the adders");
        Volatile.Write(ref added, true);
        await Task.WhenAll(takers).OrTimeout("the takers");

        Assert.All(items, item => Assert.Equal(1, item.Done));
    }

    private static Task RunAsync(Action action) =>
        Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private sealed class Item : IDeferredFlush, ILoopContinuation
    {
        private int _done;

        internal int Done => Volatile.Read(ref _done);

        public void SendDeferred() => Interlocked.Increment(ref _done);

        public void Continue() => Interlocked.Increment(ref _done);
    }
}
