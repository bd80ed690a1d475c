using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Aeronet.AspNetCore.Functional.Tests.Connections;

public sealed class ConnectionClosedTests
{
    [Theory]
    [BothTransports(false, false)]
    [BothTransports(false, true)]
    [BothTransports(true, false)]
    [BothTransports(true, true)]
    public async Task ConnectionClosed_ClientLeaves_Cancelled(TransportKind transport, bool reset, bool afterTraffic)
    {
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await ConnectionFeatureTests.StartAsync(transport, async connection =>
        {
            using var registration = connection.ConnectionClosed.Register(closed.SetResult);
            if (afterTraffic)
            {
                var read = await connection.Transport.Input.ReadAsync();
                await connection.Transport.Output.WriteAsync("x"u8.ToArray());
                connection.Transport.Input.AdvanceTo(read.Buffer.End);
            }

            // The handler neither reads nor writes: the transport has to notice by itself.
            ready.SetResult();
            await closed.Task;
        });
        using var client = await host.ConnectAsync();

        if (afterTraffic)
        {
            await client.SendAsync("x");
            await client.ReadExactlyAsync(1);
        }

        await ready.Task.OrTimeout("the handler");
        if (reset)
            client.Reset();
        else
            client.ShutdownSend();

        await closed.Task.OrTimeout("ConnectionClosed");
    }

    [Theory]
    [BothTransports(false)]
    [BothTransports(true)]
    public async Task ConnectionClosed_ClientLeavesUnreadBytes_Cancelled(TransportKind transport, bool reset)
    {
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await ConnectionFeatureTests.StartAsync(transport, async connection =>
        {
            using var registration = connection.ConnectionClosed.Register(closed.SetResult);
            await closed.Task;
        });
        using var client = await host.ConnectAsync();

        await client.SendAsync(Pattern.Bytes(50_000));
        if (reset)
            client.Reset();
        else
            client.ShutdownSend();

        await closed.Task.OrTimeout("ConnectionClosed");
    }

    [Theory, BothTransports]
    public async Task Read_ClientSendsFin_CompletedAfterTheLastByte(TransportKind transport)
    {
        var length = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await ConnectionFeatureTests.StartAsync(transport, async connection =>
        {
            while (true)
            {
                var read = await connection.Transport.Input.ReadAsync();
                if (read.IsCompleted)
                {
                    length.SetResult(read.Buffer.Length);
                    return;
                }

                connection.Transport.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        });
        using var client = await host.ConnectAsync();

        await client.SendAsync(Pattern.Bytes(100_000));
        client.ShutdownSend();

        Assert.Equal(100_000, await length.Task.OrTimeout("the end of the input"));
        Assert.Equal(ConnectionEnd.Finished, (await client.ReadToEndAsync()).End);
    }

    [Theory, BothTransports]
    public async Task Read_ClientResetsInTheMiddleOfAMessage_ConnectionResetException(TransportKind transport)
    {
        var error = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await ConnectionFeatureTests.StartAsync(transport, async connection =>
        {
            var half = await connection.Transport.Input.ReadAsync();
            connection.Transport.Input.AdvanceTo(half.Buffer.Start, half.Buffer.End);
            await connection.Transport.Output.WriteAsync("x"u8.ToArray());
            error.SetResult(await Record.ExceptionAsync(async () => await connection.Transport.Input.ReadAsync()));
        });
        using var client = await host.ConnectAsync();

        await client.SendAsync("half a message");
        await client.ReadExactlyAsync(1);
        client.Reset();

        Assert.IsType<ConnectionResetException>(await error.Task.OrTimeout("the read to end"));
    }

    [Theory, BothTransports]
    public async Task Read_ClientResetsBetweenMessages_InputEnds(TransportKind transport)
    {
        var result = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var reading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await ConnectionFeatureTests.StartAsync(transport, async connection =>
        {
            var pending = connection.Transport.Input.ReadAsync();
            reading.SetResult();
            try
            {
                result.SetResult((await pending).IsCompleted ? "completed" : "not completed");
            }
            catch (ConnectionResetException)
            {
                result.SetResult("reset");
            }
        });
        using var client = await host.ConnectAsync();

        await reading.Task.OrTimeout("the read to start");
        client.Reset();

        // A deliberate difference: many clients leave like this, and an exception costs more than the connection did.
        Assert.Equal(transport == TransportKind.Aeronet ? "completed" : "reset", await result.Task.OrTimeout("the read to end"));
    }

    [Theory, BothTransports]
    public async Task Write_ClientIsGone_FlushCompletesWithoutException(TransportKind transport)
    {
        var completed = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await ConnectionFeatureTests.StartAsync(transport, async connection =>
        {
            var deadline = DateTime.UtcNow + TaskTimeoutExtensions.DefaultTimeout;
            while (DateTime.UtcNow < deadline)
            {
                var flush = await connection.Transport.Output.WriteAsync(new byte[1000]);
                if (flush.IsCompleted)
                    break;
            }

            completed.SetResult(DateTime.UtcNow < deadline);
        });
        using var client = await host.ConnectAsync();

        await client.ReadExactlyAsync(1000);
        client.Reset();

        Assert.True(await completed.Task.OrTimeout("the writer to see the end"));
    }

    [Theory]
    [BothTransports(true)]
    [BothTransports(false)]
    public async Task Abort_ByTheHandler_ClientSeesReset(TransportKind transport, bool viaFeature)
    {
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await ConnectionFeatureTests.StartAsync(transport, async connection =>
        {
            using var registration = connection.ConnectionClosed.Register(closed.SetResult);
            var read = await connection.Transport.Input.ReadAsync();
            connection.Transport.Input.AdvanceTo(read.Buffer.End);
            if (viaFeature)
                connection.Features.Get<IConnectionLifetimeFeature>()!.Abort();
            else
                connection.Abort(new ConnectionAbortedException("meant"));

            await closed.Task;
        });
        using var client = await host.ConnectAsync();

        await client.SendAsync("x");
        var (bytes, end) = await client.ReadToEndAsync();

        await closed.Task.OrTimeout("ConnectionClosed");
        Assert.Empty(bytes);
        Assert.Equal(ConnectionEnd.Reset, end);
    }

    [Theory, BothTransports]
    public async Task Abort_WhileAWriteIsPending_WriteEnds(TransportKind transport)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await ConnectionFeatureTests.StartAsync(transport, async connection =>
        {
            // After its first bytes: a connection reset at once may fail the client's connect.
            connection.Transport.Input.AdvanceTo((await connection.Transport.Input.ReadAsync()).Buffer.End);
            var write = connection.Transport.Output.WriteAsync(new byte[20_000_000]).AsTask();
            Assert.False(write.IsCompleted);
            connection.Abort(new ConnectionAbortedException("meant"));
            await Record.ExceptionAsync(() => write);
            ended.SetResult();
        });
        using var client = await RawClient.ConnectAsync(host.EndPoint, receiveBufferSize: 8 * 1024);

        await client.SendAsync("x");
        await ended.Task.OrTimeout("the write to end");
        Assert.Equal(ConnectionEnd.Reset, (await client.ReadToEndAsync()).End);
    }

    [Theory, BothTransports]
    public async Task Handler_Throws_ClientSeesTheEndAndTheServerLives(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            Listen = listen => listen.Run(_ => throw new InvalidOperationException("meant")),
        });

        for (var i = 0; i < 5; i++)
        {
            using var client = await host.ConnectAsync();
            Assert.Empty((await client.ReadToEndAsync()).Bytes);
        }
    }
}
