namespace Aeronet.AspNetCore.Transport;

/// <summary>
/// How endpoints take PROXY protocol headers, by which a load balancer says who its client is. Bound from the configuration section
/// <c>Aeronet:ProxyProtocol</c>, and the default of every endpoint that has <c>ListenOptions.UseAeronetProxyProtocol</c> or is named in
/// <see cref="Endpoints"/>; no other endpoint reads headers.
/// </summary>
public sealed class AeronetProxyProtocolOptions : AeronetProxyProtocolEndpointOptions
{
    /// <summary>The configuration section these options are bound from.</summary>
    public const string SectionName = "Aeronet:ProxyProtocol";

    /// <summary>
    /// The endpoints of <c>Kestrel:Endpoints</c>, by name, that read headers, and what differs there: what an endpoint leaves out is the section's.
    /// </summary>
    /// <remarks>Defaults to none: code names them.</remarks>
    public IDictionary<string, AeronetProxyProtocolEndpointOptions> Endpoints { get; } =
        new Dictionary<string, AeronetProxyProtocolEndpointOptions>(StringComparer.OrdinalIgnoreCase);
}
