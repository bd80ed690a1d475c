using Aeronet.AspNetCore.Transport;
using Aeronet.AspNetCore.Transport.Configuration;
using Aeronet.AspNetCore.Transport.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Hosting;

/// <summary>The PROXY protocol, by which a load balancer says who its client is.</summary>
public static class ListenOptionsAeronetProxyProtocolExtensions
{
    /// <summary>
    /// Reads the PROXY protocol header (versions 1 and 2 of HAProxy's proxy-protocol.txt) that connections of the endpoint begin with, as the
    /// configuration section <c>Aeronet:ProxyProtocol</c> says. See <see cref="UseAeronetProxyProtocol(ListenOptions, Action{AeronetProxyProtocolEndpointOptions})"/>.
    /// </summary>
    /// <param name="listenOptions">The endpoint.</param>
    /// <returns><paramref name="listenOptions"/>.</returns>
    /// <exception cref="OptionsValidationException">The configuration has mistakes, which are listed.</exception>
    /// <exception cref="InvalidOperationException">An option is wrong, or the endpoint has TLS or reads headers already; the message says which.</exception>
    public static ListenOptions UseAeronetProxyProtocol(this ListenOptions listenOptions) => Use(listenOptions, null);

    /// <summary>
    /// Reads the PROXY protocol header that connections of the endpoint begin with. Call it before <c>UseAeronetTls</c> and <c>UseHttps</c>: the header
    /// comes before TLS.
    /// </summary>
    /// <remarks>
    /// The addresses of the connection and of its requests (<c>HttpContext.Connection</c>) are then the client's, for everything behind: TLS, limits, logs,
    /// redirects. <see cref="IProxyProtocolFeature"/> says what else the header had. A connection whose header is malformed or late, or of a peer
    /// that is not trusted, is reset and counted (<c>aeronet.proxy_protocol.rejected</c>). Also on Kestrel's own transport, with or without TLS by
    /// either. HTTP/3 has no such header: an endpoint that has it cannot require one.
    /// </remarks>
    /// <param name="listenOptions">The endpoint.</param>
    /// <param name="configure">Changes the options after they were read from the configuration section <c>Aeronet:ProxyProtocol</c>, if there is one.</param>
    /// <returns><paramref name="listenOptions"/>.</returns>
    /// <exception cref="OptionsValidationException">The configuration has mistakes, which are listed.</exception>
    /// <exception cref="InvalidOperationException">An option is wrong, or the endpoint has TLS or reads headers already; the message says which.</exception>
    public static ListenOptions UseAeronetProxyProtocol(this ListenOptions listenOptions, Action<AeronetProxyProtocolEndpointOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return Use(listenOptions, configure);
    }

    /// <summary>The same as a configuration section of its own says, which has the keys of <c>Aeronet:ProxyProtocol</c> but <c>Endpoints</c>.</summary>
    /// <param name="listenOptions">The endpoint.</param>
    /// <param name="configuration">The section. <c>Aeronet:ProxyProtocol</c> is not read.</param>
    /// <returns><paramref name="listenOptions"/>.</returns>
    /// <exception cref="OptionsValidationException">The configuration has mistakes, which are listed.</exception>
    /// <exception cref="InvalidOperationException">An option is wrong, or the endpoint has TLS or reads headers already; the message says which.</exception>
    public static ListenOptions UseAeronetProxyProtocol(this ListenOptions listenOptions, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(listenOptions);
        ArgumentNullException.ThrowIfNull(configuration);
        var options = new AeronetProxyProtocolEndpointOptions();
        ProxyOptionsReader.ReadEndpoint(configuration, options);
        var path = (configuration as IConfigurationSection)?.Path;
        return ProxyEndpoint.Use(listenOptions, options, key => path is null ? key : ConfigurationPath.Combine(path, key));
    }

    private static ListenOptions Use(ListenOptions listenOptions, Action<AeronetProxyProtocolEndpointOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(listenOptions);
        var options = ProxyEndpoint.DefaultsOf(listenOptions.ApplicationServices);
        configure?.Invoke(options);
        return ProxyEndpoint.Use(listenOptions, options, key => ConfigurationPath.Combine(AeronetProxyProtocolOptions.SectionName, key));
    }
}
