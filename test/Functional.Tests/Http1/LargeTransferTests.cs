using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Functional.Tests.Http1;

public sealed class LargeTransferTests
{
    private const int Large = 100 * 1024 * 1024;

    [Theory]
    [BothTransports(false, 64 * 1024)]
    [BothTransports(true, 64 * 1024)]
    [BothTransports(false, 1024 * 1024)]
    public async Task Download_100MB_EveryByteIsRight(TransportKind transport, bool chunked, int step)
    {
        await using var host = await KestrelHost.StartAsync(transport, context =>
        {
            if (!chunked)
                context.Response.ContentLength = Large;

            return Pattern.WriteAsync(context.Response.Body, Large, step);
        });
        using var client = host.CreateHttpClient();

        using var response = await client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();

        Assert.Equal(Large, await Pattern.VerifyAsync(body).OrTimeout("the download"));
    }

    [Theory, BothTransports]
    public async Task Download_OneWriteLargerThanAnyBuffer_EveryByteIsRight(TransportKind transport)
    {
        const int Size = 30 * 1024 * 1024;
        var bytes = Pattern.Bytes(Size);
        await using var host = await KestrelHost.StartAsync(transport, context =>
        {
            context.Response.ContentLength = Size;
            return context.Response.Body.WriteAsync(bytes).AsTask();
        });
        using var client = host.CreateHttpClient();

        for (var i = 0; i < 2; i++)
        {
            await using var body = await client.GetStreamAsync("/");
            Assert.Equal(Size, await Pattern.VerifyAsync(body).OrTimeout("the download"));
        }
    }

    [Theory, BothTransports]
    public async Task Download_ReaderStartsLate_WriterWaitsAndEveryByteIsRight(TransportKind transport)
    {
        const int Size = 16 * 1024 * 1024;
        var progress = 0L;
        await using var host = await KestrelHost.StartAsync(transport, async context =>
        {
            context.Response.ContentLength = Size;
            var step = new byte[16 * 1024];
            for (var position = 0L; position < Size; position += step.Length)
            {
                Pattern.Fill(step, position);
                await context.Response.Body.WriteAsync(step);
                Interlocked.Add(ref progress, step.Length);
            }
        });
        using var client = await RawClient.ConnectAsync(host.EndPoint, receiveBufferSize: 8 * 1024);

        await client.SendGetAsync();
        await SettledAsync(() => Interlocked.Read(ref progress));
        Assert.InRange(Interlocked.Read(ref progress), 1, Size - 1);
        var response = await client.ReadResponseAsync();

        Assert.Equal(-1, Pattern.FindMismatch(response.Body));
        Assert.Equal(Size, response.Body.Length);
    }

    [Theory, BothTransports]
    public async Task Download_SlowReader_EveryByteIsRight(TransportKind transport)
    {
        const int Size = 2 * 1024 * 1024;
        await using var host = await KestrelHost.StartAsync(transport, context =>
        {
            context.Response.ContentLength = Size;
            return Pattern.WriteAsync(context.Response.Body, Size);
        });
        using var client = await RawClient.ConnectAsync(host.EndPoint, receiveBufferSize: 4 * 1024);

        await client.SendGetAsync();
        await client.ReadResponseHeadAsync();
        for (var position = 0; position < Size; position += 64 * 1024)
        {
            Assert.Equal(-1, Pattern.FindMismatch(await client.ReadExactlyAsync(64 * 1024), position));
            await Task.Delay(5);
        }
    }

    [Theory, BothTransports]
    public async Task Upload_SlowWriter_EveryByteIsRight(TransportKind transport)
    {
        const int Size = 256 * 1024;
        await using var host = await KestrelHost.StartAsync(
            transport,
            async context => await context.Response.WriteAsync($"{await Pattern.VerifyAsync(context.Request.Body)}"));
        using var client = await host.ConnectAsync();

        await client.SendAsync($"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {Size}\r\n\r\n");
        for (var position = 0; position < Size; position += 8 * 1024)
        {
            await client.SendAsync(Pattern.Bytes(8 * 1024, position));
            await Task.Delay(5);
        }

        Assert.Equal($"{Size}", (await client.ReadResponseAsync()).Text);
    }

    [Theory, BothTransports]
    public async Task Upload_ApplicationReadsLate_SenderIsHeldBack(TransportKind transport)
    {
        const int Size = 24 * 1024 * 1024;
        var mayRead = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await KestrelHost.StartAsync(transport, async context =>
        {
            await mayRead.Task;
            await context.Response.WriteAsync($"{await Pattern.VerifyAsync(context.Request.Body)}");
        });
        using var client = await host.ConnectAsync();

        await client.SendAsync($"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {Size}\r\n\r\n");
        var sent = 0L;
        var sending = Task.Run(async () =>
        {
            for (; sent < Size; sent += 64 * 1024)
                await client.SendAsync(Pattern.Bytes(64 * 1024, sent));
        });
        await SettledAsync(() => Interlocked.Read(ref sent));
        Assert.InRange(Interlocked.Read(ref sent), 1, Size - 1);
        mayRead.SetResult();
        await sending;

        Assert.Equal($"{Size}", (await client.ReadResponseAsync()).Text);
    }

    // Back-pressure shows as a number that has stopped moving.
    private static async Task SettledAsync(Func<long> value)
    {
        for (var still = 0; still < 10;)
        {
            var before = value();
            await Task.Delay(20);
            still = before > 0 && value() == before ? still + 1 : 0;
        }
    }
}
