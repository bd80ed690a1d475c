using System.Diagnostics.CodeAnalysis;
using Aeronet.AspNetCore.Middleware;
using Aeronet.AspNetCore.Middleware.Access;
using Aeronet.AspNetCore.Middleware.Dashboard;
using Aeronet.AspNetCore.Middleware.Dashboard.Feed;
using Aeronet.AspNetCore.Middleware.Dashboard.Figures;
using Aeronet.AspNetCore.Middleware.Dashboard.Page;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the dashboard.</summary>
public static class AeronetDashboardEndpointRouteBuilderExtensions
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StreamLifetime = TimeSpan.FromMinutes(15);

    /// <summary>
    /// Maps a page that shows what the server does, live, with the figures as JSON below it (<c>snapshot.json</c>). From then on the
    /// server's meters are listened to.
    /// </summary>
    /// <remarks>
    /// Outside the environment <c>Development</c> the endpoints require an authenticated user, unless
    /// <see cref="AuthorizationEndpointConventionBuilderExtensions"/> say otherwise: <c>RequireAuthorization("policy")</c> takes the
    /// place of that requirement, <c>AllowAnonymous()</c> opens the page to everybody. Without authorization in the application they
    /// answer 403. Options are bound from <c>Aeronet:Dashboard</c>.
    /// </remarks>
    /// <param name="endpoints">The endpoints.</param>
    /// <param name="pattern">The path of the page. Defaults to <c>/_aeronet</c>.</param>
    /// <returns>What conventions are added to.</returns>
    /// <exception cref="OptionsValidationException">An option is wrong.</exception>
    public static IEndpointConventionBuilder MapAeronetDashboard(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern = "/_aeronet")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        var services = endpoints.ServiceProvider;
        var options = CreateOptions(services);
        var environment = services.GetService<IWebHostEnvironment>();
        var lifetime = services.GetRequiredService<IHostApplicationLifetime>();
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Aeronet.AspNetCore.Middleware.Dashboard");
        var feed = new DashboardFeed(new FigureSource(services), options, logger, lifetime.ApplicationStopping);
        var page = new DashboardPage(options, options.Title ?? environment?.ApplicationName ?? "Aeronet");

        var group = endpoints.MapGroup(pattern);
        group.MapGet("", (RequestDelegate)page.WriteAsync).WithDisplayName("Aeronet dashboard");
        group.MapGet("events", (RequestDelegate)new EventStream(feed, Patience, StreamLifetime).WriteAsync)
            .WithDisplayName("Aeronet dashboard, events")
            .DisableRequestTimeout();
        group.MapGet("snapshot.json", (RequestDelegate)new SnapshotAnswer(feed).WriteAsync).WithDisplayName("Aeronet dashboard, snapshot");

        // A page that is open for hours is no request worth a percentile.
        group.DisableHttpMetrics();
        group.ExcludeFromDescription();
        group.DisableAeronetCors();
        new EndpointAccess(
            services,
            static context => DashboardHeaders.WriteTextAsync(context.Response, StatusCodes.Status403Forbidden, EndpointAccess.ClosedText),
            missing => DashboardLog.Closed(logger, pattern, missing)).Guard(group);
        return group;
    }

    private static AeronetDashboardOptions CreateOptions(IServiceProvider services)
    {
        var setups = services.GetServices<IConfigureOptions<AeronetDashboardOptions>>().ToList();
        if (!setups.OfType<AeronetDashboardOptionsSetup>().Any() && services.GetService<IConfiguration>() is { } configuration)
        {
            setups.Insert(0, new AeronetDashboardOptionsSetup(configuration));
        }

        var validators = services.GetServices<IValidateOptions<AeronetDashboardOptions>>().ToList();
        if (!validators.OfType<AeronetDashboardOptionsValidator>().Any())
        {
            validators.Add(new AeronetDashboardOptionsValidator());
        }

        // Not IOptions: it would know configuration only if services had been registered.
        return new OptionsFactory<AeronetDashboardOptions>(
            setups, services.GetServices<IPostConfigureOptions<AeronetDashboardOptions>>(), validators).Create(Options.DefaultName);
    }
}
