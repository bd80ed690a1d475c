using System.Buffers;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Functional.Tests.Connections;

public sealed class ConnectionLifetimeTests
{
    [Theory, BothTransports]
    public async Task RequestClose_DuringARequest_ClosedAfterTheResponse(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, context =>
        {
            context.Features.Get<IConnectionLifetimeNotificationFeature>()!.RequestClose();
            return context.Response.WriteAsync("last");
        });
        using var client = await host.ConnectAsync();

        Assert.Equal("last", (await client.GetAsync()).Text);
        Assert.Equal(ConnectionEnd.Finished, (await client.ReadToEndAsync()).End);
    }

    [Theory, BothTransports]
    public async Task ConnectionClosedRequested_ServerStops_Cancelled(TransportKind transport)
    {
        var requested = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await ConnectionFeatureTests.StartAsync(transport, async connection =>
        {
            var notification = connection.Features.Get<IConnectionLifetimeNotificationFeature>()!;
            using var registration = notification.ConnectionClosedRequested.Register(requested.SetResult);
            ready.SetResult();
            await requested.Task;
            await connection.Transport.Output.WriteAsync("bye"u8.ToArray());
        });
        using var client = await host.ConnectAsync();

        await ready.Task.OrTimeout("the handler");
        var stopping = host.StopAsync();

        Assert.Equal("bye"u8.ToArray(), await client.ReadExactlyAsync(3));
        Assert.Equal(ConnectionEnd.Finished, (await client.ReadToEndAsync()).End);
        await stopping;
    }

    [Theory, BothTransports]
    public async Task OnCompleted_HandlerEnds_CallbackRuns(TransportKind transport)
    {
        var completed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await ConnectionFeatureTests.StartAsync(transport, connection =>
        {
            connection.Features.Get<IConnectionCompleteFeature>()!.OnCompleted(
                _ =>
                {
                    completed.SetResult();
                    return Task.CompletedTask;
                },
                "state");
            return Task.CompletedTask;
        });
        using var client = await host.ConnectAsync();

        await completed.Task.OrTimeout("the callback");
        await client.ReadToEndAsync();
    }

    [Theory, BothTransports]
    public async Task Heartbeat_OfAConnection_Beats(TransportKind transport)
    {
        var beat = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await ConnectionFeatureTests.StartAsync(transport, async connection =>
        {
            connection.Features.Get<IConnectionHeartbeatFeature>()!.OnHeartbeat(_ => beat.TrySetResult(), "state");
            await beat.Task;
        });
        using var client = await host.ConnectAsync();

        await beat.Task.OrTimeout("a beat, of which there is one a second");
    }

    [Theory, BothTransports]
    public async Task CancelPendingRead_FromAnotherThread_ReadReturnsCanceledAndGoesOn(TransportKind transport)
    {
        await using var host = await ConnectionFeatureTests.StartAsync(transport, async connection =>
        {
            var input = connection.Transport.Input;
            for (var i = 0; i < 20; i++)
            {
                var pending = input.ReadAsync().AsTask();
                await Task.Run(input.CancelPendingRead);
                var canceled = await pending.OrTimeout("the cancelled read");
                Assert.True(canceled.IsCanceled);
                Assert.True(canceled.Buffer.IsEmpty);
                input.AdvanceTo(canceled.Buffer.Start);
            }

            await connection.Transport.Output.WriteAsync("go"u8.ToArray());
            var read = await input.ReadAsync();
            Assert.False(read.IsCanceled);
            await connection.Transport.Output.WriteAsync(read.Buffer.ToArray());
            input.AdvanceTo(read.Buffer.End);
        });
        using var client = await host.ConnectAsync();

        Assert.Equal("go"u8.ToArray(), await client.ReadExactlyAsync(2));
        await client.SendAsync("hello");
        Assert.Equal("hello"u8.ToArray(), (await client.ReadToEndAsync()).Bytes);
    }

    [Theory, BothTransports]
    public async Task CancelPendingFlush_PeerDoesNotRead_FlushReturnsCanceled(TransportKind transport)
    {
        var result = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await ConnectionFeatureTests.StartAsync(transport, async connection =>
        {
            var output = connection.Transport.Output;
            while (true)
            {
                output.Write(new byte[256 * 1024]);
                var flush = output.FlushAsync().AsTask();
                // The peer's window and the kernel's buffers fill up at some point, and then the flush waits.
                if (await Task.WhenAny(flush, Task.Delay(200)) == flush)
                    continue;

                await Task.Run(output.CancelPendingFlush);
                result.SetResult((await flush.OrTimeout("the cancelled flush")).IsCanceled);
                return;
            }
        });
        using var client = await RawClient.ConnectAsync(host.EndPoint, receiveBufferSize: 8 * 1024);

        Assert.True(await result.Task.OrTimeout("the handler"));
        await client.ReadToEndAsync();
    }

    [Theory, BothTransports]
    public async Task TryRead_WithAndWithoutData_AsAPipeDoes(TransportKind transport)
    {
        await using var host = await ConnectionFeatureTests.StartAsync(transport, async connection =>
        {
            var input = connection.Transport.Input;
            Assert.False(input.TryRead(out _));
            await connection.Transport.Output.WriteAsync("go"u8.ToArray());

            // Examined but not consumed: the next read waits for more and then shows all of it.
            var first = await input.ReadAsync();
            Assert.Equal("abc"u8.ToArray(), first.Buffer.ToArray());
            input.AdvanceTo(first.Buffer.GetPosition(1), first.Buffer.End);
            Assert.False(input.TryRead(out _));
            await connection.Transport.Output.WriteAsync("on"u8.ToArray());
            var second = await input.ReadAsync();
            Assert.Equal("bcdef"u8.ToArray(), second.Buffer.ToArray());

            // Consumed in part and not examined: what is left is there at once.
            input.AdvanceTo(second.Buffer.GetPosition(2), second.Buffer.GetPosition(2));
            Assert.True(input.TryRead(out var rest));
            Assert.Equal("def"u8.ToArray(), rest.Buffer.ToArray());
            input.AdvanceTo(rest.Buffer.End);
            await connection.Transport.Output.WriteAsync("ok"u8.ToArray());
        });
        using var client = await host.ConnectAsync();

        Assert.Equal("go"u8.ToArray(), await client.ReadExactlyAsync(2));
        await client.SendAsync("abc");
        Assert.Equal("on", System.Text.Encoding.UTF8.GetString(await client.ReadExactlyAsync(2)));
        await client.SendAsync("def");
        Assert.Equal("ok", System.Text.Encoding.UTF8.GetString((await client.ReadToEndAsync()).Bytes));
    }
}
