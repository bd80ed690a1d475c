namespace Aeronet.AspNetCore.Transport.ProxyProtocol;

/// <summary>How an endpoint takes headers; made of checked options, and does not change.</summary>
internal sealed class ProxyPolicy(AeronetProxyProtocolEndpointOptions options)
{
    internal bool IsRequired { get; } = options.Mode == ProxyProtocolMode.Required;

    internal TrustedPeers Peers { get; } = new(options.TrustedPeers);

    internal TimeSpan HeaderTimeout { get; } = options.HeaderTimeout;

    internal int MaxHeaderLength { get; } = options.MaxHeaderLength;

    internal bool UsesClientTls { get; } = options.UseClientTls;
}
