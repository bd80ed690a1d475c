using Aeronet.AspNetCore.Middleware;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Aeronet.AspNetCore.Prometheus;

/// <summary>
/// Instruments as Prometheus and OpenMetrics text, by OpenTelemetry's exporter. Its meter provider is of our own and knows no other
/// instruments: whatever the application exports elsewhere is not touched.
/// </summary>
internal sealed class PrometheusExporter : IAeronetScrapeExporter
{
    public RequestDelegate Start(IEndpointRouteBuilder endpoints, AeronetScrapeSource source)
    {
        var provider = Sdk.CreateMeterProviderBuilder()
            .AddMeter([.. source.Meters])
            .AddView(instrument =>
                !source.Includes(instrument) ? MetricStreamConfiguration.Drop
                : instrument.Unit == "s" && instrument.Name.EndsWith(".duration", StringComparison.Ordinal) ? new ExplicitBucketHistogramConfiguration { Boundaries = [.. source.DurationBounds] }
                : null)
            .AddPrometheusExporter()
            .Build();
        endpoints.ServiceProvider.GetService<IHostApplicationLifetime>()?.ApplicationStopped.Register(provider.Dispose);
        var branch = endpoints.CreateApplicationBuilder();
        branch.UseOpenTelemetryPrometheusScrapingEndpoint(
            provider, static _ => true, path: null, configureBranchedPipeline: null, optionsName: null);
        return branch.Build();
    }
}
