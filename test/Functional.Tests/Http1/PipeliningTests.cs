using System.Text;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Functional.Tests.Http1;

public sealed class PipeliningTests
{
    [Theory]
    [BothTransports(2)]
    [BothTransports(300)]
    [BothTransports(5000)]
    public async Task Pipelined_ManyInOneSegment_AnsweredInOrder(TransportKind transport, int count)
    {
        await using var host = await KestrelHost.StartAsync(transport, EchoPathAsync);
        using var client = await host.ConnectAsync();

        // The responses are read while the requests are sent: 5,000 of either do not fit into socket buffers.
        var sending = client.SendAsync(Requests(count));
        for (var i = 0; i < count; i++)
            Assert.Equal($"/{i}", (await client.ReadResponseAsync()).Text);

        await sending;
        Assert.True(client.Pending.IsEmpty);
    }

    [Theory, BothTransports]
    public async Task Pipelined_AwaitingHandlers_AnsweredInOrder(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, async context =>
        {
            await Task.Yield();
            await EchoPathAsync(context);
        });
        using var client = await host.ConnectAsync();

        await client.SendAsync(Requests(300));
        for (var i = 0; i < 300; i++)
            Assert.Equal($"/{i}", (await client.ReadResponseAsync()).Text);
    }

    [Theory, BothTransports]
    public async Task Pipelined_WithBodies_EachReadByItsOwnRequest(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            await context.Response.WriteAsync(await reader.ReadToEndAsync());
        });
        using var client = await host.ConnectAsync();

        var text = new StringBuilder();
        for (var i = 0; i < 100; i++)
        {
            var body = new string((char)('a' + (i % 26)), i);
            text.Append($"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        }

        await client.SendAsync(text.ToString());
        for (var i = 0; i < 100; i++)
            Assert.Equal(new string((char)('a' + (i % 26)), i), (await client.ReadResponseAsync()).Text);
    }

    [Theory, BothTransports]
    public async Task Pipelined_SplitAtEveryOffset_BothAnswered(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, EchoPathAsync);
        var requests = Requests(2);
        using var gate = new SemaphoreSlim(16);

        await Task.WhenAll(Enumerable.Range(1, requests.Length - 1).Select(async offset =>
        {
            await gate.WaitAsync();
            try
            {
                using var client = await host.ConnectAsync();
                await client.SendAsync(requests[..offset]);
                await Task.Delay(2);
                await client.SendAsync(requests[offset..]);
                Assert.Equal("/0", (await client.ReadResponseAsync()).Text);
                Assert.Equal("/1", (await client.ReadResponseAsync()).Text);
            }
            finally
            {
                gate.Release();
            }
        }));
    }

    [Theory, BothTransports]
    public async Task Pipelined_CloseInTheMiddle_RestIsNotAnswered(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, EchoPathAsync);
        using var client = await host.ConnectAsync();

        await client.SendAsync(
            "GET /0 HTTP/1.1\r\nHost: localhost\r\n\r\n"
            + "GET /1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            + "GET /2 HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Assert.Equal("/0", (await client.ReadResponseAsync()).Text);
        Assert.Equal("/1", (await client.ReadResponseAsync()).Text);
        var (rest, _) = await client.ReadToEndAsync();

        Assert.Empty(rest);
    }

    private static string Requests(int count)
        => string.Concat(Enumerable.Range(0, count).Select(i => $"GET /{i} HTTP/1.1\r\nHost: localhost\r\n\r\n"));

    private static Task EchoPathAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        context.Response.ContentLength = path.Length;
        return context.Response.WriteAsync(path);
    }
}
