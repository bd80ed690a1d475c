using System.Buffers;
using Aeronet.AspNetCore.Transport.EventLoop;
using Aeronet.AspNetCore.Transport.Tests.Support;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aeronet.AspNetCore.Transport.Tests.Loops;

/// <summary>A transport that cannot start says why, and leaves nothing behind.</summary>
[Collection(Alone.Name)]
public sealed class StartTests
{
    // Of two loops' threads and the monitor's.
    [Theory, InlineData(0), InlineData(1), InlineData(2)]
    public async Task Start_TheSystemGivesNoMoreThreads_SaysSoAndLeavesNothing(int threads)
    {
        await NothingIsLeftAsync();

        var thrown = Assert.Throws<InvalidOperationException>(() => EventLoopGroup.Start(
            new AeronetTransportOptions { EventLoops = 2 },
            NullLogger.Instance,
            new FewThreads { Left = threads }));

        Assert.Equal(
            "The system gave no thread while starting the event loops: raise the limit of threads (ulimit -u, TasksMax=, pids.max) or lower Aeronet:Transport:EventLoops.",
            thrown.Message);
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task Bind_TheFactoryOfMemoryPoolsThrows_LeavesNothing_AndMayBeTriedAgain()
    {
        await NothingIsLeftAsync();
        var pools = new FailingPools { FailsAt = 2 };
        await using var transport = new TransportUnderTest(options => options.EventLoops = 2, services => services.AddSingleton<IMemoryPoolFactory<byte>>(pools));

        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => transport.BindAsync());

        Assert.Equal("A factory's fault.", thrown.Message);
        Assert.Equal(0, pools.Inner.OpenPools);
        await NothingIsLeftAsync();
        await using var listener = await transport.BindAsync();
        var (server, client) = await TransportUnderTest.ConnectAsync(listener);
        using (client)
            await server.DisposeAsync();
    }

    private static Task NothingIsLeftAsync() => Eventually.HoldsAsync(
        () => ProcessCounters.CountThreads("aeronet-") == 0 && LoopDescriptors() == 0,
        "neither threads nor epoll sets of loops to be left",
        () => $"{string.Join(", ", ProcessCounters.ThreadNames())}; {LoopDescriptors()}");

    // The framework's own sockets have one epoll set for the whole process, and each loop has an eventfd besides.
    private static int LoopDescriptors() => ProcessCounters.CountDescriptors("eventfd") + Math.Max(0, ProcessCounters.CountDescriptors("eventpoll") - 1);

    private sealed class FewThreads : LoopEnvironment
    {
        internal required int Left { get; set; }

        internal override void Start(Thread thread)
        {
            if (Left-- == 0)
                throw new OutOfMemoryException("No thread.");

            thread.Start();
        }
    }

    private sealed class FailingPools : IMemoryPoolFactory<byte>
    {
        private int _asked;

        internal CountingPools Inner { get; } = new();

        internal int FailsAt { get; init; }

        public MemoryPool<byte> Create(MemoryPoolOptions? options = null) =>
            ++_asked == FailsAt ? throw new InvalidOperationException("A factory's fault.") : Inner.Create(options);
    }
}
