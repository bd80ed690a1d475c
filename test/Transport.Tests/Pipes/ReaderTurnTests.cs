using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Aeronet.AspNetCore.Transport.Connections;
using Aeronet.AspNetCore.Transport.Tests.Support;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Transport.Tests.Pipes;

/// <summary>Whose turn it is to touch a reader's buffer, when two threads come at an unlucky moment.</summary>
public sealed class ReaderTurnTests : IAsyncLifetime
{
    private readonly TrackingMemoryPool _pool = new();
    private readonly TransportUnderTest _transport;
    private IConnectionListener? _listener;
    private ConnectionContext? _server;
    private RawClient? _client;

    public ReaderTurnTests() => _transport = new TransportUnderTest(
        options => (options.EventLoops, options.HalfCloseTimeout) = (1, TimeSpan.FromMilliseconds(100)),
        services => services.AddSingleton<IMemoryPoolFactory<byte>>(_pool));

    private ConnectionInput Input => (ConnectionInput)_server!.Transport.Input;

    public async ValueTask InitializeAsync()
    {
        _listener = await _transport.BindAsync();
        (_server, _client) = await TransportUnderTest.ConnectAsync(_listener);
    }

    public async ValueTask DisposeAsync()
    {
        _client!.Dispose();
        await _server!.DisposeAsync();
        await _listener!.DisposeAsync();
        await _transport.DisposeAsync();
        _pool.Dispose();
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task AdvanceTo_WhileTheConnectionIsDisposed_NeitherThrows_AndNothingIsLeft(bool disposalFirst)
    {
        var read = await ReadAsync(10_000);
        Exception? thrown = null;
        Task? disposing = null;
        var hooked = 0;
        _pool.OnReturn = () =>
        {
            if (Interlocked.Exchange(ref hooked, 1) == 0)
            {
                if (disposalFirst)
                    thrown = Record.Exception(() => Input.AdvanceTo(read.Buffer.Start));
                else
                    Assert.True((disposing = Task.Run(async () => await _server!.DisposeAsync())).Wait(TaskTimeoutExtensions.DefaultTimeout));
            }
        };

        if (disposalFirst)
            await _server!.DisposeAsync();
        else
            thrown = Record.Exception(() => Input.AdvanceTo(read.Buffer.GetPosition(5000)));

        Assert.Equal(1, hooked);
        Assert.Null(thrown);
        await (disposing ?? Task.CompletedTask);
        await NothingIsLeftAsync();
    }

    // The read is over, and whoever awaited it takes the result while the blocks are going back.
    [Theory, InlineData(true), InlineData(false)]
    public async Task ResultOfARead_TakenWhileTheReaderIsCompleted_HasNoBytes(bool disposes)
    {
        var input = Input;
        var earlier = await ReadAsync(10_000);
        input.AdvanceTo(earlier.Buffer.GetPosition(100), earlier.Buffer.End);
        var pending = input.ReadAsync();
        await _client!.SendAsync("x");
        await Eventually.HoldsAsync(() => pending.IsCompleted, "the read to be served");
        var hooked = 0;
        ReadResult result = default;
        Exception? thrown = null;
        _pool.OnReturn = () =>
        {
            // With the first block out and the second on its way.
            if (Interlocked.Increment(ref hooked) == 2)
                thrown = Record.Exception(() => result = pending.GetAwaiter().GetResult());
        };

        if (disposes)
            await _server!.DisposeAsync();
        else
            await input.CompleteAsync();

        Assert.InRange(hooked, 2, 4);
        Assert.Equal(disposes ? typeof(ConnectionAbortedException) : null, thrown?.GetType());
        Assert.True(result.Buffer.IsEmpty);
        Assert.Equal(!disposes, result.IsCompleted);
        await _server!.DisposeAsync();
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task DisposeAsync_GivingABlockBackThrows_TheConnectionIsClosedAllTheSame()
    {
        await ReadAsync(10_000);
        _pool.OnReturn = () => throw new InvalidOperationException("A pool's fault.");

        await _server!.DisposeAsync();

        Assert.Equal(1, _transport.Metrics.Total("aeronet.connections.closed"));
        await Eventually.HoldsAsync(() => OpenConnections() == 0, "the connection to leave its loop");
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task PeerGoes_WhileTheApplicationReceives_IsTold(bool resets)
    {
        var input = Input;
        input.AdvanceTo((await ReadAsync(10)).Buffer.End);
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _server!.ConnectionClosed.Register(closed.SetResult);
        Assert.False(input.TryRead(out _));
        await _client!.SendAsync("x");
        await Eventually.HoldsAsync(() => input.IsReadable, "the loop to note the byte");
        var channel = new InterceptedChannel(_server)
        {
            OnReceive = () =>
            {
                if (resets)
                    _client.Reset();
                else
                    _client.ShutdownSend();

                // And a moment for what the loop makes of it.
                Assert.True(SpinWait.SpinUntil(() => (StateOf(input) & (int)ReadState.PeerClosed) != 0, TaskTimeoutExtensions.DefaultTimeout));
                Thread.Sleep(50);
                return null;
            },
        };
        input.Use(channel, mayHaveMore: true);

        Assert.True(input.TryRead(out var result));
        Assert.Equal(1, result.Buffer.Length);
        await closed.Task.OrTimeout("the application to be told");
        channel.OnReceive = null;
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task PeerGoes_WhileTheApplicationAdvances_IsTold(bool resets)
    {
        var input = Input;
        var read = await ReadAsync(10);
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _server!.ConnectionClosed.Register(closed.SetResult);
        _pool.OnReturn = () =>
        {
            _pool.OnReturn = null;
            if (resets)
                _client!.Reset();
            else
                _client!.ShutdownSend();

            Assert.True(SpinWait.SpinUntil(() => (StateOf(input) & (int)ReadState.PeerClosed) != 0, TaskTimeoutExtensions.DefaultTimeout));
            Thread.Sleep(50);
        };

        input.AdvanceTo(read.Buffer.End);
        await closed.Task.OrTimeout("the application to be told");
    }

    // What a thread leaves behind that received in vain while the connection was disposed: a waiting read, and blocks that were left to it.
    [Theory, InlineData(true), InlineData(false)]
    public async Task WaitingRead_OfAReaderThatWasCompletedMeanwhile_WhoEndsItGivesTheBlocksBack(bool byToken)
    {
        var input = Input;
        var read = await ReadAsync(5000);
        input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        using var source = new CancellationTokenSource();
        var pending = input.ReadAsync(source.Token).AsTask();
        Assert.False(pending.IsCompleted);
        Interlocked.Or(ref StateOf(input), (int)(ReadState.Completed | ReadState.Stopped));
        var returned = 0;
        _pool.OnReturn = () => Interlocked.Increment(ref returned);

        if (byToken)
            await source.CancelAsync();
        else
            input.CancelPendingRead();

        // Two with bytes; the loop's thread keeps others at hand.
        Assert.Equal(2, returned);
        await Record.ExceptionAsync(() => pending.OrTimeout("the waiting read"));
    }

    [Fact]
    public async Task TryRead_ThePoolThrows_TheConnectionEndsAndTheTurnIsGivenBack()
    {
        var input = Input;
        var read = await ReadAsync(4000);
        input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        Assert.False(input.TryRead(out _));
        await _client!.SendAsync("x");
        await Eventually.HoldsAsync(() => input.IsReadable, "the loop to note the byte");
        _pool.OnRent = () => throw new InvalidOperationException("A pool's fault.");

        var thrown = Assert.Throws<ConnectionAbortedException>(() => input.TryRead(out _));
        Assert.NotNull(thrown.InnerException);
        await _server!.DisposeAsync();
        Assert.Single(_transport.Logs.Entries, entry => entry.EventId.Name == "ConnectionFaulted");
        await NothingIsLeftAsync();
    }

    /// <summary>Reads that many bytes, and consumes none.</summary>
    private async Task<ReadResult> ReadAsync(int count)
    {
        await _client!.SendAsync(Pattern.Bytes(count));
        var read = await Input.ReadAtLeastAsync(count).AsTask().OrTimeout("the bytes");

        // Off the loop, whose threads keep blocks at hand.
        await Task.Run(() => { });
        Assert.Null(EventLoop.LoopThread.Current);
        return read;
    }

    private async Task NothingIsLeftAsync()
    {
        await Eventually.HoldsAsync(() => _pool.Outstanding == 0, "every block to come back", () => $"{_pool.Outstanding} are out");
        Assert.Equal(0, _pool.ReturnedTwice);
        Assert.Equal(1, _transport.Metrics.Total("aeronet.connections.closed"));
        await Eventually.HoldsAsync(() => OpenConnections() == 0, "the connection to leave its loop");
    }

    private int OpenConnections() => TransportUnderTest.LoopsOf(_transport.Services).Sum(loop => loop.Slots.Connections);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_stateBits")]
    private static extern ref int StateOf(ConnectionInput input);
}
