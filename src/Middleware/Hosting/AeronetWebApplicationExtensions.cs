using Aeronet.AspNetCore.Middleware;
using Aeronet.AspNetCore.Middleware.Hosting;
using Aeronet.AspNetCore.Middleware.Pipeline;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts everything that the configuration section <c>Aeronet</c> names into the pipeline.</summary>
public static class AeronetWebApplicationExtensions
{
    /// <summary>
    /// Puts the middleware whose sections configuration has into the pipeline, in this order: access log, tags of TLS metrics, redirect to
    /// https, CORS, prefixes (<c>Aeronet:Routes</c>), static files; and maps the dashboard. <c>Aeronet:Pipeline</c> switches single ones
    /// on and off.
    /// </summary>
    /// <remarks>
    /// Needs <c>builder.AddAeronet()</c>. Belongs after <c>UseExceptionHandler</c> and <c>UseForwardedHeaders</c> and before everything
    /// else: <c>UseAuthentication</c>, <c>UseAuthorization</c>, <c>UseRateLimiter</c>, <c>UseResponseCompression</c>,
    /// <c>UseOutputCache</c>. What stands before it in the pipeline already is not put there twice, and calling it again does nothing.
    /// </remarks>
    /// <param name="app">The application.</param>
    /// <returns><paramref name="app"/>.</returns>
    /// <exception cref="OptionsValidationException">An option is wrong.</exception>
    public static WebApplication UseAeronet(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        AeronetPipelineOptionsSetup.EnsureAdded(app.Services, nameof(UseAeronet));
        var options = app.Services.GetRequiredService<IOptions<AeronetPipelineOptions>>().Value;
        Use(options.AccessLog, AeronetSections.AccessLog, PipelineStep.AccessLog, () => app.UseAeronetAccessLog());
        Use(options.TlsMetrics, AeronetSections.TlsMetrics, PipelineStep.TlsMetrics, () => app.UseAeronetTlsMetrics());
        Use(options.HttpsRedirect, AeronetSections.HttpsRedirect, PipelineStep.HttpsRedirect, () => app.UseAeronetHttpsRedirect());
        Use(options.Cors, AeronetSections.Cors, PipelineStep.Cors, () => app.UseAeronetCors());
        Use(options.Routes, AeronetSections.Routes, PipelineStep.Routes, () => app.UseAeronetRoutes());
        Use(options.StaticFiles, AeronetSections.StaticFiles, PipelineStep.StaticFiles, () => app.UseAeronetStaticFiles());
        Use(options.Dashboard, AeronetSections.Dashboard, PipelineStep.Dashboard, () => app.MapAeronetDashboard());
        PipelineCheck.Schedule(app);
        PipelineUse.Note(app, PipelineStep.All);
        return app;

        void Use(bool? wanted, string section, string step, Action use)
        {
            if ((wanted ?? AeronetSections.Has(app.Configuration, section)) && PipelineStep.TryClaim(app, step, PipelineStep.All))
            {
                use();
            }
        }
    }
}
