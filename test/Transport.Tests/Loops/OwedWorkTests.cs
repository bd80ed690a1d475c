using System.Buffers;
using Aeronet.AspNetCore.Transport.EventLoop;
using Aeronet.AspNetCore.Transport.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;

namespace Aeronet.AspNetCore.Transport.Tests.Loops;

/// <summary>
/// What a loop owes is done although the thread that found it out is kept by the application. Handlers without HTTP: Kestrel's
/// HTTP writer goes on on the thread pool after a flush, where nothing of this could happen.
/// </summary>
public sealed class OwedWorkTests
{
    // More than goes in one call, and with the smallest share more than a connection gets in one turn: the rest is sent when
    // the dispatch returns, and only then does the handler go on.
    private const int Large = 400_000;
    private const int SmallestShare = 4096;

    [Theory, InlineData(DispatchMode.Adaptive), InlineData(DispatchMode.Inline)]
    public Task Flush_ByAHandlerThatAFlushContinued_IsSent(DispatchMode mode) => ConnectionScript.RunAsync(
        async connection =>
        {
            await ConnectionScript.GoToLoopAsync(connection);
            for (var round = 0; round < 8; round++)
            {
                await WriteAsync(connection, 5);
                await WriteAsync(connection, Large);
                await WriteAsync(connection, 3);
                await ReadAsync(connection);
            }
        },
        async client =>
        {
            await ConnectionScript.FollowToLoopAsync(client);
            for (var round = 0; round < 8; round++)
            {
                await client.DiscardAsync(5 + Large, zeros: true);
                await client.ReadExactlyAsync(3).OrTimeout($"the last three bytes of round {round}");
                await client.SendAsync("x");
            }
        },
        options => (options.EventLoops, options.Dispatch, options.SendChunk, options.StallThreshold) = (1, mode, SmallestShare, TimeSpan.FromSeconds(1)));

    [Theory, InlineData(true), InlineData(false)]
    public Task Continuation_Blocks_WhatOthersAreOwedGoesOut(bool otherFirst) => GrowingTime.TryAsync("the loop to be kept until the handler goes on", async time =>
    {
        var led = false;
        using var release = new ManualResetEventSlim();
        ConnectionContext? other = null;
        await RunPairAsync(
            async connection =>
            {
                other = connection;
                await ReadAsync(connection);
            },
            async connection =>
            {
                await ReadAsync(connection);
                if (otherFirst)
                    await WriteAsync(other!, 2);

                await WriteAsync(connection, 5);
                if (!otherFirst)
                    await WriteAsync(other!, 2);

                await WriteAsync(connection, Large);

                // Continued by the flush, on the loop.
                led = LoopThread.Current is { IsLeading: true };
                Assert.True(release.Wait(TaskTimeoutExtensions.DefaultTimeout));
            },
            async (otherClient, client) =>
            {
                await client.SendAsync("x");
                await client.DiscardAsync(5 + Large, zeros: true);
                await otherClient.ReadExactlyAsync(2).OrTimeout("the bytes that another connection is owed");
                release.Set();
                await otherClient.SendAsync("x");
            },
            StallThreshold(time));
        return led;
    });

    // The socket is found readable and writable at once, and what goes on for the one waits for the other.
    [Fact]
    public async Task Event_FlushContinuesAHandlerThatBlocksInARead_TheReadIsServed()
    {
        var blocking = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var written = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var release = new ManualResetEventSlim();
        for (var round = 0; round < 3; round++)
        {
            blocking = new(TaskCreationOptions.RunContinuationsAsynchronously);
            written = new(TaskCreationOptions.RunContinuationsAsynchronously);
            release.Reset();
            await RunPairAsync(
                async connection =>
                {
                    // Keeps the loop while the other connection's socket becomes both.
                    await ReadAsync(connection);
                    blocking.SetResult();
                    release.Wait();
                },
                async connection =>
                {
                    var total = 0L;
                    Task flush;
                    do
                    {
                        total += 64 * 1024;
                        flush = WriteAsync(connection, 64 * 1024);
                    }
                    while (flush.IsCompleted);

                    written.SetResult(total);
                    await flush;
                    Assert.True(LoopThread.Current is { IsLeading: true });
                    connection.Transport.Input.AdvanceTo(connection.Transport.Input.ReadAsync().AsTask().GetAwaiter().GetResult().Buffer.End);
                    await WriteAsync(connection, 3);
                },
                async (blocker, client) =>
                {
                    var total = await written.Task.OrTimeout("the socket to fill");
                    await blocker.SendAsync("x");
                    await blocking.Task.OrTimeout("the loop to be kept");
                    await client.SendAsync("x");
                    await client.DiscardAsync(total - (128 * 1024), zeros: true);
                    await Task.Delay(20);
                    release.Set();
                    await client.DiscardAsync(128 * 1024, zeros: true);
                    await client.ReadExactlyAsync(3).OrTimeout("the answer of the handler that blocks in a read");
                },
                TimeSpan.FromSeconds(1));
        }
    }

    // Both are reported at once, and the handler of the first keeps its thread until it hears of the second.
    [Fact]
    public async Task Event_BytesAndTheirEnd_AHandlerThatBlocksHearsOfTheEnd()
    {
        var blocking = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var release = new ManualResetEventSlim();
        await RunPairAsync(
            async connection =>
            {
                await ReadAsync(connection);
                blocking.SetResult();
                release.Wait();
            },
            async connection =>
            {
                await ReadAsync(connection);
                Assert.True(connection.ConnectionClosed.WaitHandle.WaitOne(TaskTimeoutExtensions.DefaultTimeout));
            },
            async (blocker, client) =>
            {
                await blocker.SendAsync("x");
                await blocking.Task.OrTimeout("the loop to be kept");
                await client.SendAsync("x");
                client.ShutdownSend();
                await Task.Delay(20);
                release.Set();
            },
            TimeSpan.FromSeconds(1));
    }

    // A handler that a flush continued and that blocks is served beside the loop from then on, as one that a read continued.
    [Fact]
    public Task Flush_ContinuesAHandlerThatHasBlocked_BesideTheLoop() => GrowingTime.TryAsync("the loop to be kept until the handler goes on", async time =>
    {
        var threads = new List<(bool Leads, bool IsOurs)>();
        await RunPairAsync(
            connection => ReadAsync(connection),
            async connection =>
            {
                for (var round = 0; round < 3; round++)
                {
                    await ReadAsync(connection);
                    await WriteAsync(connection, 5);
                    await WriteAsync(connection, Large);
                    threads.Add((LoopThread.Current is { IsLeading: true }, LoopThread.Current is not null));
                    Assert.True(SpinWait.SpinUntil(() => LoopThread.Current is not { IsLeading: true }, TaskTimeoutExtensions.DefaultTimeout));
                }
            },
            async (other, client) =>
            {
                for (var round = 0; round < 3; round++)
                {
                    await client.SendAsync("x");
                    await client.DiscardAsync(5 + Large, zeros: true);
                    if (round == 0)
                    {
                        // Somebody who waits, or the loop would not be taken from it.
                        await other.SendAsync("x");
                    }
                }
            },
            StallThreshold(time));

        if (threads[0] != (true, true))
            return false;

        Assert.Equal([false, false], threads[1..].Select(thread => thread.Leads));
        return true;
    });

    /// <summary>It may be no longer than 10 s.</summary>
    private static TimeSpan StallThreshold(TimeSpan time) => time / 3;

    /// <summary>Two connections on one loop, each of which begins on it.</summary>
    private static async Task RunPairAsync(
        Func<ConnectionContext, Task> firstHandler,
        Func<ConnectionContext, Task> secondHandler,
        Func<RawClient, RawClient, Task> clients,
        TimeSpan stallThreshold)
    {
        var accepted = 0;
        var firstEnded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var secondEnded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            Transport = options => (options.EventLoops, options.SendChunk, options.StallThreshold) = (1, SmallestShare, stallThreshold),
            Listen = listen => listen.Run(async connection =>
            {
                var isFirst = Interlocked.Increment(ref accepted) == 1;
                var ended = isFirst ? firstEnded : secondEnded;
                try
                {
                    await ConnectionScript.GoToLoopAsync(connection);
                    await (isFirst ? firstHandler : secondHandler)(connection);
                    ended.SetResult();
                }
                catch (Exception failure)
                {
                    ended.SetException(failure);
                }
            }),
        });
        using var first = await RawClient.ConnectAsync(host.EndPoint);
        await ConnectionScript.FollowToLoopAsync(first);
        using var second = await RawClient.ConnectAsync(host.EndPoint);
        await ConnectionScript.FollowToLoopAsync(second);
        await clients(first, second);
        await Task.WhenAll(firstEnded.Task, secondEnded.Task).OrTimeout("the handlers");
    }

    private static async Task WriteAsync(ConnectionContext connection, int bytes)
    {
        connection.Transport.Output.Write(new byte[bytes]);
        await connection.Transport.Output.FlushAsync();
    }

    private static async Task ReadAsync(ConnectionContext connection) =>
        connection.Transport.Input.AdvanceTo((await connection.Transport.Input.ReadAsync()).Buffer.End);
}
