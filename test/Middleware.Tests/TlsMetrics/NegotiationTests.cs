using System.Net;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.Tests.TlsMetrics;

/// <summary>Who gets what, and who gets nothing.</summary>
public sealed class NegotiationTests
{
    private const string Scraper =
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,"
        + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

    [Theory]
    [InlineData("", null, "application/json")]
    [InlineData("", "*/*", "application/json")]
    [InlineData("", "application/json", "application/json")]
    [InlineData("", "application/json;q=0.5, text/plain;q=0.4", "application/json")]
    [InlineData("", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/json")]
    [InlineData("", "not a media type", "application/json")]
    [InlineData("", "text/plain", "text/plain")]
    [InlineData("", "application/json;q=0.4, text/plain;q=0.5", "text/plain")]
    [InlineData("", Scraper, "application/openmetrics-text")]
    [InlineData("?format=json", Scraper, "application/json")]
    [InlineData("?format=prometheus", "application/json", "text/plain")]
    [InlineData("?format=prometheus", Scraper, "application/openmetrics-text")]
    public async Task Get_AcceptAndFormat_MediaType(string query, string? accept, string expected)
    {
        await using var site = await MetricsSite.StartAsync();
        await site.ConnectAsync();

        using var response = await site.AskAsync(query, accept);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(expected, response.Content.Headers.ContentType!.MediaType);
        Assert.Single(response.Headers.Vary, "Accept");
        Assert.True(response.Headers.CacheControl!.NoStore);
        Assert.NotEmpty(await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Get_UnknownFormat_400SaysWhich()
    {
        await using var site = await MetricsSite.StartAsync();

        using var response = await site.AskAsync("?format=xml");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("'json' or 'prometheus'", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?format=prometheus", null)]
    [InlineData("", "text/plain")]
    [InlineData("", Scraper)]
    public async Task Get_TextWithoutItsPackage_406SaysHow(string query, string? accept)
    {
        await using var site = await MetricsSite.StartAsync(hasPrometheus: false);

        using var response = await site.AskAsync(query, accept);
        using var json = await site.AskAsync();

        Assert.Equal((HttpStatusCode.NotAcceptable, HttpStatusCode.OK), (response.StatusCode, json.StatusCode));
        Assert.Contains("AddAeronetPrometheus()", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OtherMethods_HeadAnd405()
    {
        await using var site = await MetricsSite.StartAsync();

        using var head = await site.AskAsync(method: HttpMethod.Head);
        using var post = await site.AskAsync(method: HttpMethod.Post);

        Assert.Equal((HttpStatusCode.OK, 0), (head.StatusCode, (await head.Content.ReadAsByteArrayAsync()).Length));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
    }

    [Fact]
    public async Task Conventions_Authorization_Applies()
    {
        await using var site = await MetricsSite.StartAsync(
            endpoint: endpoint => endpoint.RequireAuthorization(),
            builder: builder => builder.Services.AddAuthorization().AddAuthentication("Bearer").AddBearerToken("Bearer"));

        using var response = await site.AskAsync();

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Theory]
    [InlineData("", null, HttpStatusCode.Forbidden)]
    [InlineData("?format=prometheus", null, HttpStatusCode.Forbidden)]
    [InlineData("", "Development", HttpStatusCode.OK)]
    public async Task Get_NothingSaid_InDevelopmentAlone(string query, string? environment, HttpStatusCode status)
    {
        await using var site = await MetricsSite.StartAsync(
            endpoint: _ => { }, builder: builder => builder.Environment.EnvironmentName = environment ?? "Production");

        using var response = await site.AskAsync(query);

        Assert.Equal(status, response.StatusCode);
        var lines = site.Host.Logs.From("Aeronet.AspNetCore.Middleware.TlsMetrics", LogLevel.Warning);
        Assert.Equal(environment is null ? 1 : 0, lines.Count);
        Assert.All(lines, line => Assert.Contains("'/metrics/tls' answer 403: outside Development", line.Message));
    }

    [Fact]
    public async Task Get_ApplicationWithUsers_NeedsOne()
    {
        await using var site = await MetricsSite.StartAsync(
            endpoint: _ => { },
            builder: builder => builder.Services.AddAuthorization().AddAuthentication("Bearer").AddBearerToken("Bearer"));

        using var response = await site.AskAsync();

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Theory]
    [EachServer]
    public async Task Get_EveryServer_Answers(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server, new SiteOptions
        {
            Builder = builder => builder.Services.AddAeronetPrometheus(),
            App = app => app.MapAeronetTlsMetrics("/figures").AllowAnonymous(),
            EndsWithServed = false,
        });

        using var json = await site.GetAsync("/figures");
        using var text = await site.GetAsync("/figures?format=prometheus");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (json.StatusCode, text.StatusCode));
        Assert.Contains("\"handshakes\"", await json.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Curl_BothForms()
    {
        var curl = ExternalTool.Require("curl");
        await using var site = await MetricsSite.StartAsync();
        var url = $"http://127.0.0.1:{site.Host.Ports[1]}/metrics/tls";
        var https = await curl.RunAsync("-sS", "-k", $"https://127.0.0.1:{site.Host.Ports[0]}/");
        Assert.True(https.ExitCode == 0, https.ToString());

        var json = await curl.RunAsync("-sS", "-f", url);
        var text = await curl.RunAsync("-sS", "-f", "-H", "Accept: text/plain", url);

        Assert.Contains("\"completed\": 1", json.Output, StringComparison.Ordinal);
        var families = PrometheusFamilies.Parse(text.Output, isOpenMetrics: false);
        Assert.Equal(1, families.Sum("aeronet_tls_handshakes_total", "tls_resumed=\"false\""));
    }
}
