namespace Aeronet.AspNetCore.Transport;

/// <summary>
/// What the process serves over TLS at the moment. In the services after <c>UseAeronetTransport</c>. Safe from any thread, and cheap
/// enough to be asked every second.
/// </summary>
public interface IAeronetTlsStatus
{
    /// <summary>
    /// The endpoints of <c>UseAeronetTls</c>, and those of <c>Kestrel:Endpoints</c> with its TLS, that are bound now, in the order in
    /// which they were.
    /// </summary>
    IReadOnlyList<TlsEndpointStatus> Endpoints { get; }
}
