using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using Aeronet.AspNetCore.Middleware;
using Aeronet.AspNetCore.Middleware.Metering;
using Aeronet.AspNetCore.Middleware.TlsMetrics;
using Aeronet.AspNetCore.Middleware.TlsMetrics.Report;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Shows the TLS metrics.</summary>
public static class AeronetTlsMetricsEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Answers GET and HEAD with what was counted of TLS since: as JSON, and, with <c>services.AddAeronetPrometheus()</c> of the package
    /// <c>Aeronet.AspNetCore.Prometheus</c>, as text for Prometheus where the client prefers that (Accept) or asks for it
    /// (<c>?format=prometheus</c>, <c>?format=json</c>).
    /// </summary>
    /// <remarks>
    /// Counting begins with this call. Who may read it is for the application to say: <c>.RequireAuthorization()</c>,
    /// <c>.RequireHost("*:9090")</c>.
    /// </remarks>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The route.</param>
    /// <returns>What conventions, such as authorization, are added to.</returns>
    public static IEndpointConventionBuilder MapAeronetTlsMetrics(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern = "/metrics/tls")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        var services = endpoints.ServiceProvider;
        var reporter = new TlsReporter(
            MeterReader.Of(services), services.GetService<IAeronetTlsStatus>(), services.GetService<TimeProvider>() ?? TimeProvider.System);
        var instruments = TlsInstruments.ForScrapers(services.GetRequiredService<IMeterFactory>());
        var endpoint = new TlsMetricsEndpoint(reporter, services.GetService<IAeronetScrapeExporter>()?.Start(endpoints, instruments));
        return endpoints.MapMethods(pattern, ["GET", "HEAD"], endpoint.InvokeAsync).WithDisplayName("Aeronet TLS metrics");
    }
}
