using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Aeronet.AspNetCore.Middleware.TlsMetrics;

/// <summary>
/// The TLS instruments as Prometheus and OpenMetrics text, by OpenTelemetry's exporter. Its meter provider is of our own and knows no
/// other instruments: whatever the application exports elsewhere is not touched.
/// </summary>
internal static class PrometheusText
{
    // A handshake is a millisecond of work and some of waiting; the SDK's buckets begin at five.
    private static readonly double[] SecondsOfHandshake = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    /// <summary>Begins to count, and returns what writes the counts. Ends with the application.</summary>
    public static RequestDelegate Start(IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        var application = services.GetRequiredService<IMeterFactory>();
        var provider = Sdk.CreateMeterProviderBuilder()
            .AddMeter(TlsInstruments.KestrelMeter, TlsInstruments.TransportMeter)
            .AddView(instrument =>
                !TlsInstruments.Includes(instrument, application) ? MetricStreamConfiguration.Drop
                : instrument.Name == TlsInstruments.Duration ? new ExplicitBucketHistogramConfiguration { Boundaries = SecondsOfHandshake }
                : null)
            .AddPrometheusExporter()
            .Build();
        services.GetService<IHostApplicationLifetime>()?.ApplicationStopped.Register(provider.Dispose);
        var branch = endpoints.CreateApplicationBuilder();
        branch.UseOpenTelemetryPrometheusScrapingEndpoint(
            provider, static _ => true, path: null, configureBranchedPipeline: null, optionsName: null);
        return branch.Build();
    }
}
