using System.Net;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Middleware.Tests.Cors;

public sealed class RoutingTests
{
    private const string Origin = CorsSite.Origin;
    private const string Partner = "https://partner.example";

    private static readonly (string, string)[] Settings =
        [("Origins", Origin), ("Methods", "PUT"), ("/Policies:partner:Origins", Partner), ("/Policies:partner:Methods", "DELETE")];

    [Theory]
    [EachServer("/default", Origin, "GET", 204)]
    [EachServer("/default", Origin, "PUT", 204)]
    [EachServer("/default", Partner, "GET", 403)]
    [EachServer("/missing", Origin, "GET", 204)]
    [EachServer("/partner", Partner, "DELETE", 204)]
    [EachServer("/partner", Origin, "DELETE", 403)]
    [EachServer("/attribute", Partner, "POST", 204)]
    [EachServer("/attribute", Origin, "POST", 403)]
    [EachServer("/group/inner", Partner, "GET", 204)]
    [EachServer("/mixed", Partner, "DELETE", 204)]
    [EachServer("/mixed", Origin, "PUT", 204)]
    [EachServer("/none", Origin, "GET", 403)]
    public async Task Preflight_Endpoint_ByItsPolicy(ServerKind server, string path, string origin, string method, int status)
    {
        await using var site = await StartAsync(server);

        using var response = await site.PreflightAsync(origin, method, path: path);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(status == 204 ? origin : null, response.AllowOrigin());
    }

    [Theory]
    [EachServer("/default", Origin, 200, true)]
    [EachServer("/default", Partner, 200, false)]
    [EachServer("/missing", Origin, 404, true)]
    [EachServer("/attribute", Origin, 405, true)]
    [EachServer("/partner", Partner, 405, false)]
    [EachServer("/group/inner", Partner, 200, true)]
    [EachServer("/group/inner", Origin, 200, false)]
    [EachServer("/none", Origin, 200, false)]
    public async Task Get_Endpoint_ByItsPolicy(ServerKind server, string path, string origin, int status, bool allowed)
    {
        await using var site = await StartAsync(server);

        using var response = await site.GetAsync(path, headers: [$"Origin: {origin}"]);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(allowed ? origin : null, response.AllowOrigin());
        Assert.Equal(path == "/none" ? null : "Origin", response.Vary());
    }

    [Fact]
    public async Task Options_EndpointOfItsOwn_Runs()
    {
        await using var site = await StartAsync(ServerKind.Aeronet);

        using var response = await site.SendAsync(HttpMethod.Options, "/options", [$"Origin: {Origin}"]);

        Assert.Equal("own", await response.Content.ReadAsStringAsync());
        Assert.Equal(Origin, response.AllowOrigin());
    }

    [Fact]
    public async Task Start_UnknownPolicy_TypedError()
    {
        var error = await Assert.ThrowsAsync<AeronetCorsOptionsException>(() => CorsSite.StartAsync(
            ServerKind.Aeronet,
            app =>
            {
                app.UseAeronetCors();
                app.MapGet("/a", () => "a").RequireAeronetCors("tpyo");
            },
            ("Origins", Origin)));

        Assert.Equal(AeronetCorsErrorKind.UnknownPolicy, Assert.Single(error.Errors).Kind);
        Assert.Equal("Aeronet:Cors:Policies:tpyo has '': add this policy, which the endpoint 'HTTP: GET /a' uses.", error.Message);
    }

    [Fact]
    public async Task Start_NoDefaultPolicy_TypedError()
    {
        var error = await Assert.ThrowsAsync<AeronetCorsOptionsException>(() => CorsSite.StartAsync(
            ServerKind.Aeronet,
            app =>
            {
                app.UseAeronetCors();
                app.MapGet("/a", () => "a").RequireAeronetCors();
            }));

        Assert.StartsWith("Aeronet:Cors:Default has '': add this policy", error.Message);
    }

    [Fact]
    public async Task Start_UnknownFallbackPolicy_TypedError() => await Assert.ThrowsAsync<AeronetCorsOptionsException>(
        () => CorsSite.StartAsync(ServerKind.TestServer, app => app.UseAeronetCors("missing"), ("Origins", Origin)));

    [Fact]
    public async Task Start_PolicyWithoutMiddleware_Error()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => CorsSite.StartAsync(
            ServerKind.Aeronet, app => app.MapGet("/a", () => "a").RequireAeronetCors(), ("Origins", Origin)));

        Assert.EndsWith("call app.UseAeronetCors().", error.Message);
    }

    [Fact]
    public async Task Start_MiddlewareBeforeRouting_Error()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => CorsSite.StartAsync(
            ServerKind.Aeronet,
            app =>
            {
                app.UseAeronetCors();
                app.UseRouting();
                app.MapGet("/a", () => "a").RequireAeronetCors();
            },
            ("Origins", Origin)));

        Assert.EndsWith("call app.UseAeronetCors() after app.UseRouting().", error.Message);
    }

    [Fact]
    public async Task Start_NotRegistered_Error()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => TestSite.StartAsync(ServerKind.TestServer, new SiteOptions { App = app => app.UseAeronetCors() }));

        Assert.EndsWith("call builder.Services.AddAeronetCors().", error.Message);
    }

    [Theory]
    [EachServer]
    public async Task Preflight_BeforeAuthorization_Answered(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server, new SiteOptions
        {
            EndsWithServed = false,
            Settings = { [$"{AeronetCorsOptions.SectionName}:Default:Origins"] = Origin },
            Builder = builder =>
            {
                builder.Services.AddAeronetCors();
                builder.Services.AddAuthentication().AddBearerToken();
                builder.Services.AddAuthorization();
            },
            App = app =>
            {
                app.UseAeronetCors();
                app.UseAuthentication();
                app.UseAuthorization();
                app.MapGet("/secret", () => "secret").RequireAuthorization();
            },
        });

        using var preflight = await site.PreflightAsync(Origin, path: "/secret");
        using var refused = await site.GetAsync("/secret", headers: [$"Origin: {Origin}"]);

        Assert.Equal(HttpStatusCode.NoContent, preflight.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal(Origin, refused.AllowOrigin());
    }

    private static Task<TestSite> StartAsync(ServerKind server) => CorsSite.StartWithEndpointsAsync(
        server,
        app =>
        {
            app.UseAeronetCors();
            app.MapGet("/default", () => "default");
            app.MapDelete("/partner", () => "partner").RequireAeronetCors("partner");
            app.MapPost("/attribute", [AeronetCors("PARTNER")] () => "attribute");
            app.MapGroup("/group").RequireAeronetCors("partner").MapGet("/inner", () => "inner");
            app.MapDelete("/mixed", () => "mixed").RequireAeronetCors("partner");
            app.MapPut("/mixed", () => "mixed");
            app.MapGet("/none", [DisableAeronetCors] () => "none");
            app.MapMethods("/options", ["OPTIONS"], () => "own");
        },
        Settings);
}
