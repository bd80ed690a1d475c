using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aeronet.AspNetCore.Functional.Tests.Limits;

/// <summary>Kestrel's timers, which act on the transport from its heartbeat, once a second.</summary>
public sealed class TimeoutTests
{
    [Theory]
    [BothTransports(false)]
    [BothTransports(true)]
    public async Task KeepAlive_IdleTooLong_Closed(TransportKind transport, bool afterARequest)
    {
        await using var host = await StartAsync(transport, limits => limits.KeepAliveTimeout = TimeSpan.FromMilliseconds(200));
        using var client = await host.ConnectAsync();

        if (afterARequest)
            Assert.Equal("ok", (await client.GetAsync()).Text);

        var (bytes, end) = await client.ReadToEndAsync();

        Assert.Empty(bytes);
        Assert.Equal(ConnectionEnd.Finished, end);
    }

    [Theory, BothTransports]
    public async Task KeepAlive_NotIdle_Kept(TransportKind transport)
    {
        await using var host = await StartAsync(transport, limits => limits.KeepAliveTimeout = TimeSpan.FromSeconds(2));
        using var client = await host.ConnectAsync();

        for (var i = 0; i < 26; i++)
        {
            Assert.Equal("ok", (await client.GetAsync()).Text);
            await Task.Delay(100);
        }
    }

    [Theory, BothTransports]
    public async Task RequestHeaders_TooSlow_408(TransportKind transport)
    {
        await using var host = await StartAsync(transport, limits => limits.RequestHeadersTimeout = TimeSpan.FromMilliseconds(200));
        using var client = await host.ConnectAsync();

        await client.SendAsync("GET / HTTP/1.1\r\nHost: localh");
        var response = await client.ReadResponseAsync();
        await client.ReadToEndAsync();

        Assert.Equal(408, response.StatusCode);
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
