namespace Aeronet.AspNetCore.Transport.Tls.Tickets;

/// <summary>Time cut into pieces of one rotation since 1970, which all servers number alike.</summary>
internal readonly struct KeyEpochs(TimeSpan rotation, int window)
{
    internal long At(DateTimeOffset now) => (now - DateTimeOffset.UnixEpoch).Ticks / rotation.Ticks;

    internal DateTimeOffset BeginOf(long epoch) => DateTimeOffset.UnixEpoch + (epoch * rotation);

    /// <summary>
    /// The epochs whose keys are used: the current one, those before it, the youngest first. The window has one place more, for the next
    /// one: servers whose clocks are ahead issue it already.
    /// </summary>
    internal IEnumerable<long> UsedAt(DateTimeOffset now)
    {
        var current = At(now);
        return Enumerable.Range(0, window - 1).Select(i => current - i);
    }

    /// <summary>How long the current epoch goes on, but no longer than <see cref="TicketKeyKeeper.OftenEnough"/>: clocks are set.</summary>
    internal TimeSpan UntilNext(DateTimeOffset now)
    {
        var rest = BeginOf(At(now) + 1) - now;
        return rest < TicketKeyKeeper.OftenEnough ? rest : TicketKeyKeeper.OftenEnough;
    }
}
