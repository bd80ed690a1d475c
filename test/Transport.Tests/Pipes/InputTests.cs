using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Aeronet.AspNetCore.Transport.Tests.Support;
using Microsoft.AspNetCore.Connections;

namespace Aeronet.AspNetCore.Transport.Tests.Pipes;

/// <summary>A connection's reader against what <see cref="Pipe"/> documents.</summary>
public sealed class InputTests
{
    [Fact]
    public Task ReadAsync_BytesArrive_ReturnsThem() => ConnectionScript.RunAsync(
        async connection =>
        {
            var result = await connection.Transport.Input.ReadAsync();
            Assert.Equal("hello", Text(result));
            Assert.False(result.IsCompleted || result.IsCanceled);
            connection.Transport.Input.AdvanceTo(result.Buffer.End);
        },
        client => client.SendAsync("hello"));

    [Fact]
    public Task TryRead_NothingThere_False_UntilBytesArrive()
    {
        var tried = Signal();
        return ConnectionScript.RunAsync(
            async connection =>
            {
                var input = connection.Transport.Input;
                var first = await input.ReadAsync();
                input.AdvanceTo(first.Buffer.End);
                Assert.False(input.TryRead(out var none));
                Assert.True(none.Buffer.IsEmpty);
                tried.SetResult();
                var result = default(ReadResult);
                await Eventually.HoldsAsync(() => input.TryRead(out result), "TryRead to find the bytes");
                Assert.Equal("second", Text(result));
                input.AdvanceTo(result.Buffer.End);
            },
            async client =>
            {
                await client.SendAsync("first");
                await tried.Task.OrTimeout("the first TryRead");
                await client.SendAsync("second");
            });
    }

    [Fact]
    public Task TryRead_ExaminedNotConsumed_FalseUntilMoreArrives_ThenBoth()
    {
        var examined = Signal();
        return ConnectionScript.RunAsync(
            async connection =>
            {
                var input = connection.Transport.Input;
                var result = await input.ReadAsync();
                Assert.Equal("ab", Text(result));
                input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                Assert.False(input.TryRead(out _));
                var pending = input.ReadAsync();
                Assert.False(pending.IsCompleted);
                examined.SetResult();
                result = await pending;
                Assert.Equal("abcd", Text(result));
                input.AdvanceTo(result.Buffer.GetPosition(1), result.Buffer.GetPosition(3));

                // One byte was not looked at: no need to wait.
                Assert.True(input.TryRead(out result));
                Assert.Equal("bcd", Text(result));
                input.AdvanceTo(result.Buffer.End);
            },
            async client =>
            {
                await client.SendAsync("ab");
                await examined.Task.OrTimeout("the first read");
                await client.SendAsync("cd");
            });
    }

    [Fact]
    public Task ReadAsync_PeerFinishes_CompletedWithTheRest_AndAgain() => ConnectionScript.RunAsync(
        async connection =>
        {
            var input = connection.Transport.Input;
            var result = await input.ReadAsync();
            while (!result.IsCompleted)
            {
                input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                result = await input.ReadAsync();
            }

            Assert.Equal("rest", Text(result));
            input.AdvanceTo(result.Buffer.GetPosition(2));
            result = await input.ReadAsync();
            Assert.True(result.IsCompleted);
            Assert.Equal("st", Text(result));
            input.AdvanceTo(result.Buffer.End);
            Assert.True(input.TryRead(out result));
            Assert.True(result.IsCompleted && result.Buffer.IsEmpty);
        },
        async client =>
        {
            await client.SendAsync("rest");
            client.ShutdownSend();
        });

    [Fact]
    public Task CancelPendingRead_BeforeARead_ThatReadIsCanceledAndNoOther() => ConnectionScript.RunAsync(
        async connection =>
        {
            var input = connection.Transport.Input;
            var result = await input.ReadAsync();
            input.AdvanceTo(result.Buffer.Start);
            input.CancelPendingRead();
            result = await input.ReadAsync();
            Assert.True(result.IsCanceled);
            Assert.Equal("data", Text(result));
            input.AdvanceTo(result.Buffer.Start);
            result = await input.ReadAsync();
            Assert.False(result.IsCanceled);
            Assert.Equal("data", Text(result));
            input.AdvanceTo(result.Buffer.End);
        },
        client => client.SendAsync("data"));

    [Fact]
    public Task CancelPendingRead_BeforeTryRead_TrueAndCanceled() => ConnectionScript.RunAsync(
        connection =>
        {
            var input = connection.Transport.Input;
            input.CancelPendingRead();
            Assert.True(input.TryRead(out var result));
            Assert.True(result.IsCanceled && result.Buffer.IsEmpty);
            input.AdvanceTo(result.Buffer.End);
            Assert.False(input.TryRead(out _));
            return Task.CompletedTask;
        },
        _ => Task.CompletedTask);

    [Fact]
    public Task CancelPendingRead_WhileWaiting_CanceledAndTheNextReadWorks()
    {
        var canceled = Signal();
        return ConnectionScript.RunAsync(
            async connection =>
            {
                var input = connection.Transport.Input;
                for (var i = 0; i < 3; i++)
                {
                    var pending = input.ReadAsync().AsTask();
                    Assert.False(pending.IsCompleted);
                    input.CancelPendingRead();
                    var result = await pending.OrTimeout("the canceled read");
                    Assert.True(result.IsCanceled);
                    Assert.True(result.Buffer.IsEmpty);
                    input.AdvanceTo(result.Buffer.End);
                }

                canceled.SetResult();
                var read = await input.ReadAsync();
                Assert.False(read.IsCanceled);
                Assert.Equal("after", Text(read));
                input.AdvanceTo(read.Buffer.End);
            },
            async client =>
            {
                await canceled.Task.OrTimeout("the canceled reads");
                await client.SendAsync("after");
            });
    }

    [Fact]
    public Task Token_AlreadyCanceled_Throws_AndNothingIsLost() => ConnectionScript.RunAsync(
        async connection =>
        {
            var input = connection.Transport.Input;
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await input.ReadAsync(new CancellationToken(canceled: true)));
            var result = await input.ReadAsync();
            Assert.Equal("data", Text(result));
            input.AdvanceTo(result.Buffer.End);
        },
        client => client.SendAsync("data"));

    [Fact]
    public Task Token_CanceledWhileWaiting_ThrowsWithTheToken_AndTheNextReadWorks()
    {
        var canceled = Signal();
        return ConnectionScript.RunAsync(
            async connection =>
            {
                var input = connection.Transport.Input;
                for (var i = 0; i < 3; i++)
                {
                    using var cancellation = new CancellationTokenSource(20);
                    var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await input.ReadAsync(cancellation.Token));
                    Assert.Equal(cancellation.Token, thrown.CancellationToken);
                }

                canceled.SetResult();
                var result = await input.ReadAsync();
                Assert.Equal("after", Text(result));
                input.AdvanceTo(result.Buffer.End);
            },
            async client =>
            {
                await canceled.Task.OrTimeout("the canceled reads");
                await client.SendAsync("after");
            });
    }

    [Fact]
    public Task Cancellations_RacingWithData_NoByteIsLostOrDoubled()
    {
        const int Size = 300_000;
        return ConnectionScript.RunAsync(
            async connection =>
            {
                var input = connection.Transport.Input;
                using var stop = new CancellationTokenSource();
                var canceller = Task.Run(() =>
                {
                    while (!stop.IsCancellationRequested)
                    {
                        input.CancelPendingRead();
                        Thread.Sleep(0);
                    }
                });
                var position = 0;
                while (position < Size)
                {
                    using var cancellation = new CancellationTokenSource();
                    cancellation.CancelAfter(TimeSpan.FromMilliseconds(1));
                    ReadResult result;
                    try
                    {
                        result = await input.ReadAsync(cancellation.Token);
                    }
                    catch (OperationCanceledException)
                    {
                        continue;
                    }

                    var bytes = result.Buffer.ToArray();
                    Assert.Equal(-1, Pattern.FindMismatch(bytes, position));
                    Assert.False(result.IsCompleted);
                    position += bytes.Length;
                    input.AdvanceTo(result.Buffer.End);
                }

                await stop.CancelAsync();
                await canceller;
            },
            async client =>
            {
                for (var position = 0; position < Size; position += 1000)
                    await client.SendAsync(Pattern.Bytes(1000, position));
            });
    }

    [Fact]
    public Task NobodyReads_BytesStayInTheKernel_ThePeerWaits()
    {
        var stuck = Signal();
        return ConnectionScript.RunAsync(
            async (connection, host) =>
            {
                await stuck.Task.OrTimeout("the client to wait");
                Assert.Equal(0, host.Metrics.Total("aeronet.bytes.received"));
                await using var stream = connection.Transport.Input.AsStream();
                Assert.Equal(100_000_000, await Pattern.VerifyAsync(stream));
            },
            async (client, _) =>
            {
                var sending = Task.Run(async () =>
                {
                    for (var position = 0; position < 100_000_000; position += 1_000_000)
                        await client.SendAsync(Pattern.Bytes(1_000_000, position));
                });
                await Task.Delay(300);
                Assert.False(sending.IsCompleted);
                stuck.SetResult();
                await sending.OrTimeout("everything to be sent");
                client.ShutdownSend();
            });
    }

    [Fact]
    public Task ReadAtLeastAsync_ManySegments_EnoughBytes() => ConnectionScript.RunAsync(
        async connection =>
        {
            var result = await connection.Transport.Input.ReadAtLeastAsync(100_000);
            Assert.True(result.Buffer.Length >= 100_000);
            Assert.Equal(-1, Pattern.FindMismatch(result.Buffer.ToArray()));
            connection.Transport.Input.AdvanceTo(result.Buffer.End);
        },
        async client =>
        {
            for (var position = 0; position < 100_000; position += 1000)
                await client.SendAsync(Pattern.Bytes(1000, position));
        });

    [Fact]
    public Task AsStream_Copied_EveryByteIsRight() => ConnectionScript.RunAsync(
        async connection =>
        {
            await using var stream = connection.Transport.Input.AsStream();
            Assert.Equal(5_000_000, await Pattern.VerifyAsync(stream));
        },
        async client =>
        {
            await client.SendAsync(Pattern.Bytes(5_000_000));
            client.ShutdownSend();
        });

    [Fact]
    public Task ReadAsync_PeerResetsInTheMiddle_ConnectionResetException()
    {
        var read = Signal();
        return ConnectionScript.RunAsync(
            async connection =>
            {
                var input = connection.Transport.Input;
                var result = await input.ReadAsync();
                input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                read.SetResult();
                await Assert.ThrowsAsync<ConnectionResetException>(async () => await input.ReadAsync());
            },
            async client =>
            {
                await client.SendAsync("half of a mess");
                await read.Task.OrTimeout("the first read");
                client.Reset();
            });
    }

    [Fact]
    public Task ReadAsync_ConnectionAborted_ThrowsTheReason() => ConnectionScript.RunAsync(
        async connection =>
        {
            // After its first bytes: a connection reset at once may fail the client's connect.
            var input = connection.Transport.Input;
            input.AdvanceTo((await input.ReadAsync()).Buffer.End);
            var pending = input.ReadAsync().AsTask();
            connection.Abort(new ConnectionAbortedException("enough"));
            Assert.Equal("enough", (await Assert.ThrowsAsync<ConnectionAbortedException>(() => pending.OrTimeout("the read"))).Message);
        },
        async client =>
        {
            await client.SendAsync("x");
            Assert.Equal(ConnectionEnd.Reset, (await client.ReadToEndAsync()).End);
        });

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static string Text(ReadResult result) => Encoding.ASCII.GetString(result.Buffer);
}
