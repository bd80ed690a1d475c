using Aeronet.AspNetCore.Middleware;
using Aeronet.AspNetCore.Middleware.Dashboard;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the options of <c>MapAeronetDashboard</c>, which works without this as well.</summary>
public static class AeronetDashboardServiceCollectionExtensions
{
    /// <summary>
    /// Registers the options of the configuration section <c>Aeronet:Dashboard</c>, so that they can be changed in code and are checked
    /// when the host starts. Calling it again adds nothing.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddAeronetDashboard(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IConfigureOptions<AeronetDashboardOptions>, AeronetDashboardOptionsSetup>());
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<AeronetDashboardOptions>, AeronetDashboardOptionsValidator>());
        services.AddOptions<AeronetDashboardOptions>().ValidateOnStart();
        return services;
    }

    /// <summary>
    /// As <see cref="AddAeronetDashboard(IServiceCollection)"/>, with options changed after they were read from configuration.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Changes the options. Invalid values fail the start with a message that names them.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddAeronetDashboard(this IServiceCollection services, Action<AeronetDashboardOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        services.AddAeronetDashboard();
        return services.Configure(configure);
    }
}
