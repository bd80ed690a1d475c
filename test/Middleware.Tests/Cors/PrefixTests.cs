using System.Net;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.Tests.Cors;

/// <summary>Prefixes with policies of their own, beside a default policy.</summary>
public sealed class PrefixTests
{
    private const string Origin = CorsSite.Origin;
    private const string Partner = "https://partner.example";
    private const string Inner = "https://inner.example";

    [Theory]
    [EachServer("/", Origin, true)]
    [EachServer("/", Partner, false)]
    [EachServer("/strict", Partner, true)]
    [EachServer("/strict/x", Partner, true)]
    [EachServer("/strict/x", Origin, false)]
    [EachServer("/STRICT/x", Origin, false)]
    [EachServer("/strictly", Origin, true)]
    [EachServer("/strict/inner/x", Inner, true)]
    [EachServer("/strict/inner/x", Partner, false)]
    [EachServer("/strict/inner/x", Origin, false)]
    [EachServer("/strict/endpoint", Inner, true)]
    [EachServer("/strict/endpoint", Partner, false)]
    [EachServer("/strict/none", Partner, false)]
    public async Task Preflight_AndGet_ByTheLongestPrefix(ServerKind server, string path, string origin, bool isAllowed)
    {
        await using var site = await StartAsync(server, corsFirst: true);
        await CheckAsync(site, path, origin, isAllowed);
    }

    [Theory]
    [InlineData("/strict/x", Partner, true)]
    [InlineData("/strict/x", Origin, false)]
    [InlineData("/strict/inner/x", Inner, true)]
    [InlineData("/strict/inner/x", Partner, false)]
    [InlineData("/x", Origin, true)]
    public async Task Preflight_AndGet_CorsBehindPrefixes_Likewise(string path, string origin, bool isAllowed)
    {
        await using var site = await StartAsync(ServerKind.Aeronet, corsFirst: false);
        await CheckAsync(site, path, origin, isAllowed);
    }

    [Theory]
    [EachServer("/shared/x", Partner, true)]
    [EachServer("/shared/x", Origin, false)]
    [EachServer("/x", Origin, true)]
    public async Task Preflight_AndGet_AllFromConfiguration_Likewise(ServerKind server, string path, string origin, bool isAllowed)
    {
        await using var site = await TestSite.StartAsync(server, new SiteOptions
        {
            Settings =
            {
                ["Aeronet:Cors:Default:Origins"] = Origin,
                ["Aeronet:Cors:Policies:partner:Origins"] = Partner,
                ["Aeronet:Routes:0:Prefix"] = "/shared",
                ["Aeronet:Routes:0:Cors"] = "partner",
            },
            Builder = builder => builder.AddAeronet(),
            App = app => app.UseAeronet(),
        });

        await CheckAsync(site, path, origin, isAllowed);
    }

    // Its preflights are answered by the first, which cannot know that path.
    [Theory]
    [InlineData(false, "UseAeronetCors(\"partner\") comes behind another UseAeronetCors, which answers all preflights")]
    [InlineData(true, "UseAeronetRoute(\"/inner\") comes behind another UseAeronetCors, which answers all preflights")]
    public async Task Start_SecondCorsInABranch_Warned(bool isPrefix, string beginning)
    {
        await using var site = await CorsSite.StartAsync(
            ServerKind.Aeronet,
            app =>
            {
                app.UseAeronetCors();
                app.Map("/branch", branch => _ = isPrefix
                    ? branch.UseAeronetRoute("/inner", route => route.Cors = "partner")
                    : branch.UseAeronetCors("partner"));
            },
            [("Origins", Origin), ("/Policies:partner:Origins", Partner)]);

        var warning = Assert.Single(site.Host.Logs.From("Aeronet.AspNetCore.Middleware.Pipeline", LogLevel.Warning)).Message;

        Assert.StartsWith(beginning, warning);
    }

    [Fact]
    public async Task Start_PrefixesBesideADefault_NotWarned()
    {
        await using var site = await StartAsync(ServerKind.Aeronet, corsFirst: true);

        Assert.Empty(site.Host.Logs.From("Aeronet.AspNetCore.Middleware.Pipeline", LogLevel.Warning));
    }

    private static async Task CheckAsync(TestSite site, string path, string origin, bool isAllowed)
    {
        using var preflight = await site.PreflightAsync(origin, path: path);
        using var get = await site.GetAsync(path, headers: [$"Origin: {origin}"]);

        Assert.Equal(isAllowed ? HttpStatusCode.NoContent : HttpStatusCode.Forbidden, preflight.StatusCode);
        Assert.Equal(isAllowed ? origin : null, preflight.AllowOrigin());
        Assert.Equal(isAllowed ? origin : null, get.AllowOrigin());
    }

    private static Task<TestSite> StartAsync(ServerKind server, bool corsFirst) => CorsSite.StartWithEndpointsAsync(
        server,
        app =>
        {
            if (corsFirst)
                app.UseAeronetCors();

            app.UseAeronetRoute("/strict", route => route.Cors = "partner");
            app.UseAeronetRoute("/strict/inner", route => route.Cors = "inner");
            if (!corsFirst)
                app.UseAeronetCors();

            app.MapGet("/strict/endpoint", () => "endpoint").RequireAeronetCors("inner");
            app.MapGet("/strict/none", () => "none").DisableAeronetCors();
        },
        [("Origins", Origin), ("/Policies:partner:Origins", Partner), ("/Policies:inner:Origins", Inner)]);
}
