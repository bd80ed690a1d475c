namespace Aeronet.AspNetCore.Transport;

/// <summary>What a ticket key is used for. More values may come.</summary>
public enum TlsTicketKeyUse
{
    /// <summary>New tickets are made with it, and old ones read.</summary>
    Current,

    /// <summary>Tickets under it are accepted, and renewed under the current one.</summary>
    Accepted,

    /// <summary>It will be the current one, and tickets under it are accepted already: from a server whose clock is ahead.</summary>
    Next,
}
