namespace Aeronet.AspNetCore.Middleware.Hooks;

/// <summary>The hooks of one place, in the order they were added in. A place is known by its set.</summary>
internal sealed class HookSet(RequestHook[] requestHooks, ResponseHook[] responseHooks)
{
    public RequestHook[] RequestHooks { get; } = requestHooks;

    public ResponseHook[] ResponseHooks { get; } = responseHooks;
}
