using System.Net;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Aeronet.AspNetCore.Middleware.Tests.Cors;

/// <summary>What an error page is made for decides, not the page.</summary>
public sealed class ReExecutionTests
{
    private const string Origin = CorsSite.Origin;
    private const string Partner = "https://partner.example";

    [Theory]
    [EachServer("/strict/throws", Partner, 500, Partner)]
    [EachServer("/strict/throws", Origin, 500, null)]
    [EachServer("/none/throws", Origin, 500, null)]
    [EachServer("/default/throws", Origin, 500, Origin)]
    [EachServer("/prefix/throws", Partner, 500, Partner)]
    [EachServer("/prefix/throws", Origin, 500, null)]
    [EachServer("/strict/gone", Partner, 410, Partner)]
    [EachServer("/strict/gone", Origin, 410, null)]
    [EachServer("/none/gone", Origin, 410, null)]
    [EachServer("/default/gone", Origin, 410, Origin)]
    [EachServer("/missing", Origin, 404, Origin)]
    [EachServer("/before", Partner, 500, null)]
    [EachServer("/before", Origin, 500, Origin)]
    public async Task Get_ErrorPage_KeepsTheFirstDecision(ServerKind server, string path, string origin, int status, string? allowed)
    {
        await using var site = await StartAsync(server, ("Origins", Origin));

        using var response = await site.GetAsync(path, headers: [$"Origin: {origin}"]);

        Assert.Equal((status, "page"), ((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
        Assert.Equal(allowed, response.AllowOrigin());
        Assert.Equal(path.StartsWith("/none/", StringComparison.Ordinal) ? null : "Origin", response.Vary());
    }

    [Theory]
    [EachServer("/strict/gone", Origin, "GET", HttpStatusCode.Forbidden)]
    [EachServer("/strict/gone", Partner, "GET", HttpStatusCode.NoContent)]
    [EachServer("/none/gone", Origin, "GET", HttpStatusCode.Forbidden)]
    [EachServer("/default/gone", Partner, "GET", HttpStatusCode.Forbidden)]
    [EachServer("/default/gone", Origin, "DELETE", HttpStatusCode.Forbidden)]
    public async Task Preflight_RefusedAndRepeatedForItsPage_StaysRefused(
        ServerKind server, string path, string origin, string method, HttpStatusCode status)
    {
        await using var site = await StartAsync(server, ("Origins", Origin));

        using var response = await site.PreflightAsync(origin, method, path: path);

        Assert.Equal((status, status == HttpStatusCode.NoContent ? origin : null), (response.StatusCode, response.AllowOrigin()));
    }

    // The page has a policy, and what it is made for none.
    [Theory]
    [EachServer("/default/throws")]
    [EachServer("/default/gone")]
    [EachServer("/missing")]
    [EachServer("/before")]
    public async Task Get_NoPolicyAndPageWithOne_NoFields(ServerKind server, string path)
    {
        await using var site = await StartAsync(server);

        using var response = await site.GetAsync(path, headers: [$"Origin: {Partner}"]);

        Assert.Equal((null, null), (response.AllowOrigin(), response.Vary()));
    }

    // The page lies beneath a prefix that has a policy, and what it is made for beneath none.
    [Theory]
    [EachServer("/admin/missing", false, 404)]
    [EachServer("/admin/missing", true, 404)]
    [EachServer("/admin/x", false, 405)]
    [EachServer("/admin/x", true, 405)]
    [EachServer("/admin/throws", false, 500)]
    [EachServer("/admin/throws", true, 500)]
    public async Task PageBelowAPrefix_PathElsewhere_NoFieldsOfThePrefix(ServerKind server, string path, bool hasCors, int status)
    {
        await using var site = await StartWithPageBelowPrefixAsync(server, hasCors ? app => app.UseAeronetCors() : null);

        using var preflight = await site.PreflightAsync(Partner, "DELETE", path: path);
        using var get = await site.SendAsync(HttpMethod.Delete, path, [$"Origin: {Partner}"]);

        Assert.Equal((status, null, null), ((int)preflight.StatusCode, preflight.AllowOrigin(), preflight.Field("Access-Control-Allow-Methods")));
        Assert.Equal((status, null, null), ((int)get.StatusCode, get.AllowOrigin(), get.Vary()));
    }

    [Theory]
    [EachServer("/api/missing", 404)]
    [EachServer("/api/throws", 500)]
    public async Task PageBelowAPrefix_PathBelowIt_ItsPolicy(ServerKind server, string path, int status)
    {
        await using var site = await StartWithPageBelowPrefixAsync(server, null);

        using var preflight = await site.PreflightAsync(Partner, "DELETE", path: path);
        using var get = await site.SendAsync(HttpMethod.Delete, path, [$"Origin: {Partner}"]);

        Assert.Equal((204, Partner), ((int)preflight.StatusCode, preflight.AllowOrigin()));
        Assert.Equal((status, Partner), ((int)get.StatusCode, get.AllowOrigin()));
    }

    // What was first decided, for nobody, holds for the pages of pages, too.
    [Theory, EachServer]
    public async Task PageInABranchWithAPolicy_NothingSaidBefore_NoFields(ServerKind server)
    {
        await using var site = await StartWithPageBelowPrefixAsync(server, app =>
        {
            app.UseAeronetCors();
            app.Map("/api", branch => branch.UseAeronetCors("partner").Run(context => context.GetEndpoint()!.RequestDelegate!(context)));
        });

        using var preflight = await site.PreflightAsync(Partner, "DELETE", path: "/admin/missing");
        using var get = await site.GetAsync("/admin/missing", headers: [$"Origin: {Partner}"]);

        Assert.Equal((404, null), ((int)preflight.StatusCode, preflight.AllowOrigin()));
        Assert.Equal((404, null), ((int)get.StatusCode, get.AllowOrigin()));
    }

    // A page that fails has a page itself.
    [Theory, EachServer]
    public async Task PageThatThrows_ItsOwnPageBelowAPrefix_NoFields(ServerKind server)
    {
        await using var site = await CorsSite.StartWithEndpointsAsync(
            server,
            app =>
            {
                app.UseStatusCodePagesWithReExecute("/api/throws");
                app.UseExceptionHandler("/api/error");
                app.Use((context, next) => context.Request.Path == "/before" ? Refuse(context) : next(context));
                app.UseAeronetRoute("/api", route => route.Cors = "partner");
                MapPages(app);
            },
            ("/Policies:partner:Origins", Partner));

        using var preflight = await site.PreflightAsync(Partner, "DELETE", path: "/before");

        Assert.Null(preflight.AllowOrigin());

        static Task Refuse(HttpContext context)
        {
            context.Response.StatusCode = 410;
            return Task.CompletedTask;
        }
    }

    private static Task<TestSite> StartWithPageBelowPrefixAsync(ServerKind server, Action<WebApplication>? cors) => CorsSite.StartWithEndpointsAsync(
        server,
        app =>
        {
            app.UseStatusCodePagesWithReExecute("/api/error");
            app.UseExceptionHandler("/api/error");
            app.UseRouting();
            cors?.Invoke(app);
            app.UseAeronetRoute("/api", route => route.Cors = "partner");
            MapPages(app);
        },
        ("/Policies:partner:Origins", Partner), ("/Policies:partner:Methods", "DELETE"));

    private static void MapPages(WebApplication app)
    {
        app.MapGet("/admin/x", () => "x");
        app.Map("/admin/throws", IResult () => throw new InvalidOperationException("on purpose"));
        app.Map("/api/throws", IResult () => throw new InvalidOperationException("on purpose"));
        app.Map("/api/error", () => "page");
    }

    private static Task<TestSite> StartAsync(ServerKind server, params (string, string)[] settings) => CorsSite.StartWithEndpointsAsync(
        server,
        app =>
        {
            app.UseStatusCodePagesWithReExecute("/page");
            app.UseExceptionHandler("/page");
            app.UseRouting();
            app.Use((context, next) => context.Request.Path == "/before" && context.Request.Method == "GET"
                ? throw new InvalidOperationException("before CORS")
                : next(context));
            app.UseAeronetCors();
            app.UseAeronetRoute("/prefix", route => route.Cors = "partner");
            var page = app.MapMethods("/page", ["GET", "OPTIONS"], () => "page");
            if (settings.Length == 0)
                page.RequireAeronetCors("partner");

            Map("/strict").RequireAeronetCors("partner");
            Map("/none").DisableAeronetCors();
            _ = Map("/default");
            _ = Map("/prefix");

            RouteGroupBuilder Map(string path)
            {
                var group = app.MapGroup(path);
                group.MapGet("throws", IResult () => throw new InvalidOperationException("on purpose"));
                group.MapGet("gone", () => Results.StatusCode(410));
                return group;
            }
        },
        [.. settings, ("/Policies:partner:Origins", Partner)]);
}
