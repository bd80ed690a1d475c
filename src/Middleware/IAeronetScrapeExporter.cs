using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Aeronet.AspNetCore.Middleware;

/// <summary>
/// Shows instruments to scrapers such as Prometheus, as text. The package <c>Aeronet.AspNetCore.Prometheus</c> registers one by
/// <c>services.AddAeronetPrometheus()</c>; <c>MapAeronetTlsMetrics</c> uses the one that is registered.
/// </summary>
public interface IAeronetScrapeExporter
{
    /// <summary>Begins to collect, until the application has stopped. Called once for each endpoint, before the server listens.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="source">What to collect.</param>
    /// <returns>What answers a scrape with text, in the form that its Accept field prefers.</returns>
    RequestDelegate Start(IEndpointRouteBuilder endpoints, AeronetScrapeSource source);
}
