using Aeronet.AspNetCore.Middleware;
using Aeronet.AspNetCore.Middleware.Cors;
using Aeronet.AspNetCore.Middleware.Pipeline;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts CORS into the pipeline.</summary>
public static class AeronetCorsApplicationBuilderExtensions
{
    /// <summary>
    /// Answers CORS preflights, and puts CORS fields on responses: by the policy of the endpoint, else by
    /// <paramref name="policyName"/>.
    /// </summary>
    /// <remarks>
    /// Takes the place of <c>UseCors</c>. Needs <c>services.AddAeronetCors()</c>. Belongs after <c>UseExceptionHandler</c> and
    /// <c>UseRouting</c> (which <c>WebApplication</c> puts first by itself), and before <c>UseAuthentication</c>,
    /// <c>UseOutputCache</c>, static files and whatever else answers requests.
    /// </remarks>
    /// <param name="app">The application.</param>
    /// <param name="policyName">The policy of what names none; <see langword="null"/> for <see cref="AeronetCorsOptions.Default"/>.</param>
    /// <returns><paramref name="app"/>.</returns>
    /// <exception cref="AeronetCorsOptionsException">A policy is wrong or missing.</exception>
    public static IApplicationBuilder UseAeronetCors(this IApplicationBuilder app, string? policyName = null)
    {
        ArgumentNullException.ThrowIfNull(app);
        var services = app.ApplicationServices;
        var store = services.GetService<CorsPolicyStore>()
            ?? throw new InvalidOperationException("CORS has no policies: call builder.Services.AddAeronetCors().");
        store.NoteUse(app);
        if (policyName is not null)
        {
            store.Require(policyName, "UseAeronetCors");
        }

        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger(CorsLog.Category);
        return PipelineStep.Use(
            app, PipelineStep.Cors, next => new CorsMiddleware(next, store, policyName, logger).InvokeAsync);
    }
}
