namespace Aeronet.AspNetCore.Transport;

/// <summary>What a ticket key is used for. More values may come.</summary>
public enum TlsTicketKeyUse
{
    /// <summary>New tickets are made with it, and old ones read.</summary>
    Current,
}
