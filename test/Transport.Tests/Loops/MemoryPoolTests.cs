using System.Buffers;
using Aeronet.AspNetCore.Transport.EventLoop;
using Aeronet.AspNetCore.Transport.Tests.Support;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Transport.Tests.Loops;

/// <summary>A memory pool of the application's throws at blocks that come back, or takes its time with them.</summary>
public sealed class MemoryPoolTests : IAsyncDisposable
{
    private readonly TrackingMemoryPool _pool = new();
    private readonly TransportUnderTest _transport;

    public MemoryPoolTests() => _transport = new TransportUnderTest(
        options => options.EventLoops = 1, services => services.AddSingleton<IMemoryPoolFactory<byte>>(_pool));

    [Fact]
    public async Task AdvanceTo_ThePoolThrows_TheApplicationIsNotTold_AndReadsOn()
    {
        await using var listener = await _transport.BindAsync();
        var (server, client) = await TransportUnderTest.ConnectAsync(listener);
        await client.SendAsync(Pattern.Bytes(10_000));
        var read = await server.Transport.Input.ReadAtLeastAsync(10_000).AsTask().OrTimeout("the bytes");
        Fail();

        // Off the loop, whose threads keep blocks at hand.
        await Task.Run(() => server.Transport.Input.AdvanceTo(read.Buffer.End));

        await client.SendAsync("more");
        Assert.Equal(4, (await server.Transport.Input.ReadAsync().AsTask().OrTimeout("more bytes")).Buffer.Length);
        Heal();
        await EndAsync(server, client);
    }

    [Fact]
    public async Task Abort_ThePoolThrowsAtWhatIsDropped_TheConnectionIsResetAllTheSame()
    {
        await using var listener = await _transport.BindAsync();
        var (server, client) = await TransportUnderTest.ConnectAsync(listener, receiveBufferSize: 16 * 1024);
        Task<System.IO.Pipelines.FlushResult>? flush = null;
        await Task.Run(() =>
        {
            server.Transport.Output.Write(new byte[12_000_000]);
            flush = server.Transport.Output.FlushAsync().AsTask();
        });
        Assert.False(flush!.IsCompleted);
        Fail();

        await Task.Run(() => server.Abort(new ConnectionAbortedException("Enough.")));

        Assert.Equal(ConnectionEnd.Reset, (await client.ReadToEndAsync()).End);
        Assert.True((await flush.OrTimeout("the flush")).IsCompleted);
        Heal();
        await EndAsync(server, client);
    }

    // On a thread of the pool, where what is thrown ends the process: the sender gives back what it has sent.
    [Fact]
    public async Task Flush_ThePoolThrowsAtWhatWasSent_EverythingIsSent()
    {
        await using var listener = await _transport.BindAsync();
        var (server, client) = await TransportUnderTest.ConnectAsync(listener);
        Fail();

        await Task.Run(async () =>
        {
            server.Transport.Output.Write(new byte[60_000]);
            await server.Transport.Output.FlushAsync();
        });

        await client.DiscardAsync(60_000, zeros: true);
        Heal();
        await EndAsync(server, client);
    }

    [Fact]
    public async Task LastConnectionGoes_ThePoolBlocks_TheLoopGoesToAnotherThread()
    {
        await using var listener = await _transport.BindAsync();
        var (server, client) = await TransportUnderTest.ConnectAsync(listener);
        using var blocks = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var ended = EndOnLoopAsync();
        await client.SendAsync("x");
        await ended.OrTimeout("the connection to end on its loop");
        Assert.True(blocks.Wait(TaskTimeoutExtensions.DefaultTimeout));

        var (next, nextClient) = await TransportUnderTest.ConnectAsync(listener);

        Heal();
        release.Set();
        client.Dispose();
        await EndAsync(next, nextClient);

        async Task EndOnLoopAsync()
        {
            do
            {
                var read = await server.Transport.Input.ReadAsync().ConfigureAwait(false);
                server.Transport.Input.AdvanceTo(read.Buffer.End);
            }
            while (LoopThread.Current is not { IsLeading: true });

            _pool.OnReturn = () =>
            {
                blocks.Set();
                release.Wait(TaskTimeoutExtensions.DefaultTimeout);
            };
            await server.DisposeAsync().ConfigureAwait(false);
        }
    }

    // Whoever waits for a connection may have a scheduler of its own, and that may be gone by the time the connection ends.
    [Theory, InlineData(true), InlineData(false)]
    public async Task Abort_TheContextOfWhoWaitsThrows_TheConnectionIsResetAllTheSame(bool reading)
    {
        await using var listener = await _transport.BindAsync();
        var (server, client) = await TransportUnderTest.ConnectAsync(listener, receiveBufferSize: 16 * 1024);
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(new ThrowingContext());
        Wait();
        SynchronizationContext.SetSynchronizationContext(before);

        server.Abort(new ConnectionAbortedException("Enough."));

        Assert.Equal(ConnectionEnd.Reset, (await client.ReadToEndAsync()).End);
        await _transport.Logs.SingleAsync(entry => entry.EventId.Name == "HandlerFailed", "the failure");
        await EndAsync(server, client);

        async void Wait()
        {
            if (reading)
                await server.Transport.Input.ReadAsync();
            else
                await server.Transport.Output.WriteAsync(new byte[12_000_000]);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _transport.DisposeAsync();
        _pool.Dispose();
    }

    private void Fail() => _pool.OnReturn = () => throw new InvalidOperationException("A pool's fault.");

    private void Heal() => _pool.OnReturn = null;

    private async Task EndAsync(ConnectionContext server, RawClient client)
    {
        client.Dispose();
        await server.DisposeAsync();
        await Eventually.HoldsAsync(
            () => TransportUnderTest.LoopsOf(_transport.Services).Sum(loop => loop.Slots.Connections) == 0, "the connection to leave its loop");
        Assert.DoesNotContain(_transport.Logs.Entries, entry => entry.EventId.Name == "ConnectionFaulted");
    }

    private sealed class ThrowingContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => throw new InvalidOperationException("A context's fault.");
    }
}
