using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Aeronet.AspNetCore.Middleware.ConfigReport;
using Aeronet.AspNetCore.Middleware.Hosting;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Shows the settings in force.</summary>
public static class AeronetConfigEndpointRouteBuilderExtensions
{
    private const string Json = "application/json";

    /// <summary>
    /// Shows every setting of the section <c>Aeronet</c> and where its value came from, without secrets: as text, and as JSON for clients
    /// that accept it. Needs <c>builder.AddAeronet()</c>. In the Development environment only; elsewhere it is not found unless it needs
    /// authorization.
    /// </summary>
    /// <param name="endpoints">The application or a group of routes.</param>
    /// <param name="pattern">The route.</param>
    /// <returns>For conventions: <c>RequireAuthorization()</c> makes it available in every environment.</returns>
    public static IEndpointConventionBuilder MapAeronetConfig(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern = "/_aeronet/config")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        AeronetPipelineOptionsSetup.EnsureAdded(endpoints.ServiceProvider, nameof(MapAeronetConfig));
        var isDevelopment = endpoints.ServiceProvider.GetService<IHostEnvironment>()?.IsDevelopment() == true;
        return endpoints.MapGet(pattern, (RequestDelegate)(context => ShowAsync(context, isDevelopment)))
            .WithDisplayName("Aeronet settings")
            .ExcludeFromDescription()
            .DisableAeronetCors();
    }

    private static Task ShowAsync(HttpContext context, bool isDevelopment)
    {
        var metadata = context.GetEndpoint()?.Metadata;
        var isGuarded = metadata?.GetMetadata<IAllowAnonymous>() is null
            && (metadata?.GetMetadata<IAuthorizeData>() is not null || metadata?.GetMetadata<AuthorizationPolicy>() is not null);
        if (!isDevelopment && !isGuarded)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        var rows = ConfigReporter.Read(context.RequestServices);
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Vary = "Accept";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (context.Request.Headers.Accept.ToString().Contains(Json, StringComparison.OrdinalIgnoreCase))
        {
            context.Response.ContentType = Json;
            return WriteJsonAsync(context.Response, rows);
        }

        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(ConfigTable.Format(rows));
    }

    // No serializer: it would need the type's metadata where code is compiled ahead of time.
    private static async Task WriteJsonAsync(HttpResponse response, IReadOnlyList<ConfigRow> rows)
    {
        await using var writer = new Utf8JsonWriter(response.BodyWriter);
        writer.WriteStartArray();
        foreach (var row in rows)
        {
            writer.WriteStartObject();
            writer.WriteString("key", row.Key);
            writer.WriteString("value", row.Value);
            writer.WriteString("from", row.Source);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
