using Aeronet.AspNetCore.Middleware;
using Aeronet.AspNetCore.Middleware.Health;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the health checks of the transport.</summary>
public static class AeronetHealthServiceCollectionExtensions
{
    /// <summary>
    /// Registers health checks of the transport with ASP.NET's (<c>AddHealthChecks</c>): event loops, accepting, standby threads, certificates, OCSP
    /// responses, ticket keys, and whether the server leaves; named <c>aeronet-...</c>, with the tag <c>aeronet</c>. With
    /// <see cref="AeronetHealthOptions.Port"/> probes are answered on a port of their own too. Options come from the configuration section
    /// <c>Aeronet:Health</c>. Calling it again adds nothing.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddAeronetHealth(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.Any(static service => service.ServiceType == typeof(TransportHealth)))
        {
            return services;
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<AeronetHealthOptions>, AeronetHealthOptionsSetup>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AeronetHealthOptions>, AeronetHealthOptionsValidator>());
        services.AddOptions<AeronetHealthOptions>().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<TransportHealth>();
        services.TryAddSingleton<HealthProbes>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, HealthPort>());
        var checks = services.AddHealthChecks();
        foreach (var aspect in TransportHealth.All)
        {
            checks.Add(new HealthCheckRegistration(
                HealthProbes.NameOf(aspect),
                provider => new TransportHealthCheck(provider.GetRequiredService<TransportHealth>(), aspect),
                failureStatus: null,
                tags: ["aeronet"]));
        }

        return services;
    }

    /// <summary>As <see cref="AddAeronetHealth(IServiceCollection)"/>, with options changed after they were read from configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Changes the options. Invalid values fail the start with a message that names them.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddAeronetHealth(this IServiceCollection services, Action<AeronetHealthOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        services.AddAeronetHealth();
        return services.Configure(configure);
    }
}
