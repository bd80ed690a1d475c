namespace Aeronet.AspNetCore.Transport;

/// <summary>
/// Which keys session tickets are encrypted with. Endpoints with the same settings share the same keys; servers do by
/// <see cref="Source"/>. Whoever has a key can read recorded TLS 1.2 connections whose tickets are under it, and pass for the server in resumed ones:
/// keep it as a certificate's private key.
/// </summary>
public sealed class SessionTicketKeyOptions
{
    /// <summary>Where they come from.</summary>
    /// <remarks>Defaults to <see cref="SessionTicketKeySource.Process"/>.</remarks>
    public SessionTicketKeySource Source { get; set; }

    /// <summary>
    /// For <see cref="SessionTicketKeySource.File"/>: 1 to 16 files, one key each, of 80 bytes (AES-256) or 48 (AES-128), as nginx's. New tickets get
    /// the first one's, those of all are accepted. Relative paths begin at the content root.
    /// </summary>
    /// <remarks>Defaults to none.</remarks>
    public IList<string> Files { get; } = [];

    /// <summary>
    /// The secret that servers share, 32 to 4,096 bytes as UTF-8; make it at random (<c>openssl rand -base64 48</c>). For
    /// <see cref="SessionTicketKeySource.Secret"/> keys are derived from it (HKDF, RFC 5869); with
    /// <see cref="SessionTicketKeySource.DistributedCache"/> it seals them in the cache.
    /// </summary>
    /// <remarks>Defaults to none.</remarks>
    public string? Secret { get; set; }

    /// <summary>A file with <see cref="Secret"/>, instead of it. A line's end behind it does not count. Read at start.</summary>
    /// <remarks>Defaults to none.</remarks>
    public string? SecretFile { get; set; }

    /// <summary>For <see cref="SessionTicketKeySource.DistributedCache"/>: what its entries' names begin with.</summary>
    /// <remarks>Defaults to <c>aeronet:tls:tickets</c>.</remarks>
    public string CachePrefix { get; set; } = "aeronet:tls:tickets";

    /// <summary>
    /// How often <see cref="SessionTicketKeySource.File"/> and <see cref="SessionTicketKeySource.DistributedCache"/> are looked at for changes. 1 s to 1 hour.
    /// </summary>
    /// <remarks>Defaults to 10 s.</remarks>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(10);
}
