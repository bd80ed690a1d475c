using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Middleware.Pipeline;

/// <summary>Which middlewares the application has put anywhere, in branches too.</summary>
internal sealed class PipelineUse
{
    private readonly ConcurrentDictionary<string, bool> _steps = new(StringComparer.Ordinal);

    /// <summary>Takes note of one, if anybody wants to know.</summary>
    public static void Note(IApplicationBuilder app, string step) =>
        app.ApplicationServices.GetService<PipelineUse>()?._steps.TryAdd(step, true);

    public bool Has(string step) => _steps.ContainsKey(step);
}
