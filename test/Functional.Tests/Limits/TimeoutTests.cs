using System.Diagnostics;
using System.Net.Sockets;
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
    public Task KeepAlive_IdleTooLong_Closed(TransportKind transport, bool afterARequest) => GrowingTime.TryAsync("a request", async timeout =>
    {
        await using var host = await StartAsync(transport, limits => limits.KeepAliveTimeout = timeout);
        using var client = await host.ConnectAsync();
        if (afterARequest && await TryGetAsync(client) != "ok")
            return false;

        var (bytes, end) = await client.ReadToEndAsync();

        Assert.Empty(bytes);
        Assert.Equal(ConnectionEnd.Finished, end);
        return true;
    });

    [Theory, BothTransports]
    public Task KeepAlive_NotIdle_Kept(TransportKind transport) => GrowingTime.TryAsync("the next request to come before the connection is idle", async timeout =>
    {
        await using var host = await StartAsync(transport, limits => limits.KeepAliveTimeout = timeout);
        using var client = await host.ConnectAsync();

        // Longer than that in all, and past two of Kestrel's heartbeats.
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < (timeout * 1.3) + TimeSpan.FromSeconds(2))
        {
            if (await TryGetAsync(client) != "ok")
                return false;

            await Task.Delay(timeout / 20);
        }

        return true;
    });

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

    /// <summary>What the server answers; null where it has closed the connection.</summary>
    private static async Task<string?> TryGetAsync(RawClient client)
    {
        try
        {
            return (await client.GetAsync()).Text;
        }
        catch (Exception e) when (e is EndOfStreamException or SocketException)
        {
            return null;
        }
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
