using System.Net;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Middleware.Tests.HttpsRedirect;

public sealed class HostTests
{
    [Theory]
    [InlineData("HTTP/1.0\r\nX: y", "The Host field is missing.")]
    [InlineData("HTTP/1.1\r\nHost:", "The Host field is missing.")]
    [InlineData("HTTP/1.1\r\nHost: a..b", "The Host field is malformed.")]
    [InlineData("HTTP/1.1\r\nHost: example.com:99999", "The Host field is malformed.")]
    [InlineData("HTTP/1.1\r\nHost: evil.example", "The Host field names a host that is not served here.")]
    public async Task Get_HostOfNoUse_400(string rest, string reason)
    {
        await using var site = await RedirectSite.StartAsync(
            ServerKind.Aeronet, ("HttpsPort", "443"), ("AllowedHosts:0", "example.com"));

        var response = await site.SendRawAsync("GET / " + rest);

        Assert.Equal(400, response.StatusCode);
        Assert.Equal(reason, response.Text);
        Assert.Equal("text/plain", response["Content-Type"]);
        Assert.Null(response["Location"]);
    }

    [Theory]
    [InlineData("example.com", true)]
    [InlineData("EXAMPLE.com:8080", true)]
    [InlineData("example.com.", true)]
    [InlineData("www.example.com", false)]
    [InlineData("a.sub.example.com", true)]
    [InlineData("a.b.SUB.example.com", true)]
    [InlineData("sub.example.com", false)]
    [InlineData("evilsub.example.com", false)]
    [InlineData("example.com.evil.example", false)]
    [InlineData("evil.example", false)]
    [InlineData("192.0.2.7", true)]
    [InlineData("192.0.2.8", false)]
    [InlineData("[2001:DB8::1]", true)]
    public async Task Get_AllowedHosts_OthersRefused(string host, bool allowed)
    {
        await using var site = await RedirectSite.StartAsync(
            ServerKind.TestServer,
            ("HttpsPort", "443"), ("AllowedHosts", "example.com; *.sub.example.com;192.0.2.7;[2001:db8::1]"));

        using var response = await site.GetAsync("/", host);

        Assert.Equal(allowed ? HttpStatusCode.PermanentRedirect : HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory]
    [InlineData("example.com", true)]
    [InlineData("a.example.com", true)]
    [InlineData("xn--bcher-kva.example", true)]
    [InlineData("evil.example", false)]
    public async Task Get_FrameworkAllowedHosts_ByDefault(string host, bool allowed)
    {
        await using var site = await RedirectSite.StartAsync(
            ServerKind.TestServer,
            [("HttpsPort", "443"), ("/AllowedHosts", "example.com;*.example.com;bücher.example")],
            builder: WithoutHostFiltering);

        using var response = await site.GetAsync("/", host);

        Assert.Equal(allowed ? $"https://{host}/" : null, response.Location());
    }

    [Theory]
    [InlineData("*")]
    [InlineData("example.com;[::]")]
    [InlineData("0.0.0.0")]
    [InlineData(null)]
    public async Task Get_FrameworkAllowsAny_AnyRedirected(string? allowedHosts)
    {
        await using var site = await RedirectSite.StartAsync(
            ServerKind.TestServer, [("HttpsPort", "443"), ("/AllowedHosts", allowedHosts!)], builder: WithoutHostFiltering);

        using var response = await site.GetAsync("/", "any.example");

        Assert.Equal("https://any.example/", response.Location());
    }

    [Fact]
    public async Task Get_OwnAllowedHosts_InPlaceOfFrameworks()
    {
        await using var site = await RedirectSite.StartAsync(
            ServerKind.TestServer,
            [("HttpsPort", "443"), ("AllowedHosts:0", "*"), ("/AllowedHosts", "example.com")],
            builder: WithoutHostFiltering);

        using var response = await site.GetAsync("/", "any.example");

        Assert.Equal("https://any.example/", response.Location());
    }

    [Fact]
    public async Task Get_HostFilteringOptionsInCode_Followed()
    {
        await using var site = await RedirectSite.StartAsync(ServerKind.TestServer, [("HttpsPort", "443")], builder: builder =>
        {
            WithoutHostFiltering(builder);
            builder.Services.AddHostFiltering(options => options.AllowedHosts = ["example.com"]);
        });

        using var allowed = await site.GetAsync("/", "example.com");
        using var refused = await site.GetAsync("/", "evil.example");

        Assert.Equal("https://example.com/", allowed.Location());
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Theory]
    [InlineData("HTTP/1.0\r\nX: y", 308)]
    [InlineData("HTTP/1.1\r\nHost: evil.example:8080", 308)]
    [InlineData("HTTP/1.1\r\nHost: a..b", 400)]
    public async Task Get_FixedHost_TargetOfAll(string rest, int status)
    {
        await using var site = await RedirectSite.StartAsync(ServerKind.Aeronet, ("HttpsPort", "8443"), ("Host", "www.example.com"));

        var response = await site.SendRawAsync("GET /x?y " + rest);

        Assert.Equal(status, response.StatusCode);
        Assert.Equal(status == 308 ? "https://www.example.com:8443/x?y" : null, response["Location"]);
    }

    // Ours is to be seen, not the framework's, which would refuse the same requests before.
    private static void WithoutHostFiltering(WebApplicationBuilder builder)
    {
        var filter = builder.Services.Single(
            s => s.ServiceType == typeof(IStartupFilter) && s.ImplementationType?.Name.StartsWith("HostFiltering") == true);
        builder.Services.Remove(filter);
    }
}
