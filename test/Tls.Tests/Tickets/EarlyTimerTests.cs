using System.Diagnostics.Metrics;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.Tls.Tickets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aeronet.AspNetCore.Tls.Tests.Tickets;

/// <summary>A timer and a clock are two things: one fires a moment before the other has come to its time.</summary>
public sealed class EarlyTimerTests
{
    private static readonly TimeSpan s_rotation = TimeSpan.FromHours(12);

    [Fact]
    public void Timer_FiresBeforeTheKeysTime_LooksAgainWhenItHasCome()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var clock = new CreepingTime(new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero) - TimeSpan.FromMilliseconds(0.55));
        using var keeper = new TicketKeyKeeper(
            new SecretKeySource(new SharedSecret(new byte[32]), s_rotation, window: 4),
            new TicketKeyRing(s_rotation, 2 * s_rotation),
            new TicketMetrics(services.GetRequiredService<IMeterFactory>()),
            NullLogger.Instance,
            clock);

        // The first look is before noon, and noon has come at its end.
        clock.Fire();
        Assert.Equal(0, keeper.Ring.Window.Current.Created.Hour);
        Assert.InRange(clock.Due, TimeSpan.Zero, TimeSpan.FromMilliseconds(1));

        clock.Fire();
        Assert.Equal(12, keeper.Ring.Window.Current.Created.Hour);
        Assert.InRange(clock.Due, TimeSpan.FromSeconds(59), TimeSpan.FromMinutes(1));
    }

    /// <summary>Goes on by a fifth of a millisecond whenever it is looked at.</summary>
    private sealed class CreepingTime(DateTimeOffset now) : TimeProvider, ITimer
    {
        private DateTimeOffset _now = now;
        private Action? _fire;

        public TimeSpan Due { get; private set; }

        public void Fire() => _fire!();

        public override DateTimeOffset GetUtcNow() => _now += TimeSpan.FromMilliseconds(0.2);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _fire = () => callback(state);
            return this;
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Due = dueTime;
            return true;
        }

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
