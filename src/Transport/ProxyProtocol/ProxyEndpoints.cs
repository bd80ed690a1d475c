using System.Collections.Immutable;
using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Transport.ProxyProtocol;

/// <summary>
/// The endpoints of configuration that are to read headers, and whether each does: one whose set-up the application has replaced would serve
/// everybody who can reach it, by the balancer's address.
/// </summary>
internal sealed class ProxyEndpoints(IOptions<AeronetProxyProtocolOptions> options)
{
    private ImmutableList<ListenOptions> _bound = [];
    private readonly HashSet<string> _applied = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The options of an endpoint; null where it is to read none.</summary>
    internal AeronetProxyProtocolEndpointOptions? Find(string endpoint) => options.Value.Endpoints.TryGetValue(endpoint, out var own) ? own : null;

    /// <summary>Kestrel is about to bind an endpoint that reads headers.</summary>
    internal void OnBinding(ListenOptions endpoint) =>
        ImmutableInterlocked.Update(ref _bound, static (all, added) => all.Contains(added) ? all : all.Add(added), endpoint);

    /// <summary>Whether headers are read on an address, as Kestrel asks for it.</summary>
    internal bool Reads(EndPoint asked) => Volatile.Read(ref _bound).Any(endpoint => asked.Equals(endpoint.EndPoint) || IsLocalhosts(endpoint, asked));

    internal void OnUnbound(EndPoint bound) =>
        ImmutableInterlocked.Update(ref _bound, static (all, gone) => all.RemoveAll(endpoint => gone.Equals(endpoint.EndPoint)), bound);

    internal void OnApplied(string endpoint)
    {
        lock (_applied)
        {
            _applied.Add(endpoint);
        }
    }

    /// <summary>Before the first endpoint is bound, when all of configuration have been set up.</summary>
    /// <exception cref="InvalidOperationException">One does not read headers.</exception>
    internal void EnsureApplied()
    {
        lock (_applied)
        {
            if (options.Value.Endpoints.Keys.FirstOrDefault(endpoint => !_applied.Contains(endpoint)) is { } missing)
            {
                throw new InvalidOperationException(
                    $"{AeronetProxyProtocolOptions.SectionName}:Endpoints:{missing} has no effect: name an endpoint of Kestrel:Endpoints, or, where code sets that one up, "
                    + "call UseAeronetProxyProtocol there and remove this key.");
            }
        }
    }

    // Kestrel binds localhost as both of its addresses, and tells of one.
    private static bool IsLocalhosts(ListenOptions endpoint, EndPoint asked) =>
        asked is IPEndPoint other && IPAddress.IsLoopback(other.Address) && endpoint.IPEndPoint?.Port == other.Port
        && endpoint.ToString()!.Contains("//localhost:", StringComparison.OrdinalIgnoreCase);
}
