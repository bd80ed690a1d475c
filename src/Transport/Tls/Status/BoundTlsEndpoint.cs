using System.Net;
using Aeronet.AspNetCore.Transport.Tls.Certificates;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Aeronet.AspNetCore.Transport.Tls.Tickets;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aeronet.AspNetCore.Transport.Tls.Status;

/// <summary>
/// One endpoint as it is shown. All but its address, which Kestrel completes when it binds a free port, is found out once.
/// </summary>
internal sealed class BoundTlsEndpoint
{
    private readonly ListenOptions _listenOptions;
    private readonly TlsEndpointStatus _status;
    private readonly TicketKeyRing? _ticketKeys;
    private volatile bool _isTransports;

    /// <param name="listenOptions">Kestrel's side of it.</param>
    /// <param name="default">Its own policy.</param>
    /// <param name="hosts">The hosts it names.</param>
    /// <param name="ticketKeys">The keys of its tickets; null where it gives out none, and where Kestrel's TLS serves.</param>
    /// <param name="fallbackReason">Why Kestrel's TLS serves it; null where the transport's does.</param>
    internal BoundTlsEndpoint(
        ListenOptions listenOptions, TlsHost @default, IEnumerable<TlsHost> hosts, TicketKeyRing? ticketKeys, string? fallbackReason)
    {
        _listenOptions = listenOptions;
        TlsHost[] all = [@default, .. hosts.OrderBy(host => host.ServerName, StringComparer.OrdinalIgnoreCase)];
        _ticketKeys = all.Any(host => host.IsResumable) ? ticketKeys : null;
        _status = new TlsEndpointStatus
        {
            Address = "",
            Implementation = fallbackReason is null ? TlsImplementation.OpenSsl : TlsImplementation.Kestrel,
            FallbackReason = fallbackReason,
            Ktls = @default.Ktls,
            Hosts = [.. all.Select(Describe)],
            TicketKeys = [],
        };
    }

    internal EndPoint EndPoint => _listenOptions.EndPoint;

    /// <summary>This transport listens there. On another one Kestrel's TLS does the work.</summary>
    internal void OnBoundByTransport() => _isTransports = true;

    internal TlsEndpointStatus Describe()
    {
        var status = _status with { Address = _listenOptions.ToString()! };
        if (status.FallbackReason is null && !_isTransports)
        {
            return status with { Implementation = TlsImplementation.Kestrel, FallbackReason = "another transport serves the endpoint" };
        }

        return _ticketKeys is null ? status : status with { TicketKeys = _ticketKeys.Describe(), TicketKeyRotation = _ticketKeys.Rotation };
    }

    private static TlsHostStatus Describe(TlsHost host) => new()
    {
        Name = host.ServerName,
        Certificates = [.. host.Certificates.Select(CertificateDescription.Of)],
        IsResumable = host.IsResumable,
    };
}
