using Aeronet.AspNetCore.Middleware;
using Aeronet.AspNetCore.Middleware.BadRequests;
using Aeronet.AspNetCore.Middleware.ParserDiagnostics;
using Aeronet.AspNetCore.Transport;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the diagnosis of requests that the server refuses.</summary>
public static class AeronetParserDiagnosticsServiceCollectionExtensions
{
    /// <summary>
    /// Logs where a request is wrong that Kestrel refuses while it reads it: the byte, the line and the column, what was expected, and an
    /// excerpt. Such requests reach no middleware, so there is none to add.
    /// </summary>
    /// <remarks>
    /// The place is known on the Aeronet transport, where no connection middleware changes the bytes; elsewhere the event has Kestrel's
    /// reason alone. Costs good requests nothing that can be measured. Options come from the configuration section
    /// <c>Aeronet:ParserDiagnostics</c> and are checked when the host starts. Calling it again adds nothing.
    /// </remarks>
    /// <param name="services">The services.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddAeronetParserDiagnostics(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.Any(service => service.ServiceType == typeof(RejectionReporter)))
        {
            return services;
        }

        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IConfigureOptions<AeronetParserDiagnosticsOptions>, AeronetParserDiagnosticsOptionsSetup>());
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<AeronetParserDiagnosticsOptions>, AeronetParserDiagnosticsOptionsValidator>());
        services.AddOptions<AeronetParserDiagnosticsOptions>().ValidateOnStart();
        services.AddSingleton<RejectionReporter>();
        services.AddSingleton<IRefusedConnectionObserver>(provider => provider.GetRequiredService<RejectionReporter>());
        BadRequestServices.Add<RejectionReporter>(services);
        return services;
    }

    /// <summary>
    /// As <see cref="AddAeronetParserDiagnostics(IServiceCollection)"/>, with options changed after they were read from configuration.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Changes the options. Invalid values fail the start with a message that names them.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddAeronetParserDiagnostics(
        this IServiceCollection services, Action<AeronetParserDiagnosticsOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        services.AddAeronetParserDiagnostics();
        return services.Configure(configure);
    }
}
