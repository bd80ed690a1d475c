using System.Diagnostics.CodeAnalysis;
using Aeronet.AspNetCore.Middleware.Health;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the probes.</summary>
public static class AeronetHealthEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps probes as Kubernetes and balancers ask them, for GET and HEAD: 200 or 503 with one word, or JSON with
    /// <see cref="Aeronet.AspNetCore.Middleware.AeronetHealthOptions.Details"/>. Open to everybody, unless conventions say otherwise.
    /// </summary>
    /// <remarks>
    /// Alive: event loops make progress. Ready: the application has started and does not leave, nothing of the transport is unhealthy, nor is any of the
    /// application's own checks that have the tag <c>ready</c>. Started: <c>ApplicationStarted</c> has fired.
    /// </remarks>
    /// <param name="endpoints">The endpoints.</param>
    /// <param name="live">The path that says whether the process is to be restarted.</param>
    /// <param name="ready">The path that says whether it is to be given requests.</param>
    /// <param name="startup">The path that says whether it has started.</param>
    /// <returns>What conventions are added to.</returns>
    /// <exception cref="InvalidOperationException"><c>AddAeronetHealth()</c> was not called.</exception>
    public static IEndpointConventionBuilder MapAeronetHealth(
        this IEndpointRouteBuilder endpoints,
        [StringSyntax("Route")] string live = AeronetHealth.LivePath,
        [StringSyntax("Route")] string ready = AeronetHealth.ReadyPath,
        [StringSyntax("Route")] string startup = AeronetHealth.StartupPath)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(live);
        ArgumentNullException.ThrowIfNull(ready);
        ArgumentNullException.ThrowIfNull(startup);
        var probes = endpoints.ServiceProvider.GetService<HealthProbes>()
            ?? throw new InvalidOperationException("MapAeronetHealth needs services.AddAeronetHealth().");
        var group = endpoints.MapGroup("");
        Map(live, Probe.Live, "alive");
        Map(ready, Probe.Ready, "ready");
        Map(startup, Probe.Startup, "started");
        return group;

        void Map(string path, Probe probe, string name) =>
            group.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], (RequestDelegate)(context => AnswerAsync(context, probes, probe)))
                .WithDisplayName($"Aeronet health: {name}");
    }

    private static async Task AnswerAsync(HttpContext context, HealthProbes probes, Probe probe)
    {
        var answer = await probes.AnswerAsync(probe, context.RequestAborted);
        context.Response.StatusCode = answer.StatusCode;
        context.Response.ContentType = answer.ContentType;
        context.Response.ContentLength = answer.Body.Length;
        context.Response.Headers.CacheControl = "no-store";
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(answer.Body, context.RequestAborted);
        }
    }
}
