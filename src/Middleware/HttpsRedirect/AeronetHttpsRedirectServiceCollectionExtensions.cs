using Aeronet.AspNetCore.Middleware;
using Aeronet.AspNetCore.Middleware.HttpsRedirect;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the options of <c>UseAeronetHttpsRedirect</c>, which works without this as well.</summary>
public static class AeronetHttpsRedirectServiceCollectionExtensions
{
    /// <summary>
    /// Registers the options of the configuration section <c>Aeronet:HttpsRedirect</c>, so that they can be changed in code and are
    /// checked when the host starts. Calling it again adds nothing.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddAeronetHttpsRedirect(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IConfigureOptions<AeronetHttpsRedirectOptions>, AeronetHttpsRedirectOptionsSetup>());
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<AeronetHttpsRedirectOptions>, AeronetHttpsRedirectOptionsValidator>());
        services.AddOptions<AeronetHttpsRedirectOptions>().ValidateOnStart();
        services.TryAddSingleton<OwnPortCheck>();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IHostedService, OwnPortCheck>(static provider => provider.GetRequiredService<OwnPortCheck>()));
        return services;
    }

    /// <summary>
    /// As <see cref="AddAeronetHttpsRedirect(IServiceCollection)"/>, with options changed after they were read from configuration.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Changes the options. Invalid values fail the start with a message that names them.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddAeronetHttpsRedirect(
        this IServiceCollection services, Action<AeronetHttpsRedirectOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        services.AddAeronetHttpsRedirect();
        return services.Configure(configure);
    }
}
