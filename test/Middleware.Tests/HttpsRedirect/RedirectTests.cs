using System.Net;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;

namespace Aeronet.AspNetCore.Middleware.Tests.HttpsRedirect;

public sealed class RedirectTests
{
    [Theory]
    [EachServer("/", "example.com", "https://example.com/")]
    [EachServer("/a/b?x=1&y=%20&z=a+b", "example.com", "https://example.com/a/b?x=1&y=%20&z=a+b")]
    [EachServer("/a%20b%2Fc?q", "www.EXAMPLE.com:8080", "https://www.EXAMPLE.com/a%20b%2Fc?q")]
    [EachServer("//evil.example/x", "example.com", "https://example.com//evil.example/x")]
    [EachServer("/x", "[::1]:5000", "https://[::1]/x")]
    [EachServer("/x", "192.0.2.7", "https://192.0.2.7/x")]
    [EachServer("/x", "xn--bcher-kva.example", "https://xn--bcher-kva.example/x")]
    public async Task Get_Http_SameUrlOverHttps(ServerKind server, string path, string host, string location)
    {
        await using var site = await RedirectSite.StartAsync(server);

        using var response = await site.GetAsync(path, host);

        Assert.Equal(HttpStatusCode.PermanentRedirect, response.StatusCode);
        Assert.Equal(location, response.Location());
        Assert.Equal("", await response.Content.ReadAsStringAsync());
        Assert.Null(response.Hsts());
    }

    [Theory]
    [InlineData("301", HttpStatusCode.MovedPermanently)]
    [InlineData("302", HttpStatusCode.Found)]
    [InlineData("307", HttpStatusCode.TemporaryRedirect)]
    [InlineData("308", HttpStatusCode.PermanentRedirect)]
    public async Task Get_StatusCode_AsSet(string status, HttpStatusCode expected)
    {
        await using var site = await RedirectSite.StartAsync(ServerKind.TestServer, ("HttpsPort", "8443"), ("StatusCode", status));

        using var response = await site.GetAsync("/");

        Assert.Equal(expected, response.StatusCode);
        Assert.Equal("https://example.com:8443/", response.Location());
    }

    [Theory]
    [EachServer("HEAD")]
    [EachServer("POST")]
    [EachServer("DELETE")]
    [EachServer("OPTIONS")]
    public async Task Send_AnyMethod_Redirected(ServerKind server, string method)
    {
        await using var site = await RedirectSite.StartAsync(server);

        using var response = await site.SendAsync(new HttpMethod(method), "/x");

        Assert.Equal(HttpStatusCode.PermanentRedirect, response.StatusCode);
        Assert.Equal("https://example.com/x", response.Location());
    }

    [Theory]
    [InlineData(ServerKind.Sockets)]
    [InlineData(ServerKind.Aeronet)]
    public async Task Post_RedirectFollowed_BodyArrives(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server, new SiteOptions
        {
            HttpsEndpoints = 1,
            App = app =>
            {
                app.UseAeronetHttpsRedirect();
                app.Run(async context =>
                {
                    using var reader = new StreamReader(context.Request.Body);
                    await context.Response.WriteAsync($"{context.Request.Scheme} {context.Request.Method} {await reader.ReadToEndAsync()}");
                });
            },
        });
        using var client = site.CreateFollowingClient();

        using var response = await client.PostAsync("/form", new StringContent("a=b"));

        Assert.Equal("https POST a=b", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(ServerKind.Sockets)]
    [InlineData(ServerKind.Aeronet)]
    [InlineData(ServerKind.TestServer)]
    public async Task Get_Https_Served(ServerKind server)
    {
        await using var site = await RedirectSite.StartAsync(
            server, [("HttpsPort", "443")], httpsEndpoints: server == ServerKind.TestServer ? 0 : 1);

        using var response = await site.GetHttpsAsync("/x");

        Assert.Equal("served", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [EachServer("/.well-known/acme-challenge/token", true)]
    [EachServer("/.well-known/acme-challenge", false)]
    [EachServer("/.well-known/ACME-challenge/token", false)]
    [EachServer("/.well-known/acme-challenge/../secret", false)]
    [EachServer("/.well-known/acme-challenge/%2e%2e/secret", false)]
    [EachServer("/x/.well-known/acme-challenge/token", false)]
    [EachServer("/x?/.well-known/acme-challenge/token", false)]
    public async Task Get_AcmeChallenge_Served(ServerKind server, string path, bool served)
    {
        await using var site = await RedirectSite.StartAsync(server);

        using var response = await site.GetAsync(path, "not.allowed.example");

        Assert.Equal(served ? HttpStatusCode.OK : HttpStatusCode.PermanentRedirect, response.StatusCode);
    }

    // Its error page has another path.
    [Theory]
    [EachServer]
    public async Task Get_AcmeChallengeThatIsMissing_NotRedirected(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server, new SiteOptions
        {
            EndsWithServed = false,
            Settings = { ["Aeronet:HttpsRedirect:HttpsPort"] = "443" },
            App = app =>
            {
                app.UseStatusCodePagesWithReExecute("/page");
                app.UseAeronetHttpsRedirect();
                app.MapGet("/page", () => "page");
            },
        });

        using var response = await site.GetAsync("/.well-known/acme-challenge/token");

        Assert.Equal((HttpStatusCode.NotFound, "page"), (response.StatusCode, await response.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task AcmeChallenge_PostOrSwitchedOff_Redirected()
    {
        const string path = "/.well-known/acme-challenge/token";
        await using var on = await RedirectSite.StartAsync(ServerKind.TestServer);
        await using var off = await RedirectSite.StartAsync(
            ServerKind.TestServer, ("HttpsPort", "443"), ("AllowAcmeChallenge", "false"));

        using var post = await on.SendAsync(HttpMethod.Post, path);
        using var get = await off.GetAsync(path);

        Assert.Equal("https://example.com" + path, post.Location());
        Assert.Equal("https://example.com" + path, get.Location());
    }

    [Theory]
    [EachServer]
    public async Task Get_ForwardedProto_OnlyByForwardedHeaders(ServerKind server)
    {
        await using var unaware = await RedirectSite.StartAsync(server);
        await using var aware = await RedirectSite.StartAsync(
            server, [("HttpsPort", "443"), ("Hsts:MaxAge", "00:01:00")], app => app.UseForwardedHeaders(new ForwardedHeadersOptions
            {
                ForwardedHeaders = ForwardedHeaders.All,
                KnownProxies = { IPAddress.Loopback },
            }));

        using var untrusted = await unaware.GetAsync("/", "example.com", "X-Forwarded-Proto: https");
        using var https = await aware.GetAsync("/", "example.com", "X-Forwarded-Proto: https", "X-Forwarded-For: 192.0.2.1");
        using var http = await aware.GetAsync(
            "/x", "inner", "X-Forwarded-Proto: http", "X-Forwarded-Host: outer.example", "X-Forwarded-Prefix: /base");

        Assert.Equal("https://example.com/", untrusted.Location());
        Assert.Equal("served", await https.Content.ReadAsStringAsync());
        Assert.Equal("max-age=60", https.Hsts());
        Assert.Equal("https://outer.example/base/x", http.Location());
    }
}
