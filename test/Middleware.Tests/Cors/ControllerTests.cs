using System.Net;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Middleware.Tests.Cors;

/// <summary>Policies by attribute on controllers, beside a default policy.</summary>
public sealed class ControllerTests
{
    private const string Origin = CorsSite.Origin;
    private const string Partner = "https://partner.example";

    [Theory]
    [EachServer("/cors-probe", "PUT", Partner, true)]
    [EachServer("/cors-probe", "PUT", Origin, false)]
    [EachServer("/cors-probe", "DELETE", Origin, true)]
    [EachServer("/cors-probe", "DELETE", Partner, false)]
    [EachServer("/cors-probe/verbs", "PATCH", Origin, false)]
    [EachServer("/cors-probe/verbs", "PATCH", Partner, true)]
    public async Task Preflight_Controller_ByTheActionsPolicy(ServerKind server, string path, string method, string origin, bool isAllowed)
    {
        await using var site = await TestSite.StartAsync(server, new SiteOptions
        {
            EndsWithServed = false,
            Settings =
            {
                ["Aeronet:Cors:Default:Origins"] = Origin,
                ["Aeronet:Cors:Default:Methods"] = "PUT;DELETE;PATCH",
                ["Aeronet:Cors:Policies:partner:Origins"] = Partner,
                ["Aeronet:Cors:Policies:partner:Methods"] = "PUT;PATCH",
            },
            Builder = builder =>
            {
                builder.Services.AddAeronetCors();
                builder.Services.AddControllers().ConfigureApplicationPartManager(parts =>
                    parts.ApplicationParts.Add(new AssemblyPart(typeof(ControllerTests).Assembly)));
            },
            App = app =>
            {
                app.UseAeronetCors();
                app.MapControllers();
            },
        });

        using var response = await site.PreflightAsync(origin, method, path: path);

        Assert.Equal(isAllowed ? HttpStatusCode.NoContent : HttpStatusCode.Forbidden, response.StatusCode);
    }
}
