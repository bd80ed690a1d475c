using Aeronet.AspNetCore.Middleware.AccessLog;
using Aeronet.AspNetCore.Middleware.Pipeline;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts the access log into the pipeline.</summary>
public static class AeronetAccessLogApplicationBuilderExtensions
{
    /// <summary>Writes a line for every request that comes by, when its response has left.</summary>
    /// <remarks>
    /// Takes the place of <c>UseW3CLogging</c> and <c>UseHttpLogging</c>. Needs <c>services.AddAeronetAccessLog()</c>. Belongs first,
    /// so that it counts what is sent (compressed, for one) and sees what others answer.
    /// </remarks>
    /// <param name="app">The application.</param>
    /// <returns><paramref name="app"/>.</returns>
    public static IApplicationBuilder UseAeronetAccessLog(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        return UseBelow(app, PathString.Empty);
    }

    /// <summary>The same in a branch for paths below a prefix, where requests are logged that the server refuses, and nowhere else.</summary>
    internal static IApplicationBuilder UseBelow(IApplicationBuilder app, PathString prefix)
    {
        var log = app.ApplicationServices.GetService<AccessLogWriter>()
            ?? throw new InvalidOperationException("There is no access log: call builder.Services.AddAeronetAccessLog().");
        log.OnUsed(prefix);
        return PipelineStep.Use(app, PipelineStep.AccessLog, next => new AccessLogMiddleware(next, log).InvokeAsync);
    }
}
