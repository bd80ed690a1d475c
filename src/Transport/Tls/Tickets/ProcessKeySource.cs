namespace Aeronet.AspNetCore.Transport.Tls.Tickets;

/// <summary>Random keys, which end with the process.</summary>
internal sealed class ProcessKeySource(TimeSpan rotation, int window) : ITicketKeySource
{
    private DateTimeOffset _made;

    public string Name => "process";

    public TicketKeyWindow Begin(DateTimeOffset now)
    {
        _made = now;
        return new([TicketKey.Random(now)]);
    }

    public ValueTask<TicketKeyWindow> LookAsync(TicketKeyWindow inUse, DateTimeOffset now)
    {
        // A key of the future was made before the clock was set back: it would not be due for as long as that was.
        if (now >= _made && now - _made < rotation)
        {
            return ValueTask.FromResult(inUse);
        }

        // By age as well as by number: a machine that slept through a rotation or two has not made their keys.
        var kept = inUse.Keys.Where(key => now - key.Created < rotation * window).Take(window - 1);
        var next = new TicketKeyWindow([TicketKey.Random(now), .. kept]);

        // Not before there is one: where the system has no page for it, it is tried again.
        _made = now;
        return ValueTask.FromResult(next);
    }

    public TimeSpan LookAgainAfter(DateTimeOffset now)
    {
        var rest = _made + rotation - now;
        return rest < TimeSpan.Zero ? TimeSpan.Zero : rest < TicketKeyKeeper.OftenEnough ? rest : TicketKeyKeeper.OftenEnough;
    }
}
