using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Functional.Tests.Streaming;

public sealed class ServerSentEventsTests
{
    // The handler goes on only when the client has seen the event: a transport that holds a flush back until the handler ends, or
    // until more is written, never gets to the end.
    [Theory]
    [BothTransports(false)]
    [BothTransports(true)]
    public async Task Event_Flushed_ArrivesBeforeTheHandlerEnds(TransportKind transport, bool afterAwait)
    {
        using var seen = new SemaphoreSlim(0);
        await using var host = await KestrelHost.StartAsync(transport, async context =>
        {
            context.Response.ContentType = "text/event-stream";
            if (afterAwait)
                await Task.Yield();

            for (var i = 0; i < 20; i++)
            {
                await context.Response.WriteAsync($"data: {i}\n\n");
                await context.Response.Body.FlushAsync();
                Assert.True(await seen.WaitAsync(TaskTimeoutExtensions.DefaultTimeout));
            }
        });
        using var client = await host.ConnectAsync();

        await client.SendGetAsync();
        Assert.Equal("text/event-stream", (await client.ReadResponseHeadAsync())["Content-Type"]);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal($"data: {i}\n\n", System.Text.Encoding.ASCII.GetString(await client.ReadChunkAsync()));
            seen.Release();
        }

        Assert.Empty(await client.ReadChunkAsync());
    }

    [Theory, BothTransports]
    public async Task Event_FlushedByABlockedHandler_ArrivesBeforeTheHandlerEnds(TransportKind transport)
    {
        using var seen = new SemaphoreSlim(0);
        await using var host = await KestrelHost.StartAsync(transport, async context =>
        {
            context.Response.ContentLength = 2;
            await context.Response.WriteAsync("a");
            await context.Response.Body.FlushAsync();
            // Not awaited: the thread that received the request is held here.
            Assert.True(seen.Wait(TaskTimeoutExtensions.DefaultTimeout));
            await context.Response.WriteAsync("b");
        });
        using var client = await host.ConnectAsync();

        await client.SendGetAsync();
        await client.ReadResponseHeadAsync();
        Assert.Equal("a"u8.ToArray(), await client.ReadExactlyAsync(1));
        seen.Release();

        Assert.Equal("b"u8.ToArray(), await client.ReadExactlyAsync(1));
    }

    [Theory, BothTransports]
    public async Task Events_ManyClients_EachSeesEveryEvent(TransportKind transport)
    {
        const int Clients = 20;
        const int Events = 20;
        var rounds = Enumerable.Range(0, Events)
            .Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))
            .ToArray();
        await using var host = await KestrelHost.StartAsync(transport, async context =>
        {
            for (var i = 0; i < Events; i++)
            {
                await rounds[i].Task;
                await context.Response.WriteAsync($"data: {i}\n\n");
                await context.Response.Body.FlushAsync();
            }
        });

        var clients = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => host.ConnectAsync()));
        foreach (var client in clients)
            await client.SendGetAsync();

        for (var i = 0; i < Events; i++)
        {
            rounds[i].SetResult();
            foreach (var client in clients)
                Assert.EndsWith($"data: {i}\n\n\r\n", await client.ReadUntilAsync("\n\n\r\n"), StringComparison.Ordinal);
        }

        foreach (var client in clients)
            client.Dispose();
    }

    [Theory, BothTransports]
    public async Task Event_ClientGoesAway_HandlerIsToldAndEnds(TransportKind transport)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await KestrelHost.StartAsync(transport, async context =>
        {
            try
            {
                while (!context.RequestAborted.IsCancellationRequested)
                {
                    await context.Response.WriteAsync("data: x\n\n");
                    await context.Response.Body.FlushAsync();
                    await Task.Delay(1, context.RequestAborted);
                }
            }
            catch (OperationCanceledException)
            {
                // One of the two ways to notice.
            }
            finally
            {
                ended.SetResult();
            }
        });
        var client = await host.ConnectAsync();

        await client.SendGetAsync();
        await client.ReadUntilAsync("data: x");
        client.Dispose();

        await ended.Task.OrTimeout("the handler to end");
    }
}
