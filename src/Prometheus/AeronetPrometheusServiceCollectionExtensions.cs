using Aeronet.AspNetCore.Middleware;
using Aeronet.AspNetCore.Prometheus;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers text for Prometheus.</summary>
public static class AeronetPrometheusServiceCollectionExtensions
{
    /// <summary>
    /// Lets <c>MapAeronetTlsMetrics</c> answer scrapers with Prometheus text 0.0.4 and OpenMetrics 1.0, beside JSON. Calling it again adds
    /// nothing.
    /// </summary>
    /// <remarks>
    /// By OpenTelemetry's exporter, with a meter provider of its own: what the application exports elsewhere is not touched. Takes the place
    /// of any other <see cref="IAeronetScrapeExporter"/>.
    /// </remarks>
    /// <param name="services">The services.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddAeronetPrometheus(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.Replace(ServiceDescriptor.Singleton<IAeronetScrapeExporter, PrometheusExporter>());
    }
}
