using Aeronet.AspNetCore.Transport.EventLoop;

namespace Aeronet.AspNetCore.Transport.Tests.Loops;

public sealed class DeferredFlushesTests
{
    [Fact]
    public void SendAll_EachPushedOutputIsSentOnce()
    {
        var flushes = default(DeferredFlushes);
        var outputs = Enumerable.Range(0, 5).Select(_ => new Output()).ToArray();
        Assert.True(flushes.IsEmpty);
        foreach (var output in outputs)
            flushes.Push(output);

        Assert.False(flushes.IsEmpty);
        flushes.SendAll();
        flushes.SendAll();

        Assert.True(flushes.IsEmpty);
        Assert.All(outputs, output => Assert.Equal(1, output.Sent));
        Assert.All(outputs, output => Assert.Null(output.NextDeferred));
    }

    [Fact]
    public void SendAll_OutputPushedAgainWhileSent_StaysForTheNextTime()
    {
        var holder = new Holder();
        var again = new Output();
        var first = new Output();
        var last = new Output();
        again.OnSend = () =>
        {
            again.OnSend = null;
            holder.Flushes.Push(again);
        };
        holder.Flushes.Push(last);
        holder.Flushes.Push(again);
        holder.Flushes.Push(first);

        holder.Flushes.SendAll();

        Assert.Equal((1, 1, 1), (first.Sent, again.Sent, last.Sent));
        Assert.False(holder.Flushes.IsEmpty);
        holder.Flushes.SendAll();
        Assert.Equal((1, 2, 1), (first.Sent, again.Sent, last.Sent));
        Assert.True(holder.Flushes.IsEmpty);
    }

    [Fact]
    public async Task Concurrent_OnePushesTwoTake_NoneIsLostOrDoubled()
    {
        const int Count = 200_000;
        var holder = new Holder();
        var outputs = Enumerable.Range(0, Count).Select(_ => new Output()).ToArray();
        var done = false;
        var takers = Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(
            () =>
            {
                while (!Volatile.Read(ref done))
                    holder.Flushes.SendAll();
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();

        foreach (var output in outputs)
            holder.Flushes.Push(output);

        Volatile.Write(ref done, true);
        await Task.WhenAll(takers).OrTimeout("the takers");
        holder.Flushes.SendAll();

        Assert.All(outputs, output => Assert.Equal(1, output.Sent));
    }

    private sealed class Holder
    {
        internal DeferredFlushes Flushes;
    }

    private sealed class Output : IDeferredFlush
    {
        private int _sent;

        internal int Sent => Volatile.Read(ref _sent);

        internal Action? OnSend { get; set; }

        public IDeferredFlush? NextDeferred { get; set; }

        public void SendDeferred()
        {
            Interlocked.Increment(ref _sent);
            OnSend?.Invoke();
        }
    }
}
