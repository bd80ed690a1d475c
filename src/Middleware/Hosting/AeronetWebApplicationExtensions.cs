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
    /// Puts the middleware whose sections configuration has into the pipeline, in this order: access log, redirect to https, CORS,
    /// prefixes (<c>Aeronet:Routes</c>), static files. <c>Aeronet:Pipeline</c> switches single ones on and off.
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
        if (!app.Services.GetServices<IConfigureOptions<AeronetPipelineOptions>>().OfType<AeronetPipelineOptionsSetup>().Any())
        {
            throw new InvalidOperationException("Nothing was added that could be used: call builder.AddAeronet().");
        }

        var options = app.Services.GetRequiredService<IOptions<AeronetPipelineOptions>>().Value;
        Use(options.AccessLog, AeronetSections.AccessLog, PipelineStep.AccessLog, () => app.UseAeronetAccessLog());
        Use(options.HttpsRedirect, AeronetSections.HttpsRedirect, PipelineStep.HttpsRedirect, () => app.UseAeronetHttpsRedirect());
        Use(options.Cors, AeronetSections.Cors, PipelineStep.Cors, () => app.UseAeronetCors());
        Use(options.Routes, AeronetSections.Routes, PipelineStep.Routes, () => app.MapAeronet());
        Use(options.StaticFiles, AeronetSections.StaticFiles, PipelineStep.StaticFiles, () => app.UseAeronetStaticFiles());
        PipelineCheck.Schedule(app);
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
