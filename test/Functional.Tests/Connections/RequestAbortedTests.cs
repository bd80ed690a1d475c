using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Functional.Tests.Connections;

public sealed class RequestAbortedTests
{
    [Theory]
    [BothTransports(false, 0)]
    [BothTransports(true, 0)]
    [BothTransports(false, 100_000)]
    [BothTransports(true, 100_000)]
    public async Task RequestAborted_ClientLeavesDuringAHandler_Cancelled(TransportKind transport, bool reset, int unreadBody)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await KestrelHost.StartAsync(transport, async context =>
        {
            using var registration = context.RequestAborted.Register(aborted.SetResult);
            started.SetResult();
            await aborted.Task;
        });
        using var client = await host.ConnectAsync();

        await client.SendAsync($"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {unreadBody}\r\n\r\n");
        await client.SendAsync(Pattern.Bytes(unreadBody));
        await started.Task.OrTimeout("the handler");
        if (reset)
            client.Reset();
        else
            client.Dispose();

        await aborted.Task.OrTimeout("RequestAborted");
    }

    [Theory, BothTransports]
    public async Task RequestAborted_ClientLeavesDuringABlockedHandler_Cancelled(TransportKind transport)
    {
        using var started = new SemaphoreSlim(0);
        using var aborted = new ManualResetEventSlim();
        var result = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await KestrelHost.StartAsync(transport, context =>
        {
            using var registration = context.RequestAborted.Register(aborted.Set);
            started.Release();
            // The thread that received the request is held: another one has to see that the client left.
            result.SetResult(aborted.Wait(TaskTimeoutExtensions.DefaultTimeout));
            return Task.CompletedTask;
        });
        using var client = await host.ConnectAsync();

        await client.SendGetAsync();
        await started.WaitAsync().OrTimeout("the handler");
        client.Reset();

        Assert.True(await result.Task.OrTimeout("RequestAborted"));
    }

    [Theory, BothTransports]
    public async Task RequestAborted_ResponseIsWritten_NotCancelled(TransportKind transport)
    {
        var cancelled = false;
        await using var host = await KestrelHost.StartAsync(transport, async context =>
        {
            await context.Response.WriteAsync("ok");
            await context.Response.CompleteAsync();
            cancelled |= context.RequestAborted.IsCancellationRequested;
        });
        using var client = await host.ConnectAsync();

        for (var i = 0; i < 20; i++)
            Assert.Equal("ok", (await client.GetAsync()).Text);

        Assert.False(cancelled);
    }

    [Theory]
    [BothTransports(false)]
    [BothTransports(true)]
    public async Task Abort_ByTheApplication_ClientSeesReset(TransportKind transport, bool afterAwait)
    {
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await KestrelHost.StartAsync(transport, async context =>
        {
            using var registration = context.RequestAborted.Register(aborted.SetResult);
            if (afterAwait)
                await Task.Yield();

            context.Abort();
            await aborted.Task;
        });
        using var client = await host.ConnectAsync();

        await client.SendGetAsync();
        var (bytes, end) = await client.ReadToEndAsync();

        await aborted.Task.OrTimeout("RequestAborted");
        Assert.Empty(bytes);
        Assert.Equal(ConnectionEnd.Reset, end);
    }

    [Theory, BothTransports]
    public async Task Abort_InTheMiddleOfABody_ClientDoesNotSeeAWholeResponse(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, async context =>
        {
            context.Response.ContentLength = 1000;
            await context.Response.WriteAsync("part");
            await context.Response.Body.FlushAsync();
            context.Abort();
        });
        using var client = await host.ConnectAsync();

        await client.SendGetAsync();
        var (_, end) = await client.ReadToEndAsync();

        Assert.Equal(ConnectionEnd.Reset, end);
    }

    [Theory, BothTransports]
    public async Task BodyRead_ClientResets_ThrowsAndIsAborted(TransportKind transport)
    {
        var error = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await KestrelHost.StartAsync(transport, async context =>
        {
            var buffer = new byte[100];
            await context.Request.Body.ReadExactlyAsync(buffer);
            started.SetResult();
            error.SetResult(await Record.ExceptionAsync(() => context.Request.Body.ReadExactlyAsync(buffer).AsTask()));
        });
        using var client = await host.ConnectAsync();

        await client.SendAsync("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n");
        await client.SendAsync(Pattern.Bytes(100));
        await started.Task.OrTimeout("the handler");
        client.Reset();

        // The reset itself, or, after Kestrel has turned it into an abort, a cancelled or failed read.
        Assert.NotNull(await error.Task.OrTimeout("the read to end"));
    }

    [Theory, BothTransports]
    public async Task Write_ClientIsGone_HandlerDoesNotSeeAnException(TransportKind transport)
    {
        var result = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await KestrelHost.StartAsync(transport, async context =>
            result.SetResult(await Record.ExceptionAsync(async () =>
            {
                while (!context.RequestAborted.IsCancellationRequested)
                    await context.Response.Body.WriteAsync(new byte[10_000]);

                await context.Response.Body.WriteAsync(new byte[10_000]);
            })));
        using var client = await host.ConnectAsync();

        await client.SendGetAsync();
        await client.ReadExactlyAsync(1000);
        client.Reset();

        Assert.Null(await result.Task.OrTimeout("the handler"));
    }
}
