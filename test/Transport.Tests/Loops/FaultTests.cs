using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Aeronet.AspNetCore.Transport.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Tests.Loops;

/// <summary>Code that is not ours throws on our threads: that ends neither the thread nor what others are owed.</summary>
public sealed class FaultTests
{
    [Theory, InlineData(DispatchMode.Adaptive), InlineData(DispatchMode.ThreadPool)]
    [SuppressMessage("Reliability", "CA2012:Use ValueTasks correctly", Justification = "Awaited by hand: its continuation is to run bare.")]
    public async Task Continuation_Throws_OthersAreServedAndTheThreadsLiveOn(DispatchMode mode)
    {
        await using var transport = new TransportUnderTest(options => (options.EventLoops, options.Dispatch) = (1, mode));
        await using var listener = await transport.BindAsync();
        var (other, otherClient) = await TransportUnderTest.ConnectAsync(listener);
        var (server, client) = await TransportUnderTest.ConnectAsync(listener);

        // More than the dispatches that make a connection trusted: on the loop and beside it.
        for (var round = 0; round < 20; round++)
        {
            var blocks = round == 10;
            var awaiter = AwaiterOf(server.Transport.Input.ReadAsync());
            awaiter.UnsafeOnCompleted(() =>
            {
                var read = awaiter.GetResult();
                server.Transport.Input.AdvanceTo(read.Buffer.End);
                other.Transport.Output.Write("owed"u8);
                Assert.True(other.Transport.Output.FlushAsync().IsCompleted);
                Thread.Sleep(blocks ? 100 : 0);
                throw new InvalidOperationException("A handler's fault.");
            });
            await client.SendAsync("x");
            await otherClient.ReadExactlyAsync(4).OrTimeout($"what the handler of round {round} wrote to another connection");
        }

        await Eventually.HoldsAsync(
            () => transport.Logs.Entries.Count(entry => entry.EventId.Name == "HandlerFailed") == 20,
            "each fault to be logged",
            () => string.Join(Environment.NewLine, transport.Logs.Entries));
        await DisposeAsync(client, server);
        await DisposeAsync(otherClient, other);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task LoggersAndListeners_Throw_RequestsAreServed(bool logger)
    {
        var served = 0;
        await using (var host = await KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            Transport = options => options.EventLoops = 1,
            Builder = builder =>
            {
                if (logger)
                    builder.Logging.AddProvider(new ThrowingLogs());
            },
            App = app => app.Run(async context =>
            {
                // Long enough to lose the loop, with others waiting for it.
                if (context.Request.Path == "/slow")
                    Thread.Sleep(50);

                await context.Response.WriteAsync("fine");
                Interlocked.Increment(ref served);
            }),
        }))
        {
            using var listener = logger ? null : ThrowingListener(host.Services.GetRequiredService<IMeterFactory>());
            await Task.WhenAll(Enumerable.Range(0, 8).Select(async number =>
            {
                for (var i = 0; i < 5; i++)
                {
                    using var client = await host.ConnectAsync();
                    for (var request = 0; request < 3; request++)
                    {
                        var response = await client.GetAsync(number < 4 ? "/slow" : "/");
                        Assert.Equal((200, "fine"), (response.StatusCode, response.Text));
                    }
                }
            })).OrTimeout("the requests", TimeSpan.FromMinutes(1));
            await Eventually.HoldsAsync(() => TransportUnderTest.LoopsOf(host.Services).Sum(loop => loop.Slots.Count) == 1, "every connection to end");
        }

        Assert.Equal(8 * 5 * 3, served);
    }

    [Fact]
    public async Task MemoryPool_ThrowsInAReceive_ThatConnectionEndsAndNoOther()
    {
        var pool = new FailingPool();
        await using var transport = new TransportUnderTest(
            options => options.EventLoops = 1, services => services.AddSingleton<IMemoryPoolFactory<byte>>(pool));
        await using var listener = await transport.BindAsync();
        var (server, client) = await TransportUnderTest.ConnectAsync(listener);
        var (other, otherClient) = await TransportUnderTest.ConnectAsync(listener);
        var read = server.Transport.Input.ReadAsync().AsTask();
        pool.Fails = true;
        await client.SendAsync("x");

        var thrown = await Assert.ThrowsAsync<ConnectionAbortedException>(() => read.OrTimeout("the read to end"));
        Assert.NotNull(thrown.InnerException);
        Assert.Equal(ConnectionEnd.Reset, (await client.ReadToEndAsync()).End);
        await transport.Logs.SingleAsync(entry => entry.EventId.Name == "ConnectionFaulted", "the fault");
        pool.Fails = false;
        var next = other.Transport.Input.ReadAsync().AsTask();
        await otherClient.SendAsync("y");
        Assert.Equal(1, (await next.OrTimeout("the other connection's read")).Buffer.Length);
        await DisposeAsync(client, server);
        await DisposeAsync(otherClient, other);
    }

    // On the thread pool, where an exception that nobody catches is the end of the process.
    [Fact]
    public async Task MemoryPool_TakesNoBlockBackFromAGatheredSend_TheBytesArriveAndTheFaultIsLogged()
    {
        var pool = new TrackingMemoryPool();
        await using var transport = new TransportUnderTest(
            options => options.EventLoops = 1, services => services.AddSingleton<IMemoryPoolFactory<byte>>(pool));
        await using var listener = await transport.BindAsync();
        var (server, client) = await TransportUnderTest.ConnectAsync(listener);
        var (other, otherClient) = await TransportUnderTest.ConnectAsync(listener);
        await client.SendAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        server.Transport.Input.AdvanceTo((await server.Transport.Input.ReadAsync()).Buffer.End);
        await Task.Run(() =>
        {
            Assert.True(Thread.CurrentThread.IsThreadPoolThread);
            server.Transport.Output.Write("gathered"u8);
            pool.OnReturn = () => throw new InvalidOperationException("A pool's fault.");
            Assert.True(server.Transport.Output.FlushAsync().AsTask().IsCompleted);
        });

        Assert.Equal("gathered"u8.ToArray(), await client.ReadExactlyAsync(8));
        await Eventually.HoldsAsync(() => transport.Logs.Entries.Any(entry => entry.EventId.Name == "HandlerFailed"), "the fault to be logged");
        pool.OnReturn = null;
        var next = other.Transport.Input.ReadAsync().AsTask();
        await otherClient.SendAsync("y");
        Assert.Equal(1, (await next.OrTimeout("the other connection's read")).Buffer.Length);
        await DisposeAsync(client, server);
        await DisposeAsync(otherClient, other);
    }

    private static async Task DisposeAsync(RawClient client, ConnectionContext server)
    {
        client.Dispose();
        await server.DisposeAsync();
    }

    /// <summary>An awaiter that runs its continuation as it is, without a task around it to keep an exception.</summary>
    private static ValueTaskAwaiter<System.IO.Pipelines.ReadResult> AwaiterOf(ValueTask<System.IO.Pipelines.ReadResult> read)
    {
        Assert.False(read.IsCompleted);
        return read.GetAwaiter();
    }

    private static MeterListener ThrowingListener(IMeterFactory scope)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Aeronet.Transport" && ReferenceEquals(instrument.Meter.Scope, scope) && !instrument.IsObservable)
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => throw new InvalidOperationException("A listener's fault."));
        listener.Start();
        return listener;
    }

    private sealed class ThrowingLogs : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => categoryName.StartsWith("Aeronet", StringComparison.Ordinal) ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new InvalidOperationException("A logger's fault.");

        public void Dispose()
        {
        }
    }

    private sealed class FailingPool : MemoryPool<byte>, IMemoryPoolFactory<byte>
    {
        internal bool Fails { get; set; }

        public override int MaxBufferSize => 4096;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1) =>
            Fails ? throw new InvalidOperationException("A pool's fault.") : Shared.Rent(4096);

        MemoryPool<byte> IMemoryPoolFactory<byte>.Create(MemoryPoolOptions? options) => this;

        protected override void Dispose(bool disposing)
        {
        }
    }
}
