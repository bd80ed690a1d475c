using Aeronet.AspNetCore.Middleware;
using Aeronet.AspNetCore.Middleware.Pipeline;
using Aeronet.AspNetCore.Middleware.TlsMetrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Tells requests apart by their TLS.</summary>
public static class AeronetTlsMetricsApplicationBuilderExtensions
{
    /// <summary>
    /// Puts tags of the TLS under a request on <c>http.server.request.duration</c>: those of
    /// <see cref="AeronetTlsMetricsOptions.RequestTags"/>.
    /// Options come from the configuration section <c>Aeronet:TlsMetrics</c>, changed by <c>services.AddAeronetTlsMetrics</c> or
    /// <c>services.Configure&lt;AeronetTlsMetricsOptions&gt;</c>.
    /// </summary>
    /// <remarks>
    /// Needs no registration of services. Belongs before whatever answers requests. Requests cost nothing while nobody listens to that
    /// instrument. Plain ones, and those whose TLS a proxy ended, get no tags.
    /// </remarks>
    /// <param name="app">The application.</param>
    /// <returns><paramref name="app"/>.</returns>
    /// <exception cref="OptionsValidationException">An option is wrong.</exception>
    public static IApplicationBuilder UseAeronetTlsMetrics(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var options = CreateOptions(app.ApplicationServices);
        return PipelineStep.Use(app, PipelineStep.TlsMetrics, next => new TlsTagsMiddleware(next, options.RequestTags).InvokeAsync);
    }

    private static AeronetTlsMetricsOptions CreateOptions(IServiceProvider services)
    {
        var setups = services.GetServices<IConfigureOptions<AeronetTlsMetricsOptions>>().ToList();
        if (services.GetService<IConfiguration>() is { } configuration && !setups.OfType<AeronetTlsMetricsOptionsSetup>().Any())
        {
            setups.Insert(0, new AeronetTlsMetricsOptionsSetup(configuration));
        }

        var validators = services.GetServices<IValidateOptions<AeronetTlsMetricsOptions>>().ToList();
        if (!validators.OfType<AeronetTlsMetricsOptionsValidator>().Any())
        {
            validators.Add(new AeronetTlsMetricsOptionsValidator());
        }

        // Not IOptions: it would know configuration only if services had been registered.
        return new OptionsFactory<AeronetTlsMetricsOptions>(
            setups, services.GetServices<IPostConfigureOptions<AeronetTlsMetricsOptions>>(), validators).Create(Options.DefaultName);
    }
}
