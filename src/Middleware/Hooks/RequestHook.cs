using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Middleware.Hooks;

/// <summary>A hook before the application, by its name.</summary>
internal sealed record RequestHook
{
    public RequestHook(string name, Func<HttpContext, ValueTask<AeronetHookResult>> run)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(run);
        Name = name;
        Run = run;
    }

    public string Name { get; }

    public Func<HttpContext, ValueTask<AeronetHookResult>> Run { get; }
}
