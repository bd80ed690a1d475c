using Aeronet.AspNetCore.Transport.Diagnostics;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Server.Kestrel;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Transport.Hosting;

/// <summary>
/// Has Kestrel's configuration loader call <see cref="ProxyEndpoint"/> and <see cref="KestrelEndpoint"/> for every endpoint of <c>Kestrel:Endpoints</c>. The
/// loader keeps one callback a name, the last: ours is there before the application's code runs, which therefore wins.
/// </summary>
internal sealed class KestrelEndpointsSetup(IOptions<AeronetTransportOptions> transport) : IConfigureOptions<KestrelServerOptions>, IPostConfigureOptions<KestrelServerOptions>
{
    private KestrelConfigurationLoader? _loader;

    /// <summary>Registers it behind the framework's own set-up, which makes the loader, and before the application's.</summary>
    internal static void AddTo(IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(KestrelEndpointsSetup)))
        {
            return;
        }

        services.AddSingleton<KestrelEndpointsSetup>();
        services.AddSingleton<IPostConfigureOptions<KestrelServerOptions>>(provider => provider.GetRequiredService<KestrelEndpointsSetup>());
        var setup = ServiceDescriptor.Singleton<IConfigureOptions<KestrelServerOptions>>(provider => provider.GetRequiredService<KestrelEndpointsSetup>());
        var first = services.ToList().FindIndex(service => service.ServiceType == typeof(IConfigureOptions<KestrelServerOptions>) && service.ImplementationInstance is not null);

        // Web hosts with defaults, of which host filtering is another, begin with the framework's; others with the application's.
        var hasDefaults = services.Any(service => service.ServiceType == typeof(IPostConfigureOptions<HostFilteringOptions>));
        services.Insert(first < 0 ? services.Count : hasDefaults ? first + 1 : first, setup);
    }

    public void Configure(KestrelServerOptions options)
    {
        _loader = options.ConfigurationLoader;
        // Kestrel serves an endpoint that has no name, but takes no callback for it.
        foreach (var section in EndpointsOf(_loader).Where(section => section.Key.Length > 0))
        {
            _loader!.Endpoint(section.Key, endpoint =>
            {
                // In front of TLS.
                ProxyEndpoint.UseConfigured(endpoint.ListenOptions, section.Key);
                if (transport.Value.TlsForConfiguredEndpoints)
                {
                    KestrelEndpoint.UseTls(endpoint, _loader.Configuration);
                }
            });
        }
    }

    public void PostConfigure(string? name, KestrelServerOptions options)
    {
        var isLoaders = options.ConfigurationLoader == _loader;
        foreach (var section in EndpointsOf(options.ConfigurationLoader).Where(section => IsHttps(section) && (!isLoaders || section.Key.Length == 0)))
        {
            if (IsWanted())
            {
                TransportLog.TlsFallback(
                    TlsEndpoint.LoggerOf(options.ApplicationServices),
                    section.Path,
                    isLoaders ? "it has no name; give it one" : "code made its KestrelConfigurationLoader; call UseAeronetTls in the loader's Endpoint callback");
            }
        }
    }

    private static bool IsHttps(IConfigurationSection endpoint) => endpoint["Url"]?.StartsWith("https:", StringComparison.OrdinalIgnoreCase) == true;

    private static IEnumerable<IConfigurationSection> EndpointsOf(KestrelConfigurationLoader? loader) =>
        loader?.Configuration.GetSection("Endpoints").GetChildren() ?? [];

    // Kestrel's options are made while the application is built, ours are checked when it starts.
    private bool IsWanted()
    {
        try
        {
            return transport.Value.TlsForConfiguredEndpoints;
        }
        catch (OptionsValidationException)
        {
            return false;
        }
    }
}
