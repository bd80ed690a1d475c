namespace Aeronet.AspNetCore.Transport;

/// <summary>
/// Has certificates read again while the process serves. In the services after <c>UseAeronetTransport</c>. Safe from any thread. What
/// changes in files and in configuration is found without it, see <see cref="AeronetTlsOptions.ReloadCertificates"/>.
/// </summary>
public interface ITlsCertificateManager
{
    /// <summary>
    /// An endpoint has been read again, whoever asked for it, or could not be. Raised on the thread pool, one at a time; what a handler
    /// throws is logged. The sender is this service.
    /// </summary>
    event EventHandler<TlsReloadResult>? Reloaded;

    /// <summary>
    /// Reads the options and certificates of all endpoints that are bound again, changed or not: their sections of the configuration, the
    /// files those name, and then the delegate given to <c>UseAeronetTls</c>. What can be used takes the place of what was, for
    /// connections that begin afterwards; an endpoint of which something cannot be used keeps all it has.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait for a reload that is going on already.</param>
    /// <returns>One result for each endpoint, in the order in which they were bound. Does not fail for what is wrong with one.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled before it began.</exception>
    Task<IReadOnlyList<TlsReloadResult>> ReloadAsync(CancellationToken cancellationToken = default);
}
