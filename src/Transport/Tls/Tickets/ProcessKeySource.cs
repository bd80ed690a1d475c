namespace Aeronet.AspNetCore.Transport.Tls.Tickets;

/// <summary>Random keys, which end with the process.</summary>
internal sealed class ProcessKeySource(TimeSpan rotation, int window) : ITicketKeySource
{
    public string Name => "process";

    public TicketKeyWindow Begin(DateTimeOffset now) => new([TicketKey.Random(now)]);

    public ValueTask<TicketKeyWindow> LookAsync(TicketKeyWindow inUse, DateTimeOffset now)
    {
        if (now - inUse.Current.Created < rotation)
        {
            return ValueTask.FromResult(inUse);
        }

        // By age as well as by number: a machine that slept through a rotation or two has not made their keys.
        var kept = inUse.Keys.Where(key => now - key.Created < rotation * window).Take(window - 1);
        return ValueTask.FromResult(new TicketKeyWindow([TicketKey.Random(now), .. kept]));
    }

    public TimeSpan LookAgainAfter(DateTimeOffset now) => TicketKeyKeeper.OftenEnough;
}
