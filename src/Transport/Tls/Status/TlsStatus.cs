using System.Collections.Immutable;
using System.Net;

namespace Aeronet.AspNetCore.Transport.Tls.Status;

/// <summary>
/// The TLS endpoints that are bound: one joins when Kestrel builds the pipeline of what it is about to bind, and leaves when its
/// listener unbinds.
/// </summary>
internal sealed class TlsStatus : IAeronetTlsStatus
{
    private ImmutableList<BoundTlsEndpoint> _endpoints = [];

    public IReadOnlyList<TlsEndpointStatus> Endpoints => [.. Volatile.Read(ref _endpoints).Select(endpoint => endpoint.Describe())];

    /// <summary>Kestrel is about to bind it, on whichever transport.</summary>
    internal void OnBinding(BoundTlsEndpoint endpoint) =>
        ImmutableInterlocked.Update(ref _endpoints, static (all, added) => all.Contains(added) ? all : all.Add(added), endpoint);

    internal bool IsBound(BoundTlsEndpoint endpoint) => Volatile.Read(ref _endpoints).Contains(endpoint);

    /// <summary>An address, as Kestrel asks for it, is bound by this transport.</summary>
    internal void OnBoundByTransport(EndPoint asked)
    {
        foreach (var endpoint in Volatile.Read(ref _endpoints).Where(endpoint => asked.Equals(endpoint.EndPoint)))
        {
            endpoint.OnBoundByTransport();
        }
    }

    internal void OnUnbound(EndPoint bound) =>
        ImmutableInterlocked.Update(ref _endpoints, static (all, gone) => all.RemoveAll(endpoint => gone.Equals(endpoint.EndPoint)), bound);
}
