namespace Aeronet.AspNetCore.Transport.Tls.Tickets;

/// <summary>Which key a client's ticket was under.</summary>
internal enum TicketUse
{
    /// <summary>It showed none.</summary>
    None,

    /// <summary>None of those that are accepted: too old, another server's, or no ticket at all.</summary>
    Unknown,

    /// <summary>The one that comes next, of a server whose clock is ahead.</summary>
    Next,

    /// <summary>The one that new tickets get; each value after it is one key older.</summary>
    Current,
}
