using Aeronet.AspNetCore.Middleware;
using Aeronet.AspNetCore.Middleware.ConfigReport;
using Aeronet.AspNetCore.Middleware.Hosting;
using Aeronet.AspNetCore.Middleware.Pipeline;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds everything that the configuration section <c>Aeronet</c> can ask for.</summary>
public static class AeronetWebApplicationBuilderExtensions
{
    /// <summary>
    /// Adds the transport, TLS for the https endpoints of Kestrel's configuration, and the services of all middleware, with the options of
    /// the configuration section <c>Aeronet</c>. <c>app.UseAeronet()</c> puts the middleware that it names into the pipeline.
    /// </summary>
    /// <remarks>
    /// Comes to the same as <c>builder.WebHost.UseAeronetTransport()</c>, <c>services.AddAeronetAccessLog()</c>,
    /// <c>services.AddAeronetCors()</c>, <c>services.AddAeronetHttpsRedirect()</c>, <c>services.AddAeronetTlsMetrics()</c>,
    /// <c>services.AddAeronetDashboard()</c> and <c>services.AddAeronetParserDiagnostics()</c>, each of which may stand beside it to change
    /// options in code. Calling it again adds nothing. With the command line switch <c>--aeronet-config</c> the application writes its
    /// settings, and where each came from, to the standard output and ends. A section of <c>Aeronet</c> that does not exist, such as a
    /// misspelled one, fails the start.
    /// </remarks>
    /// <param name="builder">The application's builder.</param>
    /// <returns><paramref name="builder"/>.</returns>
    public static WebApplicationBuilder AddAeronet(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.WebHost.UseAeronetTransport();
        builder.Services.AddAeronetAccessLog().AddAeronetCors().AddAeronetHttpsRedirect()
            .AddAeronetTlsMetrics().AddAeronetDashboard().AddAeronetParserDiagnostics();
        if (AeronetSections.Has(builder.Configuration, AeronetSections.Health))
        {
            // Not without: its checks would join those of the application.
            builder.Services.AddAeronetHealth();
        }

        builder.Services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IConfigureOptions<AeronetPipelineOptions>, AeronetPipelineOptionsSetup>());
        builder.Services.AddOptions<AeronetPipelineOptions>().ValidateOnStart();
        builder.Services.TryAddSingleton<PipelineUse>();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IStartupFilter, UnusedSectionFilter>());
        if (ConfigSwitch.IsGiven && !builder.Services.Any(service => service.ImplementationType == typeof(ConfigSwitch)))
        {
            // First, so that nothing of the application's is started before.
            builder.Services.Insert(0, ServiceDescriptor.Singleton<IHostedService, ConfigSwitch>());
        }

        return builder;
    }
}
