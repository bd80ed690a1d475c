using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Functional.Tests.Streaming;

public sealed class BodyWriterTests
{
    [Theory]
    [BothTransports(1, true)]
    [BothTransports(100, true)]
    [BothTransports(4096, true)]
    [BothTransports(4097, false)]
    [BothTransports(100_000, true)]
    [BothTransports(100_000, false)]
    public async Task GetMemoryAdvanceFlush_AnySize_EveryByteIsRight(TransportKind transport, int step, bool chunked)
    {
        const int Steps = 50;
        await using var host = await KestrelHost.StartAsync(transport, async context =>
        {
            if (!chunked)
                context.Response.ContentLength = step * Steps;

            var writer = context.Response.BodyWriter;
            for (var i = 0; i < Steps; i++)
            {
                Pattern.Fill(writer.GetMemory(step).Span[..step], (long)i * step);
                writer.Advance(step);
                var result = await writer.FlushAsync();
                Assert.False(result.IsCompleted);
                Assert.False(result.IsCanceled);
            }
        });
        using var client = await host.ConnectAsync();

        var response = await client.GetAsync();

        Assert.Equal(step * Steps, response.Body.Length);
        Assert.Equal(-1, Pattern.FindMismatch(response.Body));
    }

    [Theory, BothTransports]
    public async Task GetSpan_ManyAdvancesWithoutFlush_EveryByteIsRight(TransportKind transport)
    {
        const int Size = 300_000;
        await using var host = await KestrelHost.StartAsync(transport, context =>
        {
            var writer = context.Response.BodyWriter;
            for (var position = 0; position < Size;)
            {
                var span = writer.GetSpan();
                var part = Math.Min(span.Length, Math.Min(777, Size - position));
                Pattern.Fill(span[..part], position);
                writer.Advance(part);
                position += part;
            }

            return Task.CompletedTask;
        });
        using var client = await host.ConnectAsync();

        var response = await client.GetAsync();

        Assert.Equal(Size, response.Body.Length);
        Assert.Equal(-1, Pattern.FindMismatch(response.Body));
    }

    [Theory, BothTransports]
    public async Task UnflushedBytes_BeforeAndAfterFlush_Counted(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, async context =>
        {
            var writer = context.Response.BodyWriter;
            Assert.True(writer.CanGetUnflushedBytes);
            writer.Write(new byte[100]);
            var before = writer.UnflushedBytes;
            await writer.FlushAsync();
            await context.Response.WriteAsync($"{before >= 100} {writer.UnflushedBytes == 0}");
        });
        using var client = await host.ConnectAsync();

        Assert.EndsWith("True True", (await client.GetAsync()).Text, StringComparison.Ordinal);
    }

    [Theory, BothTransports]
    public async Task CancelPendingFlush_PeerDoesNotRead_FlushReturns(TransportKind transport)
    {
        var canceled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await KestrelHost.StartAsync(transport, async context =>
        {
            var writer = context.Response.BodyWriter;
            while (true)
            {
                writer.Write(new byte[64 * 1024]);
                var flush = writer.FlushAsync().AsTask();
                if (await Task.WhenAny(flush, Task.Delay(200)) == flush)
                    continue;

                writer.CancelPendingFlush();
                // Its result is the default one: Kestrel does not hand IsCanceled on to the body writer.
                await flush.OrTimeout("the cancelled flush");
                canceled.SetResult();
                return;
            }
        });
        using var client = await RawClient.ConnectAsync(host.EndPoint, receiveBufferSize: 8 * 1024);

        await client.SendGetAsync();

        await canceled.Task.OrTimeout("the flush to be cancelled");
    }

    [Theory, BothTransports]
    public async Task Flush_WithoutAnyData_HeadArrivesAndTheRestFollows(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, async context =>
        {
            for (var i = 0; i < 5; i++)
                await context.Response.BodyWriter.FlushAsync();

            await context.Response.WriteAsync("body");
        });
        using var client = await host.ConnectAsync();

        Assert.Equal("body", (await client.GetAsync()).Text);
    }
}
