using System.Net;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Middleware.Tests.HttpsRedirect;

public sealed class HstsTests
{
    [Theory]
    [InlineData("365.00:00:00", "false", "false", "max-age=31536000")]
    [InlineData("365.00:00:00", "true", "false", "max-age=31536000; includeSubDomains")]
    [InlineData("730.00:00:00", "true", "true", "max-age=63072000; includeSubDomains; preload")]
    [InlineData("00:00:00", "false", "false", "max-age=0")]
    public async Task Get_Https_Field(string maxAge, string includeSubDomains, string preload, string expected)
    {
        await using var site = await RedirectSite.StartAsync(
            ServerKind.TestServer,
            ("HttpsPort", "443"), ("Hsts:MaxAge", maxAge), ("Hsts:IncludeSubDomains", includeSubDomains), ("Hsts:Preload", preload));

        using var response = await site.GetHttpsAsync("/");

        Assert.Equal(expected, response.Hsts());
    }

    [Theory]
    [InlineData(ServerKind.Sockets)]
    [InlineData(ServerKind.Aeronet)]
    public async Task Get_RealHttps_FieldOnHttpsAlone(ServerKind server)
    {
        await using var site = await RedirectSite.StartAsync(server, [("Hsts:MaxAge", "00:01:00")], httpsEndpoints: 1);

        using var https = await site.GetHttpsAsync("/");
        using var http = await site.GetAsync("/");
        using var challenge = await site.GetAsync("/.well-known/acme-challenge/token");

        Assert.Equal("max-age=60", https.Hsts());
        Assert.Null(http.Hsts());
        Assert.Equal(HttpStatusCode.OK, challenge.StatusCode);
        Assert.Null(challenge.Hsts());
    }

    [Theory]
    [InlineData("example.com:8443", true)]
    [InlineData("example.com.", true)]
    [InlineData("notlocalhost", true)]
    [InlineData("localhost", false)]
    [InlineData("LOCALHOST:8443", false)]
    [InlineData("localhost.", false)]
    [InlineData("app.localhost", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("192.0.2.1:8443", false)]
    [InlineData("[2001:db8::1]", false)]
    public async Task Get_Host_NamesOnly(string host, bool sent)
    {
        await using var site = await RedirectSite.StartAsync(ServerKind.TestServer, ("HttpsPort", "443"), ("Hsts:MaxAge", "00:01:00"));

        using var response = await site.GetHttpsAsync("/", host);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(sent ? "max-age=60" : null, response.Hsts());
    }

    [Fact]
    public async Task Get_NotSet_NoField()
    {
        await using var site = await RedirectSite.StartAsync(ServerKind.TestServer);

        using var response = await site.GetHttpsAsync("/");

        Assert.Null(response.Hsts());
    }

    [Fact]
    public async Task Get_ErrorPage_Field()
    {
        await using var site = await TestSite.StartAsync(ServerKind.TestServer, new SiteOptions
        {
            Settings = { ["Aeronet:HttpsRedirect:HttpsPort"] = "443", ["Aeronet:HttpsRedirect:Hsts:MaxAge"] = "00:01:00" },
            App = app =>
            {
                app.UseExceptionHandler("/error");
                app.UseAeronetHttpsRedirect();
                app.Run(context => context.Request.Path == "/error"
                    ? context.Response.WriteAsync("error page")
                    : throw new InvalidOperationException("On purpose."));
            },
        });

        using var response = await site.GetHttpsAsync("/");

        Assert.Equal("error page", await response.Content.ReadAsStringAsync());
        Assert.Equal("max-age=60", response.Hsts());
    }
}
