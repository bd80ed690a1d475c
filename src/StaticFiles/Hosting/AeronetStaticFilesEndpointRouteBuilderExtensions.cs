using System.Diagnostics.CodeAnalysis;
using Aeronet.AspNetCore.StaticFiles;
using Aeronet.AspNetCore.StaticFiles.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Serves files of a directory as an endpoint, with authorization, CORS or rate limiting as any endpoint has.</summary>
public static class AeronetStaticFilesEndpointRouteBuilderExtensions
{
    private const string RestOfPath = "aeronetFile";

    /// <summary>
    /// Serves files of <paramref name="root"/> below <paramref name="pattern"/>, otherwise with the options of the configuration section
    /// <c>Aeronet:StaticFiles</c>.
    /// </summary>
    /// <param name="endpoints">The application or a group of routes.</param>
    /// <param name="pattern">A route pattern such as <c>/files</c>; what follows it in the request path is the file.</param>
    /// <param name="root">A directory; a relative path starts at the content root.</param>
    /// <returns>For conventions, such as <c>RequireAuthorization()</c>.</returns>
    /// <remarks>
    /// Answers every method, and 404 where there is no file. The section's <c>RequestPath</c> and <c>Mounts</c> have no effect.
    /// </remarks>
    /// <exception cref="OptionsValidationException">An option is wrong, for example the root directory does not exist.</exception>
    public static IEndpointConventionBuilder MapAeronetStaticFiles(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern, string root)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        return endpoints.MapAeronetStaticFiles(pattern, options => options.Root = root);
    }

    /// <summary>
    /// Serves files below <paramref name="pattern"/> with the options of the configuration section <c>Aeronet:StaticFiles</c>, changed by a
    /// delegate.
    /// </summary>
    /// <param name="endpoints">The application or a group of routes.</param>
    /// <param name="pattern">A route pattern such as <c>/files</c>; what follows it in the request path is the file.</param>
    /// <param name="configure">Changes the options after configuration was bound. <c>RequestPath</c> has no effect.</param>
    /// <returns>For conventions, such as <c>RequireAuthorization()</c>.</returns>
    /// <remarks>
    /// Answers every method, and 404 where there is no file. The section's <c>RequestPath</c> and <c>Mounts</c> have no effect.
    /// </remarks>
    /// <exception cref="OptionsValidationException">An option is wrong, for example the root directory does not exist.</exception>
    public static IEndpointConventionBuilder MapAeronetStaticFiles(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern, Action<AeronetStaticFileOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        ArgumentNullException.ThrowIfNull(configure);
        var mount = StaticFileMount.SingleFromConfiguration(endpoints.ServiceProvider, options =>
        {
            configure(options);
            options.RequestPath = "";
        });
        var files = mount.Open()(NotFound);
        return endpoints.Map($"{pattern.TrimEnd('/')}/{{**{RestOfPath}}}", context => ServeAsync(context, files))
            .WithDisplayName($"Static files {pattern}");
    }

    private static Task ServeAsync(HttpContext context, StaticFileMiddleware files)
    {
        var path = context.Request.Path.Value ?? "";
        var rest = context.Request.RouteValues[RestOfPath] as string ?? "";

        // Routing gives the rest without the slash before it; of a path that is the pattern itself, with or without a slash, it gives nothing.
        var mountLength = path.Length - rest.Length - (path.Length > rest.Length && path[path.Length - rest.Length - 1] == '/' ? 1 : 0);
        return files.ServeAsync(context, path, mountLength);
    }

    private static Task NotFound(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
