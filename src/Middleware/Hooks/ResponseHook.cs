using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Middleware.Hooks;

/// <summary>A hook before the response's head, by its name.</summary>
internal sealed record ResponseHook
{
    public ResponseHook(string name, Func<HttpContext, ValueTask> run)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(run);
        Name = name;
        Run = run;
    }

    public string Name { get; }

    public Func<HttpContext, ValueTask> Run { get; }
}
