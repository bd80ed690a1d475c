using Aeronet.AspNetCore.Middleware;
using Aeronet.AspNetCore.Middleware.Hooks;
using Aeronet.AspNetCore.Middleware.Pipeline;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts hooks into the pipeline.</summary>
public static class AeronetHooksApplicationBuilderExtensions
{
    /// <summary>Runs hooks for every request that comes by.</summary>
    /// <param name="app">The application.</param>
    /// <param name="configure">Adds the hooks.</param>
    /// <returns><paramref name="app"/>.</returns>
    public static IApplicationBuilder UseAeronetHooks(this IApplicationBuilder app, Action<AeronetHookBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(configure);
        var builder = new AeronetHookBuilder();
        configure(builder);
        var runner = new HookRunner(builder.Build(), app.ApplicationServices);
        return PipelineStep.Use(app, PipelineStep.Hooks, next => context => runner.InvokeAsync(context, next));
    }
}
