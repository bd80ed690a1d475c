using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Aeronet.AspNetCore.Transport.Configuration;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.ProxyProtocol;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Transport.Hosting;

/// <summary>Has endpoints read PROXY protocol headers.</summary>
internal static class ProxyEndpoint
{
    private static readonly ConditionalWeakTable<ListenOptions, object> s_used = [];

    /// <summary>The options of endpoints that have none of their own, for somebody to change.</summary>
    /// <exception cref="OptionsValidationException">One line for each thing that is wrong.</exception>
    internal static AeronetProxyProtocolEndpointOptions DefaultsOf(IServiceProvider services)
    {
        if (services.GetService<ProxyEndpoints>() is not null)
        {
            return CopyOf(services.GetRequiredService<IOptions<AeronetProxyProtocolOptions>>().Value);
        }

        var options = new AeronetProxyProtocolOptions();
        if (services.GetService<IConfiguration>() is { } configuration)
        {
            ProxyOptionsReader.Read(configuration.GetSection(AeronetProxyProtocolOptions.SectionName), options);
        }

        return CopyOf(options);
    }

    /// <summary>Has an endpoint of Kestrel's configuration do so, where <c>Aeronet:ProxyProtocol:Endpoints</c> names it.</summary>
    internal static void UseConfigured(ListenOptions listenOptions, string name)
    {
        var endpoints = listenOptions.ApplicationServices.GetRequiredService<ProxyEndpoints>();
        if (endpoints.Find(name) is { } options)
        {
            Use(listenOptions, options, key => $"{AeronetProxyProtocolOptions.SectionName}:{nameof(AeronetProxyProtocolOptions.Endpoints)}:{name}:{key}");
            endpoints.OnApplied(name);
        }
    }

    /// <summary>Puts what reads headers in front of everything that is added behind.</summary>
    /// <param name="listenOptions">The endpoint.</param>
    /// <param name="options">Its options.</param>
    /// <param name="nameOf">The name of an option in messages.</param>
    /// <exception cref="InvalidOperationException">An option is wrong, or the endpoint cannot have headers read; the message says which and why.</exception>
    internal static ListenOptions Use(ListenOptions listenOptions, AeronetProxyProtocolEndpointOptions options, Func<string, string> nameOf)
    {
        if (ProxyOptionsValidator.FailuresOf(options, nameOf).FirstOrDefault() is { } failure)
        {
            throw new InvalidOperationException(PrintableText.Escape(failure));
        }

        if (IsTls(listenOptions))
        {
            throw new InvalidOperationException(
                $"The PROXY protocol header of {listenOptions} comes before TLS: call UseAeronetProxyProtocol before UseAeronetTls and UseHttps.");
        }

        if (!s_used.TryAdd(listenOptions, listenOptions))
        {
            throw new InvalidOperationException($"{listenOptions} reads PROXY protocol headers already: a connection has one. Call UseAeronetProxyProtocol once.");
        }

        var services = listenOptions.ApplicationServices;
        var policy = new ProxyPolicy(options);
        var metrics = services.GetService<ProxyMetrics>() ?? new ProxyMetrics(services.GetRequiredService<IMeterFactory>());
        var refusals = new ProxyRefusals(metrics, TlsEndpoint.LoggerOf(services), () => listenOptions.ToString()!, nameOf(nameof(options.TrustedPeers)));
        if (policy.IsRequired)
        {
            RefuseHttp3(listenOptions, nameOf(nameof(options.Mode)));
        }

        listenOptions.Use(next =>
        {
            services.GetService<ProxyEndpoints>()?.OnBinding(listenOptions);
            return new ProxyMiddleware(next, policy, metrics, refusals, IsTls(listenOptions)).OnConnectionAsync;
        });
        return listenOptions;
    }

    // There is no such header in QUIC: who speaks HTTP/3 would come in by any address without one.
    private static void RefuseHttp3(ListenOptions listenOptions, string mode) => ((IMultiplexedConnectionBuilder)listenOptions).Use(_ =>
        throw new InvalidOperationException($"{mode} is Required, and HTTP/3 has no PROXY protocol: take Http3 from the protocols of {listenOptions}, or use Optional."));

    private static bool IsTls(ListenOptions listenOptions) => listenOptions.ToString()!.StartsWith("https:", StringComparison.Ordinal);

    private static AeronetProxyProtocolEndpointOptions CopyOf(AeronetProxyProtocolEndpointOptions options) => new()
    {
        Mode = options.Mode,
        TrustedPeers = [.. options.TrustedPeers],
        HeaderTimeout = options.HeaderTimeout,
        MaxHeaderLength = options.MaxHeaderLength,
        UseClientTls = options.UseClientTls,
    };
}
