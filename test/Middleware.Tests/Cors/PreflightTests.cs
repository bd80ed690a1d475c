using System.Net;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.Tests.Cors;

public sealed class PreflightTests
{
    internal const string Vary =
        "Origin, Access-Control-Request-Method, Access-Control-Request-Headers, Access-Control-Request-Private-Network";

    private const string Origin = CorsSite.Origin;

    [Theory]
    [EachServer]
    public async Task Preflight_Allowed_EveryField(ServerKind server)
    {
        await using var site = await CorsSite.StartAsync(
            server,
            ("Origins", Origin), ("Credentials", "true"), ("Methods", "PUT;PURGE"), ("RequestHeaders", "Content-Type;X-A"),
            ("ExposedHeaders", "ETag"), ("MaxAge", "02:00:00"), ("PrivateNetwork", "true"));

        using var response = await site.PreflightAsync(
            Origin, "PUT", "content-type,x-a", more: ["Access-Control-Request-Private-Network: true"]);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(Origin, response.AllowOrigin());
        Assert.Equal("true", response.Field("Access-Control-Allow-Credentials"));
        Assert.Equal("PUT,PURGE", response.Field("Access-Control-Allow-Methods"));
        Assert.Equal("Content-Type,X-A", response.Field("Access-Control-Allow-Headers"));
        Assert.Equal("7200", response.Field("Access-Control-Max-Age"));
        Assert.Equal("true", response.Field("Access-Control-Allow-Private-Network"));
        Assert.Equal(Vary, response.Vary());
        Assert.Null(response.Field("Access-Control-Expose-Headers"));
    }

    [Theory]
    [InlineData("GET", null)]
    [InlineData("HEAD", null)]
    [InlineData("POST", "")]
    public async Task Preflight_NothingConfigured_SafelistedMethodsOnly(string method, string? headers)
    {
        await using var site = await CorsSite.StartAsync(ServerKind.Aeronet, ("Origins", Origin));

        using var response = await site.PreflightAsync(Origin, method, headers);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(Origin, response.AllowOrigin());
        Assert.Null(response.Field("Access-Control-Allow-Methods"));
        Assert.Null(response.Field("Access-Control-Allow-Headers"));
        Assert.Null(response.Field("Access-Control-Max-Age"));
        Assert.Null(response.Field("Access-Control-Allow-Private-Network"));
    }

    [Theory]
    [InlineData("https://evil.example", "PUT", "x-a", null, "origin 'https://evil.example' is not in Aeronet:Cors:Default:Origins")]
    [InlineData("null", "PUT", "x-a", null, "origin 'null' is not in Aeronet:Cors:Default:Origins")]
    [InlineData(Origin, "DELETE", "x-a", null, "method 'DELETE' is not in Aeronet:Cors:Default:Methods")]
    [InlineData(Origin, "put", "x-a", null, "method 'put' is not in Aeronet:Cors:Default:Methods")]
    [InlineData(Origin, "PUT", "x-a,x-b", null, "not all of 'x-a,x-b' are in Aeronet:Cors:Default:RequestHeaders")]
    [InlineData(Origin, "PUT", "authorization", null, "not all of 'authorization' are in Aeronet:Cors:Default:RequestHeaders")]
    [InlineData(Origin, "PUT", "x-a", "true", "Aeronet:Cors:Default:PrivateNetwork is not true")]
    public async Task Preflight_Refused_NoFieldsAndExplanation(
        string origin, string method, string headers, string? privateNetwork, string explanation)
    {
        await using var site = await CorsSite.StartAsync(
            ServerKind.Aeronet,
            ("Origins", Origin), ("Methods", "PUT"), ("RequestHeaders", "X-A"), ("/ExplainFailures", "true"));

        using var response = await site.PreflightAsync(
            origin, method, headers,
            more: privateNetwork is null ? [] : [$"Access-Control-Request-Private-Network: {privateNetwork}"]);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal(Vary, response.Vary());
        Assert.DoesNotContain(response.Headers, field => field.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(explanation, response.Field("X-Aeronet-Cors"));
        Assert.Contains(
            site.Host.Logs.From("Aeronet.AspNetCore.Middleware.Cors"),
            entry => entry.Level == LogLevel.Debug && entry.Message.EndsWith(explanation, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Preflight_RefusedInProduction_NoExplanation()
    {
        await using var site = await CorsSite.StartAsync(ServerKind.Aeronet, ("Origins", Origin));

        using var response = await site.PreflightAsync("https://evil.example");

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Null(response.Field("X-Aeronet-Cors"));
    }

    [Fact]
    public async Task Preflight_RefusedWithStrangeText_ExplanationEscaped()
    {
        await using var site = await CorsSite.StartAsync(ServerKind.TestServer, ("Origins", Origin), ("/ExplainFailures", "true"));

        using var response = await site.PreflightAsync("https://bücher.example");

        Assert.Contains("'https://b\\u00fccher.example'", response.Field("X-Aeronet-Cors"));
    }

    [Theory]
    [InlineData("false", "*", "ANY", "*", "x-a,x-b", "*", "*")]
    [InlineData("false", "*", "ANY", "*;Authorization", "authorization,x-b", "*", "*,Authorization")]
    [InlineData("true", "*", "ANY", "*", "authorization,x-b", "ANY", "authorization,x-b")]
    [InlineData("true", "*", "GET", "*", null, "GET", null)]
    public async Task Preflight_Wildcards(
        string credentials, string methods, string method, string headers, string? asked, string? allowMethods, string? allowHeaders)
    {
        await using var site = await CorsSite.StartAsync(
            ServerKind.Aeronet, ("Origins", Origin), ("Credentials", credentials), ("Methods", methods), ("RequestHeaders", headers));

        using var response = await site.PreflightAsync(Origin, method, asked);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(allowMethods, response.Field("Access-Control-Allow-Methods"));
        Assert.Equal(allowHeaders, response.Field("Access-Control-Allow-Headers"));
    }

    [Theory]
    [InlineData("false", "GET", "authorization")]
    [InlineData("false", "GET", "x-a,AUTHORIZATION")]
    [InlineData("true", "TRACE", "x-a")]
    [InlineData("true", "track", "x-a")]
    [InlineData("true", "A B", "x-a")]
    [InlineData("true", "GET", "x a")]
    [InlineData("true", "GET", "x-a;q=1")]
    public async Task Preflight_BeyondWildcards_Refused(string credentials, string method, string headers)
    {
        await using var site = await CorsSite.StartAsync(
            ServerKind.TestServer, ("Origins", Origin), ("Credentials", credentials), ("Methods", "*"), ("RequestHeaders", "*"));

        using var response = await site.PreflightAsync(Origin, method, headers);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Null(response.AllowOrigin());
    }

    [Fact]
    public async Task Preflight_HeadersInLinesAndWithSpaces_Read()
    {
        await using var site = await CorsSite.StartAsync(ServerKind.Aeronet, ("Origins", Origin), ("RequestHeaders", "X-A;X-B;X-C"));
        const string Head = $"OPTIONS / HTTP/1.1\r\nHost: a\r\nOrigin: {Origin}\r\nAccess-Control-Request-Method: GET\r\n";

        var allowed = await site.SendRawAsync(Head + "Access-Control-Request-Headers: x-a , x-b,\r\nAccess-Control-Request-Headers: X-C");
        var refused = await site.SendRawAsync(Head + "Access-Control-Request-Headers: x-a\r\nAccess-Control-Request-Headers: x-d");

        Assert.Equal((204, 403), (allowed.StatusCode, refused.StatusCode));
        Assert.Equal("X-A,X-B,X-C", allowed["Access-Control-Allow-Headers"]);
    }

    [Fact]
    public async Task Preflight_AnyOrigin_Asterisk()
    {
        await using var site = await CorsSite.StartAsync(ServerKind.Aeronet, ("Origins", "*"), ("MaxAge", "00:00:00"));

        using var response = await site.PreflightAsync("https://any.example");

        Assert.Equal("*", response.AllowOrigin());
        Assert.Equal("0", response.Field("Access-Control-Max-Age"));
        Assert.Equal(Vary, response.Vary());
    }
}
