using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Middleware.Tests.HttpsRedirect;

public sealed class RequestTargetTests
{
    [Theory]
    [BothTransports("GET /a%2fb/%7E%41?x=%41+%zz&&=", "/a%2fb/%7E%41?x=%41+%zz&&=")]
    [BothTransports("GET /a/./../b//c?", "/a/./../b//c?")]
    [BothTransports("GET /?q=http://other.example/?a=b?c", "/?q=http://other.example/?a=b?c")]
    [BothTransports("GET /a?b|\"<>\\^`{}[]@'", "/a?b|\"<>\\^`{}[]@'")]
    [BothTransports("GET /\\evil.example", "/\\evil.example")]
    [BothTransports("GET /a#b?c#d", "/a%23b?c%23d")]
    [BothTransports("GET /a\u0001?\u007f", "/a%01?%7F")]
    [BothTransports("GET http://example.com/a%20?b", "/a%20?b")]
    [BothTransports("GET http://example.com?b", "/?b")]
    [BothTransports("GET http://example.com", "/")]
    [BothTransports("OPTIONS *", "")]
    public async Task Send_RawTarget_KeptByteForByte(TransportKind transport, string request, string pathAndQuery)
    {
        await using var site = await RedirectSite.StartAsync(Server(transport));

        var response = await site.SendRawAsync($"{request} HTTP/1.1\r\nHost: example.com");

        Assert.Equal(308, response.StatusCode);
        Assert.Equal("https://example.com" + pathAndQuery, response["Location"]);
        Assert.Equal("0", response["Content-Length"]);
    }

    [Theory]
    [BothTransports]
    public async Task Connect_AuthorityForm_400(TransportKind transport)
    {
        await using var site = await RedirectSite.StartAsync(Server(transport));

        var response = await site.SendRawAsync("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443");

        Assert.Equal(400, response.StatusCode);
        Assert.Equal("The request target has no path.", response.Text);
    }

    [Theory]
    [BothTransports("/app/x?q=%41", "/app/x?q=%41")]
    [BothTransports("/APP/x", "/APP/x")]
    [BothTransports("/%61pp/app/x", "/%61pp/app/x")]
    [BothTransports("/app", "/app")]
    [BothTransports("/y/../app/x?q=%41", "/app/x?q=%41")]
    [BothTransports("/other", "/other")]
    public async Task Send_PathBase_WholePath(TransportKind transport, string target, string expected)
    {
        await using var site = await RedirectSite.StartAsync(Server(transport), [("HttpsPort", "443")], app => app.UsePathBase("/app"));

        var response = await site.SendRawAsync($"GET {target} HTTP/1.1\r\nHost: example.com");

        Assert.Equal("https://example.com" + expected, response["Location"]);
    }

    [Theory]
    [BothTransports("/x?q=%41")]
    [BothTransports("/app/x")]
    [BothTransports("/%41")]
    public async Task Send_PrefixCutOffByProxy_Restored(TransportKind transport, string target)
    {
        await using var site = await RedirectSite.StartAsync(Server(transport), [("HttpsPort", "443")], app => app.Use((context, next) =>
        {
            context.Request.PathBase = "/app";
            return next(context);
        }));

        var response = await site.SendRawAsync($"GET {target} HTTP/1.1\r\nHost: example.com");

        Assert.Equal("https://example.com/app" + target, response["Location"]);
    }

    [Theory]
    [BothTransports]
    public async Task Send_PathRewrittenBefore_TargetAsSent(TransportKind transport)
    {
        await using var site = await RedirectSite.StartAsync(Server(transport), [("HttpsPort", "443")], app => app.Use((context, next) =>
        {
            context.Request.Path = "/rewritten";
            return next(context);
        }));

        var response = await site.SendRawAsync("GET /x?y HTTP/1.1\r\nHost: example.com");

        Assert.Equal("https://example.com/x?y", response["Location"]);
    }

    private static ServerKind Server(TransportKind transport) =>
        transport == TransportKind.Sockets ? ServerKind.Sockets : ServerKind.Aeronet;
}
