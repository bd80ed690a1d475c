namespace Aeronet.AspNetCore.Transport;

/// <summary>Where the keys of session tickets come from. More values may come.</summary>
public enum SessionTicketKeySource
{
    /// <summary>Random, of this process alone: its clients come back with tickets as long as it runs, and to no other server.</summary>
    Process,

    /// <summary>Files, in nginx's form (<c>ssl_session_ticket_key</c>).</summary>
    File,

    /// <summary>Derived from a shared secret and the clock: servers need nothing else in common.</summary>
    Secret,

    /// <summary>Random, in the application's <c>IDistributedCache</c>: Redis, SQL Server, or whatever is registered.</summary>
    DistributedCache,
}
