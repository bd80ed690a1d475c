namespace Aeronet.AspNetCore.Tls.Tests.Tickets;

/// <summary>A clock that a test sets; its timers run in the test, in their order, one after another.</summary>
internal sealed class ManualTime(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _now = start;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _now;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state)) { State = state };
        timer.Change(dueTime, period);
        lock (_gate)
            _timers.Add(timer);

        return timer;
    }

    /// <summary>
    /// Advances when each timer of a kind is set: what it has begun may set it again in the background, by the clock as it is then.
    /// </summary>
    /// <typeparam name="TState">What those timers are made with.</typeparam>
    public async Task AdvanceAsync<TState>(TimeSpan span)
    {
        await Eventually.HoldsAsync(IsSet, $"the timers of {typeof(TState)} to be set");
        Advance(span);

        bool IsSet()
        {
            lock (_gate)
                return _timers.Where(timer => timer.State is TState).Select(timer => timer.Due is not null).DefaultIfEmpty(false).All(isSet => isSet);
        }
    }

    public void Advance(TimeSpan span)
    {
        var end = GetUtcNow() + span;
        while (true)
        {
            ManualTimer? next;
            lock (_gate)
            {
                next = _timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due);
                _now = next?.Due > _now ? next.Due!.Value : next is null ? end : _now;
                if (next is null)
                    return;

                next.Due = null;
            }

            next.Run();
        }
    }

    private sealed class ManualTimer(ManualTime time, Action run) : ITimer
    {
        public object? State { get; init; }

        public DateTimeOffset? Due { get; set; }

        public void Run() => run();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Assert.Equal(Timeout.InfiniteTimeSpan, period);
            lock (time._gate)
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : time._now + dueTime;

            return true;
        }

        public void Dispose()
        {
            lock (time._gate)
                time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
