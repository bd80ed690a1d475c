using Aeronet.AspNetCore.Transport.Tls.Handshake;
using Aeronet.AspNetCore.Transport.EventLoop;
using Aeronet.AspNetCore.Transport;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.Draining;
using Aeronet.AspNetCore.Transport.Hosting;
using Aeronet.AspNetCore.Transport.Limits;
using Aeronet.AspNetCore.Transport.Listening;
using Aeronet.AspNetCore.Transport.ProxyProtocol;
using Aeronet.AspNetCore.Transport.SendFile;
using Aeronet.AspNetCore.Transport.Succession;
using Aeronet.AspNetCore.Transport.Tls.Certificates;
using Aeronet.AspNetCore.Transport.Tls.Observers;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Aeronet.AspNetCore.Transport.Tls.Revocation;
using Aeronet.AspNetCore.Transport.Tls.Stapling;
using Aeronet.AspNetCore.Transport.Tls.Status;
using Aeronet.AspNetCore.Transport.Tls.Tickets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Hosting;

/// <summary>Puts the Aeronet transport under Kestrel.</summary>
public static class WebHostBuilderAeronetTransportExtensions
{
    /// <summary>
    /// Serves Kestrel's TCP, Unix socket and inherited-descriptor endpoints by the Aeronet transport: epoll loops that run
    /// a request where its bytes arrived, and sendfile for files.
    /// </summary>
    /// <remarks>
    /// Replaces Kestrel's sockets transport for those endpoints and leaves it in place for all others; HTTP/3 is not touched.
    /// Off Linux, or where the kernel refuses epoll, a warning is logged and the sockets transport serves everything.
    /// Endpoints of the section <c>Kestrel:Endpoints</c> whose address is an https one get the transport's TLS, see
    /// <see cref="ListenOptionsAeronetTlsExtensions.UseAeronetTls(Microsoft.AspNetCore.Server.Kestrel.Core.ListenOptions)"/>.
    /// Options come from the configuration section <c>Aeronet:Transport</c>. Calling it again adds nothing, and a later
    /// call of <c>UseSockets</c> changes nothing.
    /// </remarks>
    /// <param name="builder">The web host builder, <c>builder.WebHost</c> in a minimal application.</param>
    /// <returns><paramref name="builder"/>.</returns>
    public static IWebHostBuilder UseAeronetTransport(this IWebHostBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.ConfigureServices(static services => AddTransport(services));
    }

    /// <summary>As <see cref="UseAeronetTransport(IWebHostBuilder)"/>, with options changed after they were read from configuration.</summary>
    /// <param name="builder">The web host builder, <c>builder.WebHost</c> in a minimal application.</param>
    /// <param name="configure">Changes the options. Invalid values fail the start of the server with a message that names them.</param>
    /// <returns><paramref name="builder"/>.</returns>
    public static IWebHostBuilder UseAeronetTransport(this IWebHostBuilder builder, Action<AeronetTransportOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        return builder.ConfigureServices(services => AddTransport(services).Configure(configure));
    }

    private static IServiceCollection AddTransport(IServiceCollection services)
    {
        // Kestrel tries the factories in reverse order of registration and adds its own only when there is none: with it
        // registered before ours, endpoints that ours does not claim have somewhere to go whoever is called first.
        services.TryAddSingleton<IConnectionListenerFactory, SocketTransportFactory>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConnectionListenerFactory, AeronetConnectionListenerFactory>());
        services.TryAddSingleton<HandOver>();
        services.TryAddSingleton<TransportMetrics>();
        services.TryAddSingleton<LoopMetrics>();
        services.TryAddSingleton<ProxyMetrics>();
        services.TryAddSingleton<ProxyEndpoints>();
        services.TryAddSingleton<TlsMetrics>();
        services.TryAddSingleton<TicketMetrics>();
        services.TryAddSingleton<AdmissionMetrics>();
        services.TryAddSingleton<TicketKeyRings>();
        services.TryAddSingleton<TlsStapler>();
        services.TryAddSingleton<HandshakeObservers>();
        services.TryAddSingleton<TlsStatus>();
        services.TryAddSingleton<IAeronetTlsStatus>(static provider => provider.GetRequiredService<TlsStatus>());
        services.TryAddSingleton<TlsCertificateManager>();
        services.TryAddSingleton<ITlsCertificateManager>(static provider => provider.GetRequiredService<TlsCertificateManager>());
        services.TryAddSingleton<RevocationMetrics>();
        services.TryAddSingleton<ClientRevocation>();
        services.TryAddSingleton(TlsLibrary.OfThisProcess);
        services.TryAddSingleton<StallReporter>();
        services.TryAddSingleton<IAeronetTransportStatus, TransportStatus>();
        services.TryAddSingleton<ServerDrain>();
        services.TryAddSingleton<IAeronetDrain>(static provider => provider.GetRequiredService<ServerDrain>());
        services.TryAddSingleton<IDrainNotice>(static provider => provider.GetRequiredService<ServerDrain>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, DrainOnStop>());
        if (!services.Any(static service => service.ImplementationType == typeof(RequestHookStartupFilter)))
        {
            // In front of filters that answer requests themselves, such as host filtering.
            services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter, RequestHookStartupFilter>());
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<AeronetTransportOptions>, AeronetTransportOptionsSetup>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AeronetTransportOptions>, AeronetTransportOptionsValidator>());
        services.AddOptions<AeronetTransportOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<AeronetProxyProtocolOptions>, AeronetProxyProtocolOptionsSetup>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AeronetProxyProtocolOptions>, ProxyOptionsValidator>());
        services.AddOptions<AeronetProxyProtocolOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<AeronetConnectionLimitOptions>, AeronetConnectionLimitOptionsSetup>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AeronetConnectionLimitOptions>, ConnectionLimitsValidator>());
        services.AddOptions<AeronetConnectionLimitOptions>().ValidateOnStart();
        KestrelEndpointsSetup.AddTo(services);
        return services;
    }
}
