namespace Aeronet.AspNetCore.Transport;

/// <summary>
/// Says whether client certificates were revoked where lists (<see cref="AeronetTlsHostOptions.RevocationLists"/>,
/// <see cref="AeronetTlsHostOptions.RevocationUrls"/>) do not: by OCSP, a directory, a table of your own. Registered as a service, it is asked
/// about each client certificate whose chain is good, of every host that asks for them; the last one registered counts.
/// </summary>
/// <example>
/// <code>
/// builder.Services.AddSingleton&lt;ITlsRevocationChecker, OcspChecker&gt;();
/// </code>
/// </example>
public interface ITlsRevocationChecker
{
    /// <summary>
    /// Says whether a certificate was revoked. Called on the thread pool while the handshake waits, once for all handshakes with the certificate at a time;
    /// the answer is kept for <see cref="AeronetTlsRevocationOptions.CheckLifetime"/>. An exception is logged and counts as <see cref="TlsRevocationStatus.Unknown"/>.
    /// </summary>
    /// <param name="query">The certificate, and who signed it.</param>
    /// <param name="cancellationToken">Cancelled after <see cref="AeronetTlsRevocationOptions.CheckTimeout"/>, when nobody waits any more.</param>
    ValueTask<TlsRevocationStatus> CheckAsync(TlsRevocationQuery query, CancellationToken cancellationToken);
}
