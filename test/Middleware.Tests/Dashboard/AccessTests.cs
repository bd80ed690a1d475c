using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.Tests.Dashboard;

public sealed class AccessTests
{
    private static readonly string[] Paths = [DashboardSite.Path, DashboardSite.Path + "/snapshot.json", DashboardSite.Path + "/events"];

    [Fact]
    public async Task Get_Development_Open()
    {
        await using var site = await StartAsync(builder => builder.Environment.EnvironmentName = Environments.Development);

        await AssertStatusAsync(site, HttpStatusCode.OK);
        Assert.DoesNotContain(site.Host.Logs.Entries, e => e.EventId.Name == "Closed");
    }

    [Fact]
    public async Task Get_NoAuthorizationInTheApplication_403AndOneLineAtStart()
    {
        await using var site = await StartAsync();
        await Eventually.HoldsAsync(() => site.Host.Logs.Entries.Any(e => e.EventId.Name == "Closed"), "the line");

        await AssertStatusAsync(site, HttpStatusCode.Forbidden);

        var line = Assert.Single(site.Host.Logs.Entries, e => e.EventId.Name == "Closed");
        Assert.Equal(LogLevel.Warning, line.Level);
        Assert.Contains("'/_aeronet'", line.Message, StringComparison.Ordinal);
        Assert.Contains("AddAuthorization()", line.Message, StringComparison.Ordinal);
        using var other = await site.GetAsync("/");
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task Get_NobodyCouldBeAuthenticated_403AndALine()
    {
        await using var site = await StartAsync(builder => builder.Services.AddAuthorization());

        await AssertStatusAsync(site, HttpStatusCode.Forbidden);

        var line = Assert.Single(site.Host.Logs.Entries, e => e.EventId.Name == "Closed");
        Assert.Contains("AddAuthentication()", line.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_Authorization_OnlyForUsers()
    {
        await using var site = await StartAsync(AddUsers);

        await AssertStatusAsync(site, HttpStatusCode.Unauthorized);
        await AssertStatusAsync(site, HttpStatusCode.OK, "X-User: anna");
    }

    [Fact]
    public async Task Get_PolicyOfTheCaller_InPlaceOfTheDefault()
    {
        await using var site = await StartAsync(
            AddUsers, dashboard => dashboard.RequireAuthorization(policy => policy.RequireUserName("otto")));

        await AssertStatusAsync(site, HttpStatusCode.Unauthorized);
        await AssertStatusAsync(site, HttpStatusCode.Forbidden, "X-User: anna");
        await AssertStatusAsync(site, HttpStatusCode.OK, "X-User: otto");
    }

    [Fact]
    public async Task Get_PolicyWithoutUsers_NeedsNoAuthentication()
    {
        await using var site = await StartAsync(
            builder => builder.Services.AddAuthorization(),
            dashboard => dashboard.RequireAuthorization(policy => policy.RequireAssertion(_ => true)));

        await AssertStatusAsync(site, HttpStatusCode.OK);
    }

    [Fact]
    public async Task Get_PolicyOfAGroupAround_InPlaceOfTheDefault()
    {
        await using var site = await TestSite.StartAsync(ServerKind.Aeronet, new SiteOptions
        {
            Builder = AddUsers,
            EndsWithServed = false,
            App = app => app.MapGroup("/ops").RequireAuthorization(policy => policy.RequireUserName("otto")).MapAeronetDashboard(),
        });

        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(site, "/ops/_aeronet", "X-User: anna"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(site, "/ops/_aeronet", "X-User: otto"));
    }

    [Fact]
    public async Task Get_AllowAnonymous_Open()
    {
        await using var site = await StartAsync(AddUsers, dashboard => dashboard.AllowAnonymous());

        await AssertStatusAsync(site, HttpStatusCode.OK);
    }

    // Authorization is there, the middleware is not: the framework refuses, and says why.
    [Fact]
    public async Task Get_MiddlewareForgotten_NotServed()
    {
        await using var site = await TestSite.StartAsync(ServerKind.Aeronet, new SiteOptions
        {
            Builder = AddUsers,
            EndsWithServed = false,
            App = app => app.Map("/branch", branch =>
            {
                branch.UseRouting();
                branch.UseEndpoints(endpoints => endpoints.MapAeronetDashboard());
            }),
        });

        Assert.Equal(HttpStatusCode.InternalServerError, await StatusAsync(site, "/branch/_aeronet"));
    }

    private static Task<TestSite> StartAsync(
        Action<WebApplicationBuilder>? builder = null, Action<IEndpointConventionBuilder>? conventions = null) =>
        TestSite.StartAsync(ServerKind.Aeronet, new SiteOptions
        {
            Builder = builder,
            EndsWithServed = false,
            App = app =>
            {
                var dashboard = app.MapAeronetDashboard();
                conventions?.Invoke(dashboard);
                app.MapGet("/", () => "served");
            },
        });

    private static void AddUsers(WebApplicationBuilder builder)
    {
        builder.Services.AddAuthentication("test").AddScheme<AuthenticationSchemeOptions, UserHeader>("test", null);
        builder.Services.AddAuthorization();
    }

    private static async Task AssertStatusAsync(TestSite site, HttpStatusCode status, params string[] headers)
    {
        foreach (var path in Paths)
            Assert.Equal(status, await StatusAsync(site, path, headers));
    }

    private static async Task<HttpStatusCode> StatusAsync(TestSite site, string path, params string[] headers)
    {
        using var client = site.Host.CreateHttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var header in headers)
            request.Headers.Add(header.Split(": ")[0], header.Split(": ")[1]);

        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).OrTimeout(path);
        return response.StatusCode;
    }

    /// <summary>Whoever a field names is taken for that.</summary>
    private sealed class UserHeader(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            var name = Request.Headers["X-User"].ToString();
            if (name.Length == 0)
                return Task.FromResult(AuthenticateResult.NoResult());

            var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], Scheme.Name);
            return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name)));
        }
    }
}
