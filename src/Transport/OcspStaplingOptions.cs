namespace Aeronet.AspNetCore.Transport;

/// <summary>
/// OCSP stapling (RFC 6066, section 8): handshakes carry the authority's word, not older than some days, that the certificate is not revoked,
/// so that clients need not ask the authority themselves. It is fetched in the background, never in a handshake, verified, and sent as
/// long as it is valid. What a host leaves open is the endpoint's.
/// </summary>
public sealed class OcspStaplingOptions
{
    /// <summary>
    /// Whether responses are had and sent. Concerns only certificates that name a responder (RFC 5280, section 4.2.2.1), or for which
    /// <see cref="Responder"/> or <see cref="ResponseFiles"/> says where responses come from.
    /// </summary>
    /// <remarks>Defaults to <see langword="true"/>, as Kestrel's own HTTPS does on Linux.</remarks>
    public bool? Enabled { get; set; }

    /// <summary>Who is asked instead of the responder that the certificate names: an absolute http or https address.</summary>
    /// <remarks>Defaults to none.</remarks>
    public string? Responder { get; set; }

    /// <summary>
    /// Files with responses (DER), which somebody else keeps fresh; relative paths begin at the content root. A certificate takes the newest that is for it, and nobody
    /// is asked over the network. They are read again when they change.
    /// </summary>
    /// <remarks>Defaults to none. Files of the endpoint are for its own certificates.</remarks>
    public IList<string> ResponseFiles { get; } = [];

    /// <summary>
    /// Where responses are kept, so that a server that is started again has them at once; relative paths begin at the content root. It is made if
    /// it is missing, and may be shared by several servers. What is read from it is verified again.
    /// </summary>
    /// <remarks>Defaults to the folder <c>aeronet-ocsp</c> in the first of the environment's <c>CACHE_DIRECTORY</c> (systemd.exec(5)), and where there is none to nowhere.</remarks>
    public string? CacheDirectory { get; set; }

    /// <summary>How long one exchange with a responder may take, 100 ms to 1 minute.</summary>
    /// <remarks>Defaults to <c>00:00:10</c>.</remarks>
    public TimeSpan? Timeout { get; set; }

    /// <summary>
    /// How long the start, and a reload, waits for the first response of a certificate that demands one (RFC 7633); such a certificate alone. 0 to 1 minute.
    /// </summary>
    /// <remarks>Defaults to <c>00:00:05</c>.</remarks>
    public TimeSpan? StartupWait { get; set; }
}
