using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Text;
using Aeronet.AspNetCore.Transport.Tests.Support;
using Microsoft.AspNetCore.Connections;

namespace Aeronet.AspNetCore.Transport.Tests.Pipes;

/// <summary>Flushes that wait, that are given up, and that come too late.</summary>
public sealed class FlushTests
{
    private const int Threshold = 64 * 1024;

    // More than the kernel takes for a peer that reads nothing.
    private const int Much = 12_000_000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task FlushAsync_FarAboveTheThreshold_WaitsForThePeer(bool onLoop)
    {
        var pends = Signal();
        return RunAsync(
            async (connection, _) =>
            {
                var output = connection.Transport.Output;
                if (onLoop)
                    await ConnectionScript.GoToLoopAsync(connection);

                output.Write(Pattern.Bytes(Much));
                var flush = output.FlushAsync();
                Assert.False(flush.IsCompleted);
                pends.SetResult();
                var result = await flush;
                Assert.False(result.IsCanceled || result.IsCompleted);

                // It resumed only now: the kernel holds at most some MiB of the rest.
                output.Write(Pattern.Bytes(10, Much));
                await output.FlushAsync();
            },
            async (client, _) =>
            {
                if (onLoop)
                    await ConnectionScript.FollowToLoopAsync(client);

                await pends.Task.OrTimeout("the flush to wait");
                await client.VerifyAsync(Much + 10);
            });
    }

    [Fact]
    public Task FlushAsync_WaitsFromTheThresholdOn_AndNotBefore()
    {
        const int Step = 1000;
        var written = 0L;
        var pends = Signal();
        return RunAsync(
            async (connection, host) =>
            {
                var output = connection.Transport.Output;
                Task<FlushResult> flush;
                do
                {
                    output.Write(Pattern.Bytes(Step, written));
                    written += Step;
                    flush = output.FlushAsync().AsTask();
                }
                while (flush.IsCompletedSuccessfully);

                var queued = written - host.Metrics.Total("aeronet.bytes.sent");
                Assert.InRange(queued, Threshold, Threshold + Step - 1);
                pends.SetResult();
                await flush;
                queued = written - host.Metrics.Total("aeronet.bytes.sent");
                Assert.InRange(queued, 0, Threshold / 2);
            },
            async (client, _) =>
            {
                await pends.Task.OrTimeout("the server to wait");
                await client.VerifyAsync(written);
            });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task CancelPendingFlush_BeforeAFlush_CanceledButTheBytesLeave(bool onLoop) => RunAsync(
        async (connection, _) =>
        {
            var output = connection.Transport.Output;
            if (onLoop)
                await ConnectionScript.GoToLoopAsync(connection);

            output.Write("one"u8);
            output.CancelPendingFlush();
            var result = await output.FlushAsync();
            Assert.True(result.IsCanceled);

            // The reader of a Pipe gets them at once: so does the peer, without another flush.
            var answer = await connection.Transport.Input.ReadAsync();
            Assert.False(answer.IsCompleted);
            output.Write("two"u8);
            Assert.False((await output.FlushAsync()).IsCanceled);
        },
        async (client, _) =>
        {
            if (onLoop)
                await ConnectionScript.FollowToLoopAsync(client);

            var bytes = await client.ReadExactlyAsync(3).OrTimeout("the bytes of the canceled flush");
            Assert.Equal("one", Encoding.ASCII.GetString(bytes));
            await client.SendAsync("answer");
            Assert.Equal("two", Encoding.ASCII.GetString(await client.ReadExactlyAsync(3)));
        });

    [Fact]
    public Task CancelPendingFlush_WhileWaiting_CanceledAndNothingIsLost()
    {
        var canceled = Signal();
        return RunAsync(
            async (connection, _) =>
            {
                var output = connection.Transport.Output;
                output.Write(Pattern.Bytes(Much));
                var flush = output.FlushAsync().AsTask();
                Assert.False(flush.IsCompleted);
                output.CancelPendingFlush();
                Assert.True((await flush.OrTimeout("the canceled flush")).IsCanceled);
                output.Write(Pattern.Bytes(10, Much));
                var next = output.FlushAsync().AsTask();
                canceled.SetResult();
                Assert.False((await next).IsCanceled);
            },
            async (client, _) =>
            {
                await canceled.Task.OrTimeout("the canceled flush");
                await client.VerifyAsync(Much + 10);
            });
    }

    [Fact]
    public Task Token_CanceledWhileWaiting_ThrowsAndNothingIsLost()
    {
        var canceled = Signal();
        return RunAsync(
            async (connection, _) =>
            {
                var output = connection.Transport.Output;
                output.Write(Pattern.Bytes(Much));
                using var cancellation = new CancellationTokenSource();
                var flush = output.FlushAsync(cancellation.Token).AsTask();
                Assert.False(flush.IsCompleted);
                await cancellation.CancelAsync();
                var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => flush.OrTimeout("the canceled flush"));
                Assert.Equal(cancellation.Token, thrown.CancellationToken);
                canceled.SetResult();
                output.Write(Pattern.Bytes(10, Much));
                await output.FlushAsync();
            },
            async (client, _) =>
            {
                await canceled.Task.OrTimeout("the canceled flush");
                await client.VerifyAsync(Much + 10);
            });
    }

    [Fact]
    public Task Token_AlreadyCanceled_ThrowsAndTheBytesLeaveWithTheNextFlush() => RunAsync(
        async (connection, _) =>
        {
            var output = connection.Transport.Output;
            output.Write("one"u8);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await output.FlushAsync(new CancellationToken(canceled: true)));
            Assert.Equal(3, output.UnflushedBytes);
            output.Write("two"u8);
            await output.FlushAsync();
        },
        async (client, _) => Assert.Equal("onetwo", Encoding.ASCII.GetString(await client.ReadExactlyAsync(6))));

    [Fact]
    public Task FlushAsync_PeerIsGone_CompletedAndNeverThrows()
    {
        var reset = Signal();
        return RunAsync(
            async (connection, host) =>
            {
                await reset.Task.OrTimeout("the client to leave");
                var output = connection.Transport.Output;
                var result = default(FlushResult);
                await Eventually.HoldsAsync(
                    () =>
                    {
                        output.Write("into the void"u8);
                        result = output.FlushAsync().AsTask().GetAwaiter().GetResult();
                        return result.IsCompleted;
                    },
                    "a flush to find that the peer is gone");
                output.Write(new byte[100_000]);
                Assert.True((await output.FlushAsync()).IsCompleted);
            },
            (client, _) =>
            {
                client.Reset();
                reset.SetResult();
                return Task.CompletedTask;
            });
    }

    [Fact]
    public Task FlushAsync_WaitingWhenThePeerLeaves_Completed()
    {
        var pends = Signal();
        return RunAsync(
            async (connection, _) =>
            {
                connection.Transport.Output.Write(Pattern.Bytes(Much));
                var flush = connection.Transport.Output.FlushAsync().AsTask();
                Assert.False(flush.IsCompleted);
                pends.SetResult();
                Assert.True((await flush.OrTimeout("the flush to end")).IsCompleted);
            },
            async (client, _) =>
            {
                await pends.Task.OrTimeout("the flush to wait");
                client.Reset();
            });
    }

    [Fact]
    public Task FlushAsync_WaitingWhenTheConnectionIsAborted_Completed() => RunAsync(
        async (connection, _) =>
        {
            // After its first byte: a connection reset at once may fail the client's connect.
            await connection.Transport.Input.ReadAsync();
            connection.Transport.Output.Write(Pattern.Bytes(Much));
            var flush = connection.Transport.Output.FlushAsync().AsTask();
            connection.Abort(new ConnectionAbortedException("enough"));
            Assert.True((await flush.OrTimeout("the flush to end")).IsCompleted);
        },
        async (client, _) =>
        {
            await client.SendAsync("x");
            Assert.Equal(ConnectionEnd.Reset, (await client.ReadToEndAsync()).End);
        });

    [Fact]
    public Task FlushAsync_AfterTheEndAndNotWaitedFor_LeavesTheNextOneItsTime() => RunAsync(
        async (connection, _) =>
        {
            await connection.Transport.Input.ReadAsync();
            connection.Abort(new ConnectionAbortedException("enough"));
            var output = connection.Transport.Output;
            for (var round = 0; round < 10; round++)
            {
                output.Write("into the void"u8);
                var unawaited = output.FlushAsync();
                Assert.False(unawaited.IsCompleted);
                Thread.Sleep(8);
                var start = Stopwatch.GetTimestamp();
                output.Write("into the void"u8);
                Assert.True((await output.FlushAsync().AsTask().OrTimeout("the flush to end")).IsCompleted);

                // The first one's time is over 2 ms from the start; the runtime's timers are up to 4 ms early.
                Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.FromMilliseconds(5), TaskTimeoutExtensions.DefaultTimeout);
            }
        },
        async (client, _) =>
        {
            await client.SendAsync("x");
            await client.ReadToEndAsync();
        });

    [Fact]
    public Task CancelPendingFlush_AfterTheEnd_CompletesIt() => RunAsync(
        async (connection, _) =>
        {
            await connection.Transport.Input.ReadAsync();
            connection.Abort(new ConnectionAbortedException("enough"));
            var output = connection.Transport.Output;
            output.Write("into the void"u8);
            var flush = output.FlushAsync().AsTask();
            output.CancelPendingFlush();
            var result = await flush.OrTimeout("the canceled flush");
            Assert.True(result.IsCompleted && result.IsCanceled);
            output.Write("into the void"u8);
            Assert.False((await output.FlushAsync().AsTask().OrTimeout("the next flush")).IsCanceled);
        },
        async (client, _) =>
        {
            await client.SendAsync("x");
            await client.ReadToEndAsync();
        });

    private static Task RunAsync(Func<ConnectionContext, KestrelHost, Task> server, Func<RawClient, KestrelHost, Task> client) =>
        ConnectionScript.RunAsync(server, client, transport => transport.MaxWriteBufferSize = Threshold, receiveBufferSize: 64 * 1024);

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
