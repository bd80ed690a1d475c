using Microsoft.AspNetCore.Builder;

namespace Aeronet.AspNetCore.Middleware.Hooks;

/// <summary>Hooks of a route or a group, as metadata: those of a group come before those of the routes in it.</summary>
internal sealed record EndpointHooks(RequestHook? OnRequest, ResponseHook? OnResponse)
{
    /// <summary>
    /// Puts all hooks of an endpoint around its handler, so that they run before its arguments are bound. Once, when all conventions
    /// have been applied.
    /// </summary>
    public static void Wrap(EndpointBuilder endpoint)
    {
        if (endpoint.RequestDelegate is not { } handler || endpoint.Metadata.OfType<Wrapped>().Any())
        {
            return;
        }

        endpoint.Metadata.Add(new Wrapped());
        var hooks = endpoint.Metadata.OfType<EndpointHooks>().ToList();
        var set = new HookSet(
            [.. hooks.Select(hook => hook.OnRequest).OfType<RequestHook>()],
            [.. hooks.Select(hook => hook.OnResponse).OfType<ResponseHook>()]);
        var runner = new HookRunner(set, endpoint.ApplicationServices);
        endpoint.RequestDelegate = context => runner.InvokeAsync(context, handler);
    }

    private sealed record Wrapped;
}
