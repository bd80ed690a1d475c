using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Functional.Tests.Http1;

public sealed class UnreadBodyTests
{
    [Theory]
    [BothTransports(10)]
    [BothTransports(100_000)]
    [BothTransports(1_000_000)]
    public async Task Body_NotReadByTheApplication_NextRequestIsAnswered(TransportKind transport, int size)
    {
        await using var host = await StartAsync(transport);
        using var client = await host.ConnectAsync();

        for (var i = 0; i < 3; i++)
        {
            await client.SendAsync($"POST /ignore HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n\r\n");
            await client.SendAsync(Pattern.Bytes(size));
            Assert.Equal("ignored", (await client.ReadResponseAsync()).Text);
        }

        Assert.Equal("next", (await client.GetAsync("/next")).Text);
    }

    [Theory, BothTransports]
    public async Task Body_ReadHalfway_NextRequestIsAnswered(TransportKind transport)
    {
        await using var host = await StartAsync(transport);
        using var client = await host.ConnectAsync();

        await client.SendAsync("POST /half HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000\r\n\r\n");
        await client.SendAsync(Pattern.Bytes(50000));

        Assert.Equal("half", (await client.ReadResponseAsync()).Text);
        Assert.Equal("next", (await client.GetAsync("/next")).Text);
    }

    [Theory, BothTransports]
    public async Task ChunkedBody_NotReadByTheApplication_NextRequestIsAnswered(TransportKind transport)
    {
        await using var host = await StartAsync(transport);
        using var client = await host.ConnectAsync();

        await client.SendAsync("POST /ignore HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
        Assert.Equal("ignored", (await client.ReadResponseAsync()).Text);
        await client.SendAsync("5\r\nworld\r\n0\r\n\r\n");

        Assert.Equal("next", (await client.GetAsync("/next")).Text);
    }

    [Theory, BothTransports]
    public async Task Response_BeforeTheBodyIsSent_NextRequestIsAnswered(TransportKind transport)
    {
        await using var host = await StartAsync(transport);
        using var client = await host.ConnectAsync();

        await client.SendAsync("POST /ignore HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n");
        Assert.Equal("ignored", (await client.ReadResponseAsync()).Text);
        await client.SendAsync("hello");

        Assert.Equal("next", (await client.GetAsync("/next")).Text);
    }

    private static Task<KestrelHost> StartAsync(TransportKind transport)
        => KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            App = app =>
            {
                app.MapPost("/ignore", (HttpContext context) => context.Response.WriteAsync("ignored"));
                app.MapPost("/half", async (HttpContext context) =>
                {
                    await context.Request.Body.ReadExactlyAsync(new byte[25000]);
                    await context.Response.WriteAsync("half");
                });
                app.MapGet("/next", (HttpContext context) => context.Response.WriteAsync("next"));
            },
        });
}
