using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Functional.Tests.Http1;

public sealed class UploadTests
{
    [Theory]
    [BothTransports(0)]
    [BothTransports(1)]
    [BothTransports(4095)]
    [BothTransports(4096)]
    [BothTransports(4097)]
    [BothTransports(100 * 1024)]
    public async Task ContentLength_AnySize_EchoedAndHashed(TransportKind transport, int size)
    {
        await using var host = await StartAsync(transport);
        using var client = await host.ConnectAsync();
        var body = Pattern.Bytes(size);

        // Head and body in one segment, then apart: the body's start is in the block of the head, or it is not.
        for (var together = 0; together < 2; together++)
        {
            var head = Encoding.ASCII.GetBytes($"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n\r\n");
            await client.SendAsync(together == 0 ? [.. head, .. body] : head);
            if (together == 1)
                await client.SendAsync(body);

            var response = await client.ReadResponseAsync();
            Assert.Equal(-1, Pattern.FindMismatch(response.Body));
            Assert.Equal(size, response.Body.Length);
            await client.SendAsync($"POST /hash HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n\r\n");
            await client.SendAsync(body);
            Assert.Equal(Convert.ToHexString(SHA256.HashData(body)), (await client.ReadResponseAsync()).Text);
        }
    }

    [Theory]
    [BothTransports(false)]
    [BothTransports(true)]
    public async Task Upload_20MB_HashIsRight(TransportKind transport, bool chunked)
    {
        const int Size = 20 * 1024 * 1024;
        await using var host = await StartAsync(transport);
        using var client = host.CreateHttpClient();
        using var content = new PatternContent(Size, step: 77777, chunked);

        using var response = await client.PostAsync("/hash", content);

        Assert.Equal(Convert.ToHexString(SHA256.HashData(Pattern.Bytes(Size))), await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [BothTransports(false)]
    [BothTransports(true)]
    public async Task Echo_20MB_BothWaysAtOnce(TransportKind transport, bool chunked)
    {
        const int Step = 64 * 1024;
        const int Size = 320 * Step;
        await using var host = await StartAsync(transport);
        using var client = await host.ConnectAsync();
        await client.SendAsync("POST /echo HTTP/1.1\r\nHost: localhost\r\n"
            + (chunked ? "Transfer-Encoding: chunked\r\n\r\n" : $"Content-Length: {Size}\r\n\r\n"));

        var sending = Task.Run(async () =>
        {
            for (var position = 0; position < Size; position += Step)
                await client.SendAsync(chunked ? Chunk(Step, position) : Pattern.Bytes(Step, position));

            if (chunked)
                await client.SendAsync("0\r\n\r\n");
        });
        var response = await client.ReadResponseAsync();
        await sending;

        Assert.Equal(-1, Pattern.FindMismatch(response.Body));
        Assert.Equal(Size, response.Body.Length);
    }

    [Theory]
    [BothTransports(1)]
    [BothTransports(7)]
    [BothTransports(4093)]
    [BothTransports(65537)]
    public async Task Chunked_OddSizes_Echoed(TransportKind transport, int chunk)
    {
        await using var host = await StartAsync(transport);
        using var client = await host.ConnectAsync();
        var size = Math.Min(chunk * 300, 300_000);

        var sending = Task.Run(async () =>
        {
            await client.SendAsync("POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (var position = 0; position < size; position += chunk)
                await client.SendAsync(Chunk(Math.Min(chunk, size - position), position));

            await client.SendAsync("0\r\n\r\n");
        });
        var response = await client.ReadResponseAsync();
        await sending;

        Assert.Equal(-1, Pattern.FindMismatch(response.Body));
        Assert.Equal(size, response.Body.Length);
    }

    [Theory, BothTransports]
    public async Task Chunked_OneByteAtATime_Echoed(TransportKind transport)
    {
        await using var host = await StartAsync(transport);
        using var client = await host.ConnectAsync();

        await client.DribbleAsync(
            "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n,\r\n6\r\n world\r\n0\r\n\r\n");

        Assert.Equal("hello, world", (await client.ReadResponseAsync()).Text);
    }

    [Theory, BothTransports]
    public async Task Chunked_Malformed_Refused(TransportKind transport)
    {
        await using var host = await StartAsync(transport);
        using var client = await host.ConnectAsync();

        await client.SendAsync("POST /hash HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n");

        Assert.Equal(400, (await client.ReadResponseAsync()).StatusCode);
        await client.ReadToEndAsync();
    }

    [Theory, BothTransports]
    public async Task ContentLength_ClientStopsHalfway_ReadThrows(TransportKind transport)
    {
        var read = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await KestrelHost.StartAsync(transport, async context =>
        {
            try
            {
                await Pattern.VerifyAsync(context.Request.Body);
                read.SetResult(null);
            }
            catch (Exception e)
            {
                read.SetResult(e);
                throw;
            }
        });
        using var client = await host.ConnectAsync();

        await client.SendAsync("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000\r\n\r\n");
        await client.SendAsync(Pattern.Bytes(5000));
        client.ShutdownSend();

        Assert.IsAssignableFrom<BadHttpRequestException>(await read.Task.OrTimeout("the read to end"));
    }

    private static byte[] Chunk(int size, int position)
        => [.. Encoding.ASCII.GetBytes($"{size:x};ext=1\r\n"), .. Pattern.Bytes(size, position), .. "\r\n"u8];

    private static Task<KestrelHost> StartAsync(TransportKind transport)
        => KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            App = app =>
            {
                app.MapPost("/echo", (HttpContext context) => context.Request.Body.CopyToAsync(context.Response.Body));
                app.MapPost("/hash", async (HttpContext context) =>
                    await context.Response.WriteAsync(Convert.ToHexString(await SHA256.HashDataAsync(context.Request.Body))));
            },
        });
}
