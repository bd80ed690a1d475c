namespace Aeronet.AspNetCore.Transport.Tls.Tickets;

/// <summary>Why the ticket that a client showed was not used. In snake case, but for <see cref="None"/>, the values of <c>aeronet.ticket.reason</c>: stable.</summary>
internal enum TicketDecline
{
    None,

    /// <summary>Its key is not among those that are accepted: too old, another server's.</summary>
    UnknownKey,

    /// <summary>Its bytes are not what a server with its key made, or none of a ticket at all.</summary>
    Invalid,

    /// <summary>It is older than tickets live.</summary>
    Expired,

    /// <summary>It was given by another host, or under another policy.</summary>
    OtherHost,

    /// <summary>The client's certificate in it is not accepted today.</summary>
    ClientCertificate,

    /// <summary>OpenSSL went on without it: the client comes with another version or suite.</summary>
    Incompatible,
}
