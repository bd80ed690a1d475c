using System.Text;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Functional.Tests.Http1;

public sealed class RequestHeadTests
{
    // Longer than one 4096-byte block of Kestrel's memory pool, and than several of them.
    [Theory]
    [BothTransports(3000)]
    [BothTransports(5000)]
    [BothTransports(30000)]
    public async Task Head_LongerThanABlock_HeadersArriveWhole(TransportKind transport, int size)
    {
        await using var host = await KestrelHost.StartAsync(transport, EchoHeadersAsync);
        using var client = await host.ConnectAsync();
        var (head, expected) = Request(size);

        await client.SendAsync(head);

        Assert.Equal(expected, (await client.ReadResponseAsync()).Text);
        await client.SendAsync(head);
        Assert.Equal(expected, (await client.ReadResponseAsync()).Text);
    }

    [Theory]
    [BothTransports(10)]
    [BothTransports(997)]
    [BothTransports(4096)]
    public async Task Head_InManySegments_HeadersArriveWhole(TransportKind transport, int step)
    {
        await using var host = await KestrelHost.StartAsync(transport, EchoHeadersAsync);
        using var client = await host.ConnectAsync();
        var (head, expected) = Request(20000);

        await client.DribbleAsync(head, step);

        Assert.Equal(expected, (await client.ReadResponseAsync()).Text);
    }

    [Theory, BothTransports]
    public async Task Head_OneByteAtATime_Answered(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, EchoHeadersAsync);
        using var client = await host.ConnectAsync();
        var (head, expected) = Request(200);

        for (var i = 0; i < 3; i++)
        {
            await client.DribbleAsync(head);
            Assert.Equal(expected, (await client.ReadResponseAsync()).Text);
        }
    }

    [Theory, BothTransports]
    public async Task Head_SplitAtEveryOffset_Answered(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, EchoHeadersAsync);
        using var client = await host.ConnectAsync();
        var (head, expected) = Request(20);

        // One keep-alive connection: the second part of a request and the first of the next are told apart too.
        for (var offset = 1; offset < head.Length; offset++)
        {
            await client.SendAsync(head[..offset]);
            await Task.Delay(1);
            await client.SendAsync(head[offset..]);
            Assert.Equal(expected, (await client.ReadResponseAsync()).Text);
        }
    }

    [Theory]
    [BothTransports("NONSENSE\r\n\r\n", 400)]
    [BothTransports("GET / HTTP/1.1\r\n\r\n", 400)]
    [BothTransports("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400)]
    [BothTransports("GET / HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n", 400)]
    [BothTransports("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400)]
    [BothTransports("POST / HTTP/1.0\r\n\r\n", 400)]
    [BothTransports("GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505)]
    [BothTransports("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400)]
    public async Task Head_Malformed_RefusedAndClosed(TransportKind transport, string request, int status)
    {
        await using var host = await KestrelHost.StartAsync(transport, EchoHeadersAsync);
        using var client = await host.ConnectAsync();

        await client.SendAsync(request);
        var response = await client.ReadResponseAsync();
        var (rest, _) = await client.ReadToEndAsync();

        Assert.Equal(status, response.StatusCode);
        Assert.Equal("close", response["Connection"]);
        Assert.Empty(rest);
    }

    [Theory, BothTransports]
    public async Task Head_OverTheLimit_431(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, EchoHeadersAsync);
        using var client = await host.ConnectAsync();

        await client.SendAsync(Request(40 * 1024).Head);

        Assert.Equal(431, (await client.ReadResponseAsync()).StatusCode);
    }

    [Theory, BothTransports]
    public async Task Head_RequestLineOverTheLimit_414(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, EchoHeadersAsync);
        using var client = await host.ConnectAsync();

        await client.SendAsync($"GET /{new string('a', 9000)} HTTP/1.1\r\nHost: a\r\n\r\n");

        Assert.Equal(414, (await client.ReadResponseAsync()).StatusCode);
    }

    [Theory, BothTransports]
    public async Task Head_NotFinishedBeforeFin_ClosedWithoutReachingTheApplication(TransportKind transport)
    {
        var called = false;
        await using var host = await KestrelHost.StartAsync(transport, _ =>
        {
            called = true;
            return Task.CompletedTask;
        });
        using var client = await host.ConnectAsync();

        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n");
        client.ShutdownSend();
        var (bytes, end) = await client.ReadToEndAsync();

        // Kestrel writes a 400 and closes because the client did: which comes first is a race, on its own transport too.
        if (bytes.Length > 0)
            Assert.StartsWith("HTTP/1.1 400", Encoding.ASCII.GetString(bytes), StringComparison.Ordinal);

        Assert.Equal(ConnectionEnd.Finished, end);
        Assert.False(called);
    }

    [Theory, BothTransports]
    public async Task Connection_ClosedWithoutAnyByte_ClosedInReturn(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, EchoHeadersAsync);
        using var client = await host.ConnectAsync();

        client.ShutdownSend();
        var (bytes, end) = await client.ReadToEndAsync();

        Assert.Empty(bytes);
        Assert.Equal(ConnectionEnd.Finished, end);
    }

    private static (string Head, string Expected) Request(int size)
    {
        const int ValueSize = 400;
        var values = Enumerable.Range(0, (size / ValueSize) + 1)
            .Select(i => new string((char)('a' + (i % 26)), Math.Min(ValueSize, size - (i * ValueSize))))
            .Where(v => v.Length > 0)
            .ToArray();
        var lines = values.Select((v, i) => $"X-Value-{i:000}: {v}\r\n");
        return ($"GET / HTTP/1.1\r\nHost: localhost\r\n{string.Concat(lines)}\r\n", string.Concat(values));
    }

    private static Task EchoHeadersAsync(HttpContext context)
        => context.Response.WriteAsync(string.Concat(
            context.Request.Headers
                .Where(h => h.Key.StartsWith("X-Value-", StringComparison.OrdinalIgnoreCase))
                .OrderBy(h => h.Key, StringComparer.OrdinalIgnoreCase)
                .Select(h => h.Value.ToString())));
}
