namespace Aeronet.AspNetCore.Transport;

/// <summary>
/// How an endpoint learns that client certificates were revoked: the lists of <see cref="AeronetTlsHostOptions.RevocationUrls"/>, and the
/// <see cref="ITlsRevocationChecker"/> among the services. Read from <c>Aeronet:Tls:Revocation</c>.
/// </summary>
public sealed class AeronetTlsRevocationOptions
{
    /// <summary>
    /// Where lists that were fetched are kept, so that a server that is started again has them at once; relative paths begin at the content root. It is
    /// made if it is missing, and may be shared by several servers. What is read from it is verified again.
    /// </summary>
    /// <remarks>Defaults to the folder <c>aeronet-crl</c> in the first of the environment's <c>CACHE_DIRECTORY</c> (systemd.exec(5)), and where there is none to nowhere.</remarks>
    public string? CacheDirectory { get; set; }

    /// <summary>
    /// How often a list is fetched again, 1 minute to 7 days; earlier where it ends earlier (nextUpdate), at half of the time that is left. An authority that has
    /// revoked a certificate may publish a list before the last one ends, so this bounds how long it goes unnoticed.
    /// </summary>
    /// <remarks>Defaults to 1 h.</remarks>
    public TimeSpan RefreshInterval { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long a handshake waits for the <see cref="ITlsRevocationChecker"/>, 100 ms to 1 minute. Then nobody can say.</summary>
    /// <remarks>Defaults to 5 s.</remarks>
    public TimeSpan CheckTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an answer of the <see cref="ITlsRevocationChecker"/> is kept, 0 to 1 day. That nobody can say is kept for 10 s at most.</summary>
    /// <remarks>Defaults to 5 minutes.</remarks>
    public TimeSpan CheckLifetime { get; set; } = TimeSpan.FromMinutes(5);
}
