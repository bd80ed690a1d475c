namespace Aeronet.AspNetCore.Transport.Tls.Tickets;

/// <summary>Where ticket keys come from. Asked by one <see cref="TicketKeyKeeper"/>, one call at a time, never by a handshake.</summary>
internal interface ITicketKeySource
{
    /// <summary>For metrics and logs.</summary>
    string Name { get; }

    /// <summary>The keys to begin with, without waiting for anybody.</summary>
    /// <exception cref="InvalidOperationException">There are none; the message names option, value and remedy.</exception>
    TicketKeyWindow Begin(DateTimeOffset now);

    /// <summary>The keys for now; those in use where nothing has changed.</summary>
    /// <param name="inUse">Those in use.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="TicketKeyException">The source cannot be had. The keys in use stay, or what the exception brings takes their place.</exception>
    ValueTask<TicketKeyWindow> LookAsync(TicketKeyWindow inUse, DateTimeOffset now);

    /// <summary>When to look again.</summary>
    TimeSpan LookAgainAfter(DateTimeOffset now);
}
