using System.Diagnostics;
using System.Net.Sockets;
using Aeronet.AspNetCore.Transport.EventLoop;
using Aeronet.AspNetCore.Transport.Tests.Support;
using Microsoft.AspNetCore.Connections;

namespace Aeronet.AspNetCore.Transport.Tests.Contract;

/// <summary>How connections end, as the peer sees it and as Kestrel is told.</summary>
public sealed class ConnectionEndTests
{
    private const int Much = 12_000_000;

    [Fact]
    public async Task Abort_WithoutReason_FinAfterEverythingWritten()
    {
        await using var transport = new TransportUnderTest();
        var listener = await transport.BindAsync();
        var (server, client) = await TransportUnderTest.ConnectAsync(listener, receiveBufferSize: 16 * 1024);
        using (client)
        {
            var flush = server.Transport.Output.WriteAsync(Pattern.Bytes(Much));
            Assert.False(flush.IsCompleted);

            server.Abort(null!);

            var (bytes, end) = await client.ReadToEndAsync();
            Assert.Equal(Much, bytes.Length);
            Assert.Equal(-1, Pattern.FindMismatch(bytes));
            Assert.Equal(ConnectionEnd.Finished, end);
            await Eventually.HoldsAsync(() => transport.Closed("server_closed") == 1, "the close reason", transport.Metrics.ToString);
        }
    }

    [Fact]
    public async Task Abort_WithReason_ResetAtOnce()
    {
        await using var transport = new TransportUnderTest();
        var listener = await transport.BindAsync();
        var (server, client) = await TransportUnderTest.ConnectAsync(listener, receiveBufferSize: 16 * 1024);
        using (client)
        {
            _ = server.Transport.Output.WriteAsync(Pattern.Bytes(Much)).AsTask();

            server.Abort(new ConnectionAbortedException("Enough of it."));
            server.Abort(new ConnectionAbortedException("Really."));
            server.Abort(null!);

            var (bytes, end) = await client.ReadToEndAsync();
            Assert.Equal(ConnectionEnd.Reset, end);
            Assert.True(bytes.Length < Much);
            Assert.Equal(1, transport.Closed("aborted"));
            Assert.Equal(1, transport.Metrics.Total("aeronet.connections.closed"));
            Assert.Contains(transport.Logs.Entries, e => e.EventId.Name == "ConnectionAborted" && e.Message.Contains("Enough of it.", StringComparison.Ordinal));
            await server.DisposeAsync().OrTimeout("disposing an aborted connection");
        }
    }

    [Fact]
    public async Task Abort_NeverBlocks_WhileAnotherThreadSends()
    {
        await using var transport = new TransportUnderTest();
        var listener = await transport.BindAsync();
        for (var i = 0; i < 30; i++)
        {
            var (server, client) = await TransportUnderTest.ConnectAsync(listener);
            using (client)
            {
                var writing = Task.Run(async () =>
                {
                    while (!(await server.Transport.Output.WriteAsync(new byte[100_000])).IsCompleted)
                    {
                    }
                });
                var reading = client.ReadToEndAsync();
                await Task.Delay(i % 5);
                var start = Stopwatch.GetTimestamp();

                server.Abort(new ConnectionAbortedException("enough"));

                Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(2), "Abort blocked.");
                await writing.OrTimeout("the writer to be told");
                await reading.OrTimeout("the client to be told");
            }
        }
    }

    [Fact]
    public async Task DisposeAsync_EverythingWrittenIsDelivered_ThenFin()
    {
        await using var transport = new TransportUnderTest();
        var listener = await transport.BindAsync();
        var (server, client) = await TransportUnderTest.ConnectAsync(listener);
        using (client)
        {
            _ = server.Transport.Output.WriteAsync(Pattern.Bytes(Much)).AsTask();
            var disposing = server.DisposeAsync().OrTimeout("disposing");

            var (bytes, end) = await client.ReadToEndAsync();

            Assert.Equal(Much, bytes.Length);
            Assert.Equal(ConnectionEnd.Finished, end);
            await disposing;
            Assert.Equal(0, transport.Metrics.Total("aeronet.connections.open"));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(300)]
    public async Task DisposeAsync_PeerNeverReads_BoundedByShutdownTimeout(int milliseconds)
    {
        await using var transport = new TransportUnderTest(options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(milliseconds));
        var listener = await transport.BindAsync();
        var (server, client) = await TransportUnderTest.ConnectAsync(listener, receiveBufferSize: 16 * 1024);
        using (client)
        {
            _ = server.Transport.Output.WriteAsync(Pattern.Bytes(Much)).AsTask();
            await Task.Delay(100);
            var start = Stopwatch.GetTimestamp();

            await server.DisposeAsync().OrTimeout("disposing");

            // The default is 30 s.
            Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, milliseconds * 0.9, 25_000);
            Assert.Equal(1, transport.Closed("drain_timeout"));
            Assert.Equal(ConnectionEnd.Reset, (await client.ReadToEndAsync()).End);
        }
    }

    [Fact]
    public async Task DisposeAsync_AbortedWhileDraining_ResetAndCompletesAtOnce()
    {
        // How Kestrel stops: it closes, and when its time is up it aborts what is left. Many times: who drains hears of the abort on
        // another thread, and must not close the socket in order before the abort resets it.
        const int rounds = 100;
        var much = Pattern.Bytes(Much);
        await using var transport = new TransportUnderTest(options => options.ShutdownTimeout = TimeSpan.FromMinutes(5));
        var listener = await transport.BindAsync();
        for (var round = 0; round < rounds; round++)
        {
            var (server, client) = await TransportUnderTest.ConnectAsync(listener, receiveBufferSize: 16 * 1024);
            using (client)
            {
                _ = server.Transport.Output.WriteAsync(much).AsTask();
                var first = server.DisposeAsync().AsTask();
                var second = server.DisposeAsync().AsTask();
                Assert.False(first.IsCompleted || second.IsCompleted);

                server.Abort(new ConnectionAbortedException("time is up"));

                await Task.WhenAll(first, second).OrTimeout("disposing");
                Assert.Equal(ConnectionEnd.Reset, (await client.ReadToEndAsync()).End);
            }
        }

        Assert.Equal(rounds, transport.Closed("aborted"));
    }

    [Fact]
    public Task DisposeAsync_PeerReadsSlowly_GetsEverythingHoweverLongItTakes() => GrowingTime.TryAsync("the peer's next read", async timeout =>
    {
        const int parts = 50;
        await using var transport = new TransportUnderTest(options => options.ShutdownTimeout = timeout);
        var listener = await transport.BindAsync();
        var (server, client) = await TransportUnderTest.ConnectAsync(listener, receiveBufferSize: 64 * 1024);
        using (client)
        {
            _ = server.Transport.Output.WriteAsync(Pattern.Bytes(parts * 100_000)).AsTask();
            var disposing = server.DisposeAsync().OrTimeout("disposing", TimeSpan.FromMinutes(5));
            try
            {
                for (var part = 0; part < parts; part++)
                {
                    await client.VerifyAsync(100_000, part * 100_000);

                    // In all three times as long.
                    await Task.Delay(timeout * 3 / parts);
                }

                Assert.Empty(await client.ReadSomeAsync());
            }
            catch (SocketException)
            {
                await Eventually.HoldsAsync(() => transport.Closed("drain_timeout") == 1, "the close reason", transport.Metrics.ToString);
                return false;
            }

            await disposing;
            Assert.Equal(1, transport.Closed("server_closed"));
            return true;
        }
    });

    [Fact]
    public async Task DisposeAsync_InTheMiddleOfAMessage_TheRestComesLater_GetsTheAnswerNotAReset()
    {
        await using var transport = new TransportUnderTest();
        var listener = await transport.BindAsync();
        var (server, client) = await TransportUnderTest.ConnectAsync(listener);
        using (client)
        {
            await client.SendAsync("the first half, ");
            var read = await server.Transport.Input.ReadAsync().AsTask().OrTimeout("the first half");
            server.Transport.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            await server.Transport.Output.WriteAsync("no"u8.ToArray());
            await server.Transport.Input.CompleteAsync();
            await server.Transport.Output.CompleteAsync();
            await server.DisposeAsync().OrTimeout("disposing");

            for (var i = 0; i < 3; i++)
            {
                await client.SendAsync("the second half");
                await Task.Delay(50);
            }

            var (bytes, end) = await client.ReadToEndAsync();
            Assert.Equal("no"u8.ToArray(), bytes);
            Assert.Equal(ConnectionEnd.Finished, end);
        }
    }

    [Fact]
    public async Task DisposeAsync_PeerStillSends_GetsTheAnswerNotAReset()
    {
        await using var transport = new TransportUnderTest();
        var listener = await transport.BindAsync();
        for (var i = 0; i < 10; i++)
        {
            var (server, client) = await TransportUnderTest.ConnectAsync(listener);
            using (client)
            {
                var sending = Task.Run(async () =>
                {
                    try
                    {
                        for (var n = 0; n < 100; n++)
                            await client.SendAsync(new byte[10_000]);
                    }
                    catch (SocketException)
                    {
                        // The server need not take it for ever.
                    }
                });
                await server.Transport.Input.ReadAsync().OrTimeout("the first bytes");
                await server.Transport.Output.WriteAsync("answer"u8.ToArray());
                await server.DisposeAsync().OrTimeout("disposing");

                Assert.Equal("answer", await client.ReadUntilAsync("answer"));
                await sending.OrTimeout("the sender");
            }
        }
    }

    [Theory]
    [InlineData("fin")]
    [InlineData("rst")]
    [InlineData("abort")]
    [InlineData("dispose")]
    public async Task ConnectionClosed_IsCanceled_OnTheThreadPoolNotOnALoop(string how)
    {
        await using var transport = new TransportUnderTest();
        var listener = await transport.BindAsync();
        var (server, client) = await TransportUnderTest.ConnectAsync(listener);
        using (client)
        {
            var closed = new TaskCompletionSource<(string? Name, bool Pool, bool Loop)>(TaskCreationOptions.RunContinuationsAsynchronously);
            using var registration = server.ConnectionClosed.Register(() => closed.SetResult(
                (Thread.CurrentThread.Name, Thread.CurrentThread.IsThreadPoolThread, LoopThread.Current is not null)));

            // The application reads, as Kestrel always does.
            var reading = server.Transport.Input.ReadAsync().AsTask();
            switch (how)
            {
                case "fin":
                    client.ShutdownSend();
                    break;
                case "rst":
                    client.Reset();
                    break;
                case "abort":
                    server.Abort(new ConnectionAbortedException("enough"));
                    break;
                default:
                    await server.DisposeAsync().OrTimeout("disposing");
                    break;
            }

            var (name, pool, loop) = await closed.Task.OrTimeout("ConnectionClosed");
            Assert.True(pool && !loop, $"ConnectionClosed ran on '{name}'.");
            await Record.ExceptionAsync(() => reading.OrTimeout("the read to end"));
        }
    }

    [Fact]
    public async Task ConnectionClosed_CallbackBlocksAndThrows_TheTransportGoesOn()
    {
        await using var transport = new TransportUnderTest(options => options.EventLoops = 1);
        var listener = await transport.BindAsync();
        using var release = new ManualResetEventSlim();
        var (server, client) = await TransportUnderTest.ConnectAsync(listener);
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.ConnectionClosed.Register(() =>
        {
            entered.SetResult();
            release.Wait(TaskTimeoutExtensions.DefaultTimeout);
            throw new InvalidOperationException("A callback's own fault.");
        });
        _ = server.Transport.Input.ReadAsync().AsTask();
        client.Dispose();
        await entered.Task.OrTimeout("the callback");

        var (other, otherClient) = await TransportUnderTest.ConnectAsync(listener);
        await otherClient.SendAsync("x");
        Assert.False((await other.Transport.Input.ReadAsync().OrTimeout("a read beside the blocked callback")).IsCompleted);

        release.Set();
        await Eventually.HoldsAsync(
            () => transport.Logs.Entries.Any(e => e.Exception?.ToString().Contains("A callback's own fault.", StringComparison.Ordinal) == true),
            "the failure to be logged");
        otherClient.Dispose();
    }

    [Theory]
    [InlineData(false, "peer_closed")]
    [InlineData(true, "peer_reset")]
    public async Task PeerEnds_ReadCompletes_ReasonIsCounted(bool reset, string reason)
    {
        await using var transport = new TransportUnderTest();
        var listener = await transport.BindAsync();
        var (server, client) = await TransportUnderTest.ConnectAsync(listener);
        var reading = server.Transport.Input.ReadAsync().AsTask();
        if (reset)
            client.Reset();
        else
            client.Dispose();

        Assert.True((await reading.OrTimeout("the read")).IsCompleted);
        await server.DisposeAsync().OrTimeout("disposing");
        Assert.Equal(1, transport.Closed(reason));
        Assert.Equal(0, transport.Metrics.Total("aeronet.connections.open"));
    }
}
