using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aeronet.AspNetCore.Functional.Tests.Limits;

public sealed class ConnectionLimitTests
{
    [Theory, BothTransports]
    public async Task MaxConcurrentConnections_OneTooMany_ClosedUntilThereIsRoom(TransportKind transport)
    {
        await using var host = await StartAsync(transport, limits => limits.MaxConcurrentConnections = 2);
        using var first = await host.ConnectAsync();
        using var second = await host.ConnectAsync();
        Assert.Equal("ok", (await first.GetAsync()).Text);
        Assert.Equal("ok", (await second.GetAsync()).Text);

        using (var third = await host.ConnectAsync())
            Assert.Empty((await third.ReadToEndAsync()).Bytes);

        first.Dispose();
        await Eventually.HoldsAsync(
            () => host.Metrics.Total("kestrel.active_connections") == 1,
            "one connection left",
            host.Metrics.ToString);
        using var fourth = await host.ConnectAsync();
        Assert.Equal("ok", (await fourth.GetAsync()).Text);
        Assert.Equal("ok", (await second.GetAsync()).Text);
    }

    [Theory, BothTransports]
    public async Task MaxConcurrentUpgradedConnections_OneTooMany_Refused(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            Kestrel = kestrel => kestrel.Limits.MaxConcurrentUpgradedConnections = 1,
            App = app =>
            {
                app.UseWebSockets();
                app.Run(async context =>
                {
                    using var socket = await context.WebSockets.AcceptWebSocketAsync();
                    await socket.ReceiveAsync(new byte[10].AsMemory(), default);
                    await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default);
                });
            },
        });
        var uri = new Uri($"ws://127.0.0.1:{host.Port}/");
        using var first = new ClientWebSocket();
        await first.ConnectAsync(uri, default).OrTimeout("the first socket");

        using var second = new ClientWebSocket();
        await Assert.ThrowsAsync<WebSocketException>(() => second.ConnectAsync(uri, default).OrTimeout("the second socket"));

        await first.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default).OrTimeout("the close handshake");
    }

    [Theory]
    [BothTransports(true)]
    [BothTransports(false)]
    public async Task MaxRequestBodySize_Exceeded_413AndClosed(TransportKind transport, bool chunked)
    {
        await using var host = await StartAsync(transport, limits => limits.MaxRequestBodySize = 1000);
        using var client = await host.ConnectAsync();

        if (chunked)
            await client.SendAsync(
                "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                + $"3e9\r\n{new string('x', 1001)}\r\n0\r\n\r\n");
        else
            await client.SendAsync("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1001\r\n\r\n");

        var response = await client.ReadResponseAsync();
        await client.ReadToEndAsync();

        Assert.Equal(413, response.StatusCode);
        Assert.Equal("close", response["Connection"]);
    }

    [Theory, BothTransports]
    public async Task MaxRequestBodySize_RaisedForOneRequest_Accepted(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            Kestrel = kestrel => kestrel.Limits.MaxRequestBodySize = 1000,
            App = app => app.Run(async context =>
            {
                context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = null;
                await context.Response.WriteAsync($"{await Pattern.VerifyAsync(context.Request.Body)}");
            }),
        });
        using var client = host.CreateHttpClient(HttpVersion.Version11);
        using var content = new PatternContent(100_000);

        using var response = await client.PostAsync("/", content);

        Assert.Equal("100000", await response.Content.ReadAsStringAsync());
    }

    private static Task<KestrelHost> StartAsync(TransportKind transport, Action<KestrelServerLimits> limits)
        => KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            Kestrel = kestrel => limits(kestrel.Limits),
            App = app => app.Run(async context =>
            {
                await context.Request.Body.CopyToAsync(Stream.Null);
                await context.Response.WriteAsync("ok");
            }),
        });
}
