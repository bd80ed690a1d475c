using Aeronet.AspNetCore.Middleware;
using Aeronet.AspNetCore.Middleware.Cors;
using Aeronet.AspNetCore.Middleware.Pipeline;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts CORS into the pipeline.</summary>
public static class AeronetCorsApplicationBuilderExtensions
{
    private const string FirstKey = "Aeronet.FirstCors";

    /// <summary>
    /// Answers CORS preflights, and puts CORS fields on responses: by the policy of the endpoint, else by that of the longest prefix of
    /// <c>UseAeronetRoute</c> that has the path, else by <paramref name="policyName"/>.
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
        var policy = policyName ?? CorsPolicySet.DefaultName;
        if (!app.Properties.TryAdd(FirstKey, new FirstCors(app, policy))
            && !policy.Equals(First(app)!.Policy, StringComparison.OrdinalIgnoreCase))
        {
            WarnOfSecond(app, policyName is null ? "UseAeronetCors()" : $"UseAeronetCors(\"{policyName}\")");
        }

        return Use(app, policyName, CorsPrefixes.Of(app), isForPrefix: false);
    }

    /// <summary>Gives a prefix a policy, in a branch of its own.</summary>
    internal static void UseForPrefix(IApplicationBuilder app, PathString prefix, IApplicationBuilder branch, string policyName)
    {
        if (First(app) is { } first && first.App != app)
        {
            WarnOfSecond(app, $"UseAeronetRoute(\"{prefix}\")");
        }

        var prefixes = CorsPrefixes.Of(app);
        prefixes.Add(prefix, policyName);
        Use(branch, policyName, prefixes, isForPrefix: true);
    }

    private static IApplicationBuilder Use(IApplicationBuilder app, string? policyName, CorsPrefixes prefixes, bool isForPrefix)
    {
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
            app, PipelineStep.Cors, next => new CorsMiddleware(next, store, policyName, prefixes, isForPrefix, logger).InvokeAsync);
    }

    // A second one behind the first, in a branch for one, never sees a preflight.
    private static FirstCors? First(IApplicationBuilder app) => app.Properties.TryGetValue(FirstKey, out var first) ? (FirstCors?)first : null;

    private static void WarnOfSecond(IApplicationBuilder app, string call) =>
        PipelineLog.SecondCors(app.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger(PipelineLog.Category), call);

    private sealed record FirstCors(IApplicationBuilder App, string Policy);
}
