using Aeronet.AspNetCore.Middleware;
using Aeronet.AspNetCore.Middleware.Cors;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers CORS policies.</summary>
public static class AeronetCorsServiceCollectionExtensions
{
    /// <summary>
    /// Registers the CORS policies of the configuration section <c>Aeronet:Cors</c>, which are checked when the host starts, and read
    /// again when configuration changes. Calling it again adds nothing. Takes the place of <c>AddCors</c>.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddAeronetCors(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<AeronetCorsOptions>, AeronetCorsOptionsSetup>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AeronetCorsOptions>, AeronetCorsOptionsValidator>());
        services.AddOptions<AeronetCorsOptions>().ValidateOnStart();
        services.TryAddSingleton<CorsPolicyStore>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, CorsMatcherPolicy>());
        services.TryAddEnumerable(ServiceDescriptor.Transient<IStartupFilter, CorsStartupFilter>());
        return services;
    }

    /// <summary>
    /// As <see cref="AddAeronetCors(IServiceCollection)"/>, with policies changed after they were read from configuration.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Changes the policies. Wrong values fail the start with <see cref="AeronetCorsOptionsException"/>.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddAeronetCors(this IServiceCollection services, Action<AeronetCorsOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        services.AddAeronetCors();
        return services.Configure(configure);
    }
}
