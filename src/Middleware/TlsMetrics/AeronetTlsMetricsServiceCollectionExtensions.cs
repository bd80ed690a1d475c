using Aeronet.AspNetCore.Middleware;
using Aeronet.AspNetCore.Middleware.TlsMetrics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the options of <c>UseAeronetTlsMetrics</c>, which works without this as well.</summary>
public static class AeronetTlsMetricsServiceCollectionExtensions
{
    /// <summary>
    /// Registers the options of the configuration section <c>Aeronet:TlsMetrics</c>, so that they can be changed in code and are checked
    /// when the host starts. Calling it again adds nothing.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddAeronetTlsMetrics(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IConfigureOptions<AeronetTlsMetricsOptions>, AeronetTlsMetricsOptionsSetup>());
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<AeronetTlsMetricsOptions>, AeronetTlsMetricsOptionsValidator>());
        services.AddOptions<AeronetTlsMetricsOptions>().ValidateOnStart();
        return services;
    }

    /// <summary>
    /// As <see cref="AddAeronetTlsMetrics(IServiceCollection)"/>, with options changed after they were read from configuration.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Changes the options. Invalid values fail the start with a message that names them.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddAeronetTlsMetrics(this IServiceCollection services, Action<AeronetTlsMetricsOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        services.AddAeronetTlsMetrics();
        return services.Configure(configure);
    }
}
