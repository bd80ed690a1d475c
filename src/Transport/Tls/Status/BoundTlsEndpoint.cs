using System.Net;
using Aeronet.AspNetCore.Transport.Tls.Certificates;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Aeronet.AspNetCore.Transport.Tls.Stapling;
using Aeronet.AspNetCore.Transport.Tls.Tickets;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aeronet.AspNetCore.Transport.Tls.Status;

/// <summary>One endpoint as it is shown: as what its next handshake takes says, and its address, which Kestrel completes when it binds a free port.</summary>
/// <param name="listenOptions">Kestrel's side of it.</param>
/// <param name="current">Its present state, from <see cref="Describe(TlsHost, IEnumerable{TlsHost}, string?)"/>.</param>
/// <param name="staples">Those of its hosts, in its present state.</param>
/// <param name="ticketKeys">Has the keys of its tickets; null where Kestrel's TLS serves.</param>
internal sealed class BoundTlsEndpoint(ListenOptions listenOptions, Func<TlsEndpointStatus> current, Func<IEnumerable<HostStaples>> staples, EndpointTicketKeys? ticketKeys)
{
    private volatile bool _isTransports;

    internal EndPoint EndPoint => listenOptions.EndPoint;

    /// <summary>This transport listens there. On another one Kestrel's TLS does the work.</summary>
    internal void OnBoundByTransport() => _isTransports = true;

    internal TlsEndpointStatus Describe()
    {
        var status = current() with { Address = listenOptions.ToString()! };
        if (status.FallbackReason is null && !_isTransports)
        {
            return status with { Implementation = TlsImplementation.Kestrel, FallbackReason = "another transport serves the endpoint" };
        }

        status = WithStaples(status);
        return ticketKeys?.Ring is { } ring && status.Hosts.Any(host => host.IsResumable)
            ? status with { TicketKeys = ring.Describe(), TicketKeyRotation = ring.Rotation }
            : status;
    }

    // What the rest is described by does not change; a staple does.
    private TlsEndpointStatus WithStaples(TlsEndpointStatus status)
    {
        var all = staples().Where(host => !host.IsEmpty).ToDictionary(host => host.Host ?? "", StringComparer.OrdinalIgnoreCase);
        return all.Count == 0 ? status : status with
        {
            Hosts = [.. status.Hosts.Select(host => all.GetValueOrDefault(host.Name ?? "") is { } of ? host with { Certificates = [.. host.Certificates.Select(of.Describe)] } : host)],
        };
    }

    /// <summary>Describes a state, all but its address and the keys of its tickets.</summary>
    /// <param name="default">Its own policy.</param>
    /// <param name="hosts">The hosts it names.</param>
    /// <param name="fallbackReason">Why Kestrel's TLS serves it; null where the transport's does.</param>
    internal static TlsEndpointStatus Describe(TlsHost @default, IEnumerable<TlsHost> hosts, string? fallbackReason)
    {
        TlsHost[] all = [@default, .. hosts.OrderBy(host => host.ServerName, StringComparer.OrdinalIgnoreCase)];
        return new TlsEndpointStatus
        {
            Address = "",
            Implementation = fallbackReason is null ? TlsImplementation.OpenSsl : TlsImplementation.Kestrel,
            FallbackReason = fallbackReason,
            Ktls = @default.Ktls,
            Hosts = [.. all.Select(host => Describe(host, byOpenSsl: fallbackReason is null))],
            TicketKeys = [],
        };
    }

    private static TlsHostStatus Describe(TlsHost host, bool byOpenSsl) => new()
    {
        Name = host.ServerName,
        Certificates = [.. host.Certificates.Select(CertificateDescription.Of)],
        IsResumable = host.IsResumable && (byOpenSsl || host.IsOpen),
    };
}
