using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using Aeronet.AspNetCore.Middleware;
using Aeronet.AspNetCore.Middleware.Access;
using Aeronet.AspNetCore.Middleware.Metering;
using Aeronet.AspNetCore.Middleware.TlsMetrics;
using Aeronet.AspNetCore.Middleware.TlsMetrics.Report;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

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
    /// Counting begins with this call. Outside the environment <c>Development</c> the endpoint requires an authenticated user, as the
    /// dashboard does, unless <see cref="AuthorizationEndpointConventionBuilderExtensions"/> say otherwise:
    /// <c>RequireAuthorization("policy")</c> takes the place of that requirement, <c>AllowAnonymous()</c> opens it to everybody who gets there
    /// (<c>.AllowAnonymous().RequireHost("*:9090")</c>). Without authorization in the application it answers 403.
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
        var mapped = endpoints.MapMethods(pattern, ["GET", "HEAD"], endpoint.InvokeAsync).WithDisplayName("Aeronet TLS metrics");
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger(TlsMetricsLog.Category);
        new EndpointAccess(services, TlsMetricsEndpoint.RefuseAsync, missing => TlsMetricsLog.Closed(logger, pattern, missing)).Guard(mapped);
        return mapped;
    }
}
