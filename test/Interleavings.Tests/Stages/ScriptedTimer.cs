namespace Aeronet.AspNetCore.Interleavings.Tests.Stages;

/// <summary>A timer that fires when the clock says.</summary>
internal sealed class ScriptedTimer(ScriptedClock clock, TimerCallback callback, object? state) : ITimer
{
    internal TimeSpan Period { get; private set; }

    internal long DueAt { get; set; }

    /// <summary>How long it was to wait.</summary>
    internal TimeSpan Due { get; private set; }

    internal void Fire() => callback(state);

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        (Due, Period) = (dueTime, period);
        clock.Set(this, dueTime);
        return true;
    }

    public void Dispose() => clock.Remove(this);

    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }
}
