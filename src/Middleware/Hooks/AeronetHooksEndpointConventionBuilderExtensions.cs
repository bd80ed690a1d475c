using Aeronet.AspNetCore.Middleware;
using Aeronet.AspNetCore.Middleware.Hooks;
using Microsoft.AspNetCore.Http;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts hooks around routes and groups of them.</summary>
public static class AeronetHooksEndpointConventionBuilderExtensions
{
    /// <summary>
    /// Adds a hook that runs before the handler's arguments are bound, after all middleware, and may answer in its place. Hooks of a
    /// group run before those of its routes.
    /// </summary>
    /// <typeparam name="TBuilder">The builder's type.</typeparam>
    /// <param name="builder">The endpoints.</param>
    /// <param name="name">The name in metrics, traces and logs.</param>
    /// <param name="hook">
    /// The hook. If it throws, that is logged, and the request is answered with 500, or the status of a
    /// <see cref="BadHttpRequestException"/>, and goes no further.
    /// </param>
    /// <returns><paramref name="builder"/>.</returns>
    public static TBuilder AddAeronetRequestHook<TBuilder>(
        this TBuilder builder, string name, Func<HttpContext, ValueTask<AeronetHookResult>> hook)
        where TBuilder : IEndpointConventionBuilder => Add(builder, new EndpointHooks(new RequestHook(name, hook), null));

    /// <summary>
    /// Adds a hook that runs just before the response's head is sent. Hooks of a group run after those of its routes.
    /// </summary>
    /// <typeparam name="TBuilder">The builder's type.</typeparam>
    /// <param name="builder">The endpoints.</param>
    /// <param name="name">The name in metrics, traces and logs.</param>
    /// <param name="hook">The hook. If it throws, that is logged, and the response is sent all the same.</param>
    /// <returns><paramref name="builder"/>.</returns>
    public static TBuilder AddAeronetResponseHook<TBuilder>(this TBuilder builder, string name, Func<HttpContext, ValueTask> hook)
        where TBuilder : IEndpointConventionBuilder => Add(builder, new EndpointHooks(null, new ResponseHook(name, hook)));

    private static TBuilder Add<TBuilder>(TBuilder builder, EndpointHooks hooks)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.Add(endpoint => endpoint.Metadata.Add(hooks));
        builder.Finally(EndpointHooks.Wrap);
        return builder;
    }
}
