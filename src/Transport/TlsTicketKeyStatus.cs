namespace Aeronet.AspNetCore.Transport;

/// <summary>One key that session tickets are encrypted with (RFC 5077, section 4). Nothing of the key itself is told.</summary>
public sealed record TlsTicketKeyStatus
{
    /// <summary>When it was made; its age is what an attacker who gets hold of it could read back.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What it is used for.</summary>
    public required TlsTicketKeyUse Use { get; init; }
}
