namespace Aeronet.AspNetCore.Middleware.Hooks;

/// <summary>The hooks of one place, in the order they were added in.</summary>
internal sealed record HookSet(RequestHook[] RequestHooks, ResponseHook[] ResponseHooks);
