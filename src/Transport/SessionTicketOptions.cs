namespace Aeronet.AspNetCore.Transport;

/// <summary>
/// Session tickets: what clients come back with for a handshake without certificates and signatures (RFC 8446, section 2.2; RFC 5077). The
/// server keeps nothing of a session. A ticket is good for the host and the policy that it was given under and no other.
/// </summary>
public sealed class SessionTicketOptions
{
    /// <summary>Whether clients get tickets and may come back with them.</summary>
    /// <remarks>Defaults to <see langword="true"/>.</remarks>
    public bool Enabled { get; set; } = true;

    /// <summary>How many tickets a TLS 1.3 client gets at a time, 1 to 8. Browsers open up to six connections, and a ticket is for one. TLS 1.2 knows one.</summary>
    /// <remarks>Defaults to 1.</remarks>
    public int Count { get; set; } = 1;

    /// <summary>
    /// How long a client may come back with a ticket, from 1 s to the 7 days of RFC 8446, section 4.6.1. Never longer than its key is accepted:
    /// (<see cref="Window"/> - 1) × <see cref="Rotation"/>, and with <see cref="SessionTicketKeySource.Secret"/> and
    /// <see cref="SessionTicketKeySource.DistributedCache"/>, where one key is the next one's, (<see cref="Window"/> - 2) × <see cref="Rotation"/>.
    /// </summary>
    /// <remarks>Defaults to 24 h.</remarks>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>
    /// How often new tickets get a new key, 10 s to 30 days. Without effect with <see cref="SessionTicketKeySource.File"/>, whose files are yours to
    /// change.
    /// </summary>
    /// <remarks>Defaults to 12 h.</remarks>
    public TimeSpan Rotation { get; set; } = TimeSpan.FromHours(12);

    /// <summary>
    /// How many keys are held, 3 to 16: new tickets get one, those under the others are accepted and renewed. Without effect with
    /// <see cref="SessionTicketKeySource.File"/>, which has one a file.
    /// </summary>
    /// <remarks>Defaults to 4.</remarks>
    public int Window { get; set; } = 4;

    /// <summary>
    /// Whether clients that showed a certificate get tickets and may come back with them. The certificate is in the ticket, and is checked anew each time: its
    /// chain, its dates, revocation, <see cref="AeronetTlsHostOptions.ClientCertificateValidation"/>; what is not accepted makes a full handshake.
    /// Whoever has the tickets' keys can make a ticket with any client's certificate.
    /// </summary>
    /// <remarks>
    /// Defaults to <see langword="true"/> with <see cref="SessionTicketKeySource.Process"/>, whose keys never leave the process, and to
    /// <see langword="false"/> with the other sources.
    /// </remarks>
    public bool? ClientCertificates { get; set; }

    /// <summary>The keys.</summary>
    public SessionTicketKeyOptions Keys { get; } = new();
}
