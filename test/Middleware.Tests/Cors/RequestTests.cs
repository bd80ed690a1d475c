using System.Net;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Middleware.Tests.Cors;

public sealed class RequestTests
{
    private const string Origin = CorsSite.Origin;

    [Theory]
    [EachServer]
    public async Task Get_AllowedOrigin_Fields(ServerKind server)
    {
        await using var site = await CorsSite.StartAsync(
            server, ("Origins", Origin), ("Credentials", "true"), ("ExposedHeaders", "ETag;X-Total"), ("TimingOrigins", Origin));

        using var response = await site.GetAsync("/", headers: [$"Origin: {Origin}"]);

        Assert.Equal("served", await response.Content.ReadAsStringAsync());
        Assert.Equal(Origin, response.AllowOrigin());
        Assert.Equal("true", response.Field("Access-Control-Allow-Credentials"));
        Assert.Equal("ETag,X-Total", response.Field("Access-Control-Expose-Headers"));
        Assert.Equal(Origin, response.Field("Timing-Allow-Origin"));
        Assert.Equal("Origin", response.Vary());
        Assert.Null(response.Field("Access-Control-Allow-Methods"));
        Assert.Null(response.Field("Access-Control-Max-Age"));
    }

    [Theory]
    [EachServer("Origin: https://evil.example")]
    [EachServer("Origin: null")]
    [EachServer("X: no origin")]
    public async Task Get_OriginDeniedOrAbsent_VaryAlone(ServerKind server, string header)
    {
        await using var site = await CorsSite.StartAsync(
            server, ("Origins", Origin), ("Credentials", "true"), ("ExposedHeaders", "ETag"), ("TimingOrigins", Origin));

        using var response = await site.GetAsync("/", headers: [header]);

        Assert.Equal("served", await response.Content.ReadAsStringAsync());
        Assert.Equal("Origin", response.Vary());
        Assert.Equal(Origin, response.Field("Timing-Allow-Origin"));
        Assert.DoesNotContain(response.Headers, field => field.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("Origin: https://any.example")]
    [InlineData("Origin: null")]
    [InlineData("X: no origin")]
    public async Task Get_AnyOrigin_AsteriskAlwaysAndNoVary(string header)
    {
        await using var site = await CorsSite.StartAsync(ServerKind.Aeronet, ("Origins", "*"), ("ExposedHeaders", "*"));

        using var response = await site.GetAsync("/", headers: [header]);

        Assert.Equal("*", response.AllowOrigin());
        Assert.Equal("*", response.Field("Access-Control-Expose-Headers"));
        Assert.Null(response.Vary());
        Assert.Null(response.Field("Access-Control-Allow-Credentials"));
    }

    [Fact]
    public async Task Get_TwoOriginLines_Denied()
    {
        await using var site = await CorsSite.StartAsync(ServerKind.Aeronet, ("Origins", Origin));

        var response = await site.SendRawAsync($"GET / HTTP/1.1\r\nHost: a\r\nOrigin: {Origin}\r\nOrigin: {Origin}");

        Assert.Null(response["Access-Control-Allow-Origin"]);
        Assert.Equal("Origin", response["Vary"]);
    }

    [Theory]
    [InlineData("Accept-Encoding", "Accept-Encoding, Origin")]
    [InlineData("Accept-Encoding, origin", "Accept-Encoding, origin")]
    [InlineData("X-Original", "X-Original, Origin")]
    [InlineData("*", "*")]
    [InlineData("", "Origin")]
    public async Task Get_HandlerSetsVary_Merged(string vary, string expected)
    {
        await using var site = await CorsSite.StartAsync(
            ServerKind.Aeronet,
            app => app.UseAeronetCors().Use(next => context =>
            {
                context.Response.Headers.Vary = vary;
                return next(context);
            }),
            ("Origins", Origin));

        using var response = await site.GetAsync("/", headers: [$"Origin: {Origin}"]);

        Assert.Equal(expected, response.Vary());
    }

    [Theory]
    [EachServer(true)]
    [EachServer(false)]
    public async Task Get_ExceptionHandledLater_FieldsOnErrorPage(ServerKind server, bool handlerFirst)
    {
        await using var site = await CorsSite.StartAsync(
            server,
            app =>
            {
                if (handlerFirst)
                    UseErrorPage(app);

                app.UseAeronetCors();
                if (!handlerFirst)
                    UseErrorPage(app);

                app.Run(context =>
                {
                    context.Response.Headers.Vary = "X-Gone";
                    throw new InvalidOperationException("on purpose");
                });
            },
            ("Origins", Origin));

        using var response = await site.GetAsync("/", headers: [$"Origin: {Origin}"]);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal("sorry", await response.Content.ReadAsStringAsync());
        Assert.Equal(Origin, response.AllowOrigin());
        Assert.Equal("Origin", response.Vary());

        static void UseErrorPage(IApplicationBuilder app) =>
            app.UseExceptionHandler(error => error.Run(context => context.Response.WriteAsync("sorry")));
    }

    [Theory]
    [EachServer]
    public async Task Get_NotModified_Fields(ServerKind server)
    {
        await using var site = await CorsSite.StartAsync(
            server,
            app => app.UseAeronetCors().Use(_ => context =>
            {
                context.Response.StatusCode = 304;
                return Task.CompletedTask;
            }),
            ("Origins", Origin));

        using var response = await site.GetAsync("/", headers: [$"Origin: {Origin}"]);

        Assert.Equal(HttpStatusCode.NotModified, response.StatusCode);
        Assert.Equal(Origin, response.AllowOrigin());
        Assert.Equal("Origin", response.Vary());
    }

    [Theory]
    [EachServer("OPTIONS", "Origin: https://app.example.com")]
    [EachServer("OPTIONS", "Access-Control-Request-Method: PUT")]
    public async Task Options_NoPreflight_PassesWithVaryOfPreflights(ServerKind server, string method, string header)
    {
        await using var site = await CorsSite.StartAsync(server, ("Origins", Origin));

        using var response = await site.SendAsync(new HttpMethod(method), "/", [header]);

        Assert.Equal("served", await response.Content.ReadAsStringAsync());
        Assert.Equal(PreflightTests.Vary, response.Vary());
        Assert.Equal(header.StartsWith("Origin", StringComparison.Ordinal) ? Origin : null, response.AllowOrigin());
    }

    [Fact]
    public async Task Get_TwoMiddlewares_InnerPolicyOnce()
    {
        await using var site = await CorsSite.StartAsync(
            ServerKind.Aeronet,
            app => app.UseAeronetCors().UseAeronetCors("inner"),
            ("Origins", "https://other.example"), ("/Policies:inner:Origins", Origin));

        using var response = await site.GetAsync("/", headers: [$"Origin: {Origin}"]);

        Assert.Equal(Origin, response.AllowOrigin());
        Assert.Equal("Origin", response.Vary());
    }
}
