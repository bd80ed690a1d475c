using System.Diagnostics;
using Aeronet.AspNetCore.Transport.EventLoop;
using Aeronet.AspNetCore.Transport.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Tests.Contract;

/// <summary>When the transport is gone nothing of it is left: no thread, no descriptor, no connection.</summary>
[Collection(Alone.Name)]
public sealed class TransportEndTests
{
    [Theory]
    [InlineData(DispatchMode.Adaptive)]
    [InlineData(DispatchMode.Inline)]
    [InlineData(DispatchMode.ThreadPool)]
    public async Task Dispose_ConnectionsOpen_EndsThemAndItsThreadsAndDescriptors(DispatchMode mode)
    {
        await NoThreadIsLeftAsync();
        var before = ProcessCounters.OpenDescriptors();
        var transport = new TransportUnderTest(options => options.Dispatch = mode);
        var listener = await transport.BindAsync();
        var pairs = new List<(Microsoft.AspNetCore.Connections.ConnectionContext Server, RawClient Client)>();
        for (var i = 0; i < 10; i++)
            pairs.Add(await TransportUnderTest.ConnectAsync(listener));

        var reads = pairs.Select(pair => pair.Server.Transport.Input.ReadAsync().AsTask()).ToArray();
        Assert.True(ProcessCounters.CountThreads("aeronet-") > 0);

        await transport.DisposeAsync();

        foreach (var read in reads)
            await Assert.ThrowsAsync<Microsoft.AspNetCore.Connections.ConnectionAbortedException>(() => read.OrTimeout("a waiting read"));

        foreach (var (_, client) in pairs)
        {
            Assert.Equal(ConnectionEnd.Reset, (await client.ReadToEndAsync()).End);
            client.Dispose();
        }

        await NoThreadIsLeftAsync();
        await listener.DisposeAsync();
        foreach (var kind in (string[])["eventpoll", "eventfd", "socket"])
        {
            await Eventually.HoldsAsync(
                () => ProcessCounters.CountDescriptors(kind) <= before.GetValueOrDefault(kind),
                $"the {kind} descriptors to be closed",
                () => $"{before.GetValueOrDefault(kind)} before, {ProcessCounters.CountDescriptors(kind)} after");
        }
    }

    [Fact]
    public async Task Dispose_NeverUsed_NoThreadWasStarted()
    {
        await NoThreadIsLeftAsync();
        await using var transport = new TransportUnderTest();

        Assert.True(transport.Factory.CanBind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0)));
        Assert.Equal(0, ProcessCounters.CountThreads("aeronet-"));
    }

    [Fact]
    public async Task Dispose_Again_Harmless()
    {
        var transport = new TransportUnderTest();
        await transport.BindAsync();
        transport.Factory.Dispose();
        transport.Factory.Dispose();

        await transport.DisposeAsync();
        await NoThreadIsLeftAsync();
    }

    [Fact]
    public async Task Dispose_AStepFails_TheOthersAreTaken()
    {
        await NoThreadIsLeftAsync();
        var pools = new CountingPools();
        var transport = new TransportUnderTest(services: services => services.AddSingleton<Microsoft.AspNetCore.Connections.IMemoryPoolFactory<byte>>(pools));
        await using var listener = await transport.BindAsync();
        foreach (var loop in TransportUnderTest.LoopsOf(transport.Services))
            loop.Slots.Add(new ThrowingHandler());

        var (_, client) = await TransportUnderTest.ConnectAsync(listener);

        transport.Factory.Dispose();

        Assert.Equal(ConnectionEnd.Reset, (await client.ReadToEndAsync()).End);
        Assert.Contains(transport.Logs.Entries, entry => entry.EventId.Name == "StopFailed");
        client.Dispose();
        await NoThreadIsLeftAsync();
        await transport.DisposeAsync();
    }

    // The connection had begun to close, and the transport takes it for closed, when it is put among what lingers.
    [Fact]
    public async Task Dispose_AConnectionBeginsToLingerMeanwhile_ItEndsToo()
    {
        using var closing = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        using var logs = new HeldLog("ConnectionWriteFin", closing, release);
        var transport = new TransportUnderTest(services: services => services.AddSingleton<ILoggerProvider>(logs));
        await using var listener = await transport.BindAsync();
        var (server, client) = await TransportUnderTest.ConnectAsync(listener);
        await client.SendAsync("x");
        var disposing = Task.Run(async () => await server.DisposeAsync());
        Assert.True(closing.Wait(TaskTimeoutExtensions.DefaultTimeout));
        var sockets = ProcessCounters.CountDescriptors("socket");

        transport.Factory.Dispose();
        release.Set();
        await disposing.OrTimeout("the connection to be disposed");

        Assert.True(ProcessCounters.CountDescriptors("socket") < sockets, "The socket is still open.");
        client.Dispose();
        await transport.DisposeAsync();
    }

    [Fact]
    public async Task Dispose_ALoopIsInsideTheApplication_WaitsForShutdownTimeoutOnly()
    {
        await NoThreadIsLeftAsync();
        var transport = new TransportUnderTest(options =>
        {
            options.EventLoops = 1;
            options.Dispatch = DispatchMode.Inline;
            options.ShutdownTimeout = TimeSpan.FromMilliseconds(400);
        });
        using var release = new ManualResetEventSlim();
        using var entered = new ManualResetEventSlim();
        var (server, client) = await TransportUnderTest.ConnectAsync(await transport.BindAsync());
        _ = BlockAsync();
        await client.SendAsync("x");
        Assert.True(entered.Wait(TaskTimeoutExtensions.DefaultTimeout));
        var start = Stopwatch.GetTimestamp();

        await transport.DisposeAsync();

        // The default is 30 s.
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0.35, 25);
        release.Set();
        await NoThreadIsLeftAsync();
        client.Dispose();

        async Task BlockAsync()
        {
            // Not on the context of the test, but where the transport goes on.
            await server.Transport.Input.ReadAsync().ConfigureAwait(false);
            Assert.NotNull(LoopThread.Current);
            entered.Set();
            release.Wait(TaskTimeoutExtensions.DefaultTimeout);
        }
    }

    [Fact]
    public async Task Host_StartedStoppedManyTimes_NothingIsLeft()
    {
        await NoThreadIsLeftAsync();
        await RunOnceAsync();
        var before = ProcessCounters.OpenDescriptors();
        for (var i = 0; i < 10; i++)
            await RunOnceAsync();

        await NoThreadIsLeftAsync();
        foreach (var kind in (string[])["eventpoll", "eventfd", "socket", "file"])
        {
            await Eventually.HoldsAsync(
                () => ProcessCounters.CountDescriptors(kind) <= before.GetValueOrDefault(kind) + 1,
                $"the {kind} descriptors to be closed",
                () => $"{before.GetValueOrDefault(kind)} before, {ProcessCounters.CountDescriptors(kind)} after");
        }

        static async Task RunOnceAsync()
        {
            await using var host = await KestrelHost.StartAsync(TransportKind.Aeronet, context => context.Response.WriteAsync("ok"));
            using var client = await host.ConnectAsync();
            Assert.Equal("ok", (await client.GetAsync()).Text);
        }
    }

    // A block that comes back to a disposed pool throws where it does, and on a thread of a loop that is the end of the process.
    [Fact]
    public async Task Host_StartedStoppedManyTimes_NoBlockComesBackTooLate()
    {
        var pools = new CountingPools { ReturnTime = TimeSpan.FromMilliseconds(2) };
        for (var i = 0; i < 10; i++)
        {
            var clients = new List<RawClient>();
            await using (var host = await KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
            {
                Builder = builder => builder.Services.AddSingleton<Microsoft.AspNetCore.Connections.IMemoryPoolFactory<byte>>(pools),
                App = app => app.Run(context => context.Response.WriteAsync("ok")),
            }))
            {
                // Open to the last moment, so that the loops have blocks at hand when they are stopped.
                for (var n = 0; n < 10; n++)
                {
                    clients.Add(await host.ConnectAsync());
                    Assert.Equal("ok", (await clients[n].GetAsync()).Text);
                }
            }

            clients.ForEach(client => client.Dispose());
        }

        Assert.True(pools.Rented > 0);
        Assert.Equal((0, 0, 0), (pools.Outstanding, pools.Misdeeds, pools.OpenPools));
    }

    private static Task NoThreadIsLeftAsync() => Eventually.HoldsAsync(
        () => ProcessCounters.CountThreads("aeronet-") == 0, "no thread of a transport to be left", () => string.Join(", ", ProcessCounters.ThreadNames()));

    private sealed class ThrowingHandler : ILoopHandler, IDisposable
    {
        public void OnEvents(Native.EpollEvents events)
        {
        }

        public void Dispose() => throw new InvalidOperationException("A handler's fault.");
    }

    /// <summary>Keeps whoever logs an event.</summary>
    private sealed class HeldLog(string name, ManualResetEventSlim reached, ManualResetEventSlim release) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Name == name)
            {
                reached.Set();
                release.Wait(TaskTimeoutExtensions.DefaultTimeout);
            }
        }

        public void Dispose()
        {
        }
    }
}
