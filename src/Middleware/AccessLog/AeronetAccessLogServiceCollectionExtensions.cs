using Aeronet.AspNetCore.Middleware;
using Aeronet.AspNetCore.Middleware.AccessLog;
using Aeronet.AspNetCore.Middleware.BadRequests;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the access log.</summary>
public static class AeronetAccessLogServiceCollectionExtensions
{
    /// <summary>
    /// Registers the access log, with the options of the configuration section <c>Aeronet:AccessLog</c>, which are checked when the
    /// host starts. Every <see cref="IAccessLogSink"/> in the services gets its lines. Calling it again adds nothing.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddAeronetAccessLog(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IConfigureOptions<AeronetAccessLogOptions>, AeronetAccessLogOptionsSetup>());
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<AeronetAccessLogOptions>, AeronetAccessLogOptionsValidator>());
        services.AddOptions<AeronetAccessLogOptions>().ValidateOnStart();
        services.TryAddSingleton<AccessLogWriter>();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IHostedService, AccessLogWriter>(provider => provider.GetRequiredService<AccessLogWriter>()));
        BadRequestServices.Add<AccessLogWriter>(services);
        return services;
    }

    /// <summary>
    /// As <see cref="AddAeronetAccessLog(IServiceCollection)"/>, with options changed after they were read from configuration.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Changes the options. Invalid values fail the start with a message that names them.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddAeronetAccessLog(this IServiceCollection services, Action<AeronetAccessLogOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        services.AddAeronetAccessLog();
        return services.Configure(configure);
    }
}
