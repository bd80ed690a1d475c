namespace Aeronet.AspNetCore.Interleavings.Tests.Stages;

/// <summary>Time that passes only when nobody has anything else to do, and then to the next timer at once.</summary>
internal sealed class ScriptedClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ScriptedTimer> _timers = [];
    private long _now = TimeSpan.TicksPerDay;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>The longest that time passes at once: what takes longer rescues nobody.</summary>
    internal TimeSpan Patience { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest timer that has fired.</summary>
    internal TimeSpan LongestFired { get; private set; }

    /// <summary>Whether a timer is to fire.</summary>
    internal bool HasNext => Next() is not null;

    public override long GetTimestamp() => Volatile.Read(ref _now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ScriptedTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Time passes, and the next timer fires on this thread.</summary>
    internal void Pass()
    {
        if (Next() is not { } timer)
            return;

        lock (_gate)
        {
            _now = Math.Max(_now, timer.DueAt);
            LongestFired = timer.Due > LongestFired ? timer.Due : LongestFired;
            _timers.Remove(timer);
            if (timer.Period > TimeSpan.Zero)
            {
                timer.DueAt = _now + timer.Period.Ticks;
                _timers.Add(timer);
            }
        }

        timer.Fire();
    }

    internal void Set(ScriptedTimer timer, TimeSpan dueTime)
    {
        lock (_gate)
        {
            _timers.Remove(timer);
            if (dueTime >= TimeSpan.Zero)
            {
                timer.DueAt = _now + dueTime.Ticks;
                _timers.Add(timer);
            }
        }
    }

    internal void Remove(ScriptedTimer timer)
    {
        lock (_gate)
            _timers.Remove(timer);
    }

    private ScriptedTimer? Next()
    {
        lock (_gate)
            return _timers.Where(timer => timer.DueAt - _now <= Patience.Ticks).MinBy(timer => timer.DueAt);
    }
}
