using System.Collections;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using Aeronet.AspNetCore.Transport.Connections;
using Aeronet.AspNetCore.Transport.EventLoop;
using Aeronet.AspNetCore.Transport.Listening;
using Aeronet.AspNetCore.Transport.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Tests.Contract;

/// <summary>What goes wrong while a connection is being made costs that connection alone, and no descriptor.</summary>
public sealed class AcceptFaultTests
{
    [Fact]
    public async Task ConnectionCannotBeMade_ClientsAreClosed_LoggedOnce_AndTheNextIsServed()
    {
        const int Failures = 20;
        await using var transport = new TransportUnderTest();
        await using var listener = await BindFaultyAsync(transport, Failures, _ => { });
        listener.Start();
        var before = Descriptors();
        for (var i = 0; i < Failures; i++)
        {
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await client.ConnectAsync(listener.EndPoint).OrTimeout("a connection");
                Assert.Equal(0, await client.ReceiveAsync(new byte[1]).OrTimeout("the end of the connection"));
            }
            catch (SocketException reset)
            {
                Assert.Equal(SocketError.ConnectionReset, reset.SocketErrorCode);
            }
        }

        // Other tests of this process open some, too.
        Assert.InRange(Descriptors(), 0, before + (Failures / 2));
        var error = Assert.Single(transport.Logs.From("Aeronet", LogLevel.Error));
        Assert.Equal("AcceptFailed", error.EventId.Name);
        Assert.Equal("no pool", error.Exception?.Message);
        var (server, last) = await TransportUnderTest.ConnectAsync(listener);
        using (last)
            await server.DisposeAsync();
    }

    [Fact]
    public async Task Unbind_InsideTheAcceptorThatOfferedAConnection_Ends()
    {
        await using var transport = new TransportUnderTest();
        await using var listener = await BindFaultyAsync(transport, 0, _ => { });
        listener.Start();
        var accepted = listener.AcceptAsync();
        var unbound = Task.Run(async () =>
        {
            await using var server = await accepted;
            Assert.NotNull(LoopThread.Current);
            await listener.UnbindAsync();
        });

        // By then the wait for the connection has begun, so that the loop continues it.
        await Task.Delay(100);
        using var client = await RawClient.ConnectAsync(listener.EndPoint);
        await unbound.OrTimeout("the listener to be unbound");
    }

    [Fact]
    public async Task EveryStepOfUnbindingFails_TheSocketIsClosed_AndAcceptingEnds()
    {
        await using var transport = new TransportUnderTest();
        var asked = 0;
        var listener = await BindFaultyAsync(transport, int.MaxValue, _ =>
        {
            asked++;
            throw new InvalidOperationException("the status");
        });
        var clients = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => RawClient.ConnectAsync(listener.EndPoint)));

        await listener.UnbindAsync();

        Assert.Equal(1, asked);
        await Assert.ThrowsAnyAsync<SocketException>(() => RawClient.ConnectAsync(listener.EndPoint));
        Assert.Null(await listener.AcceptAsync().OrTimeout("the end"));
        Assert.Equal(["AcceptFailed", "UnbindFailed"], transport.Logs.From("Aeronet", LogLevel.Error).Select(entry => entry.EventId.Name));
        Array.ForEach(clients, client => client.Dispose());
    }

    [Fact]
    public async Task ClientsGoOnConnecting_UnbindEnds()
    {
        const int TooMany = 300;
        var (transport, listener, release) = await BindWithoutAcceptingAsync(backlog: 8);
        await using (transport)
        {
            var accepted = 0;
            var clients = new List<Socket>();
            Connect();
            using (OnAccepted(transport, () =>
            {
                // Somebody else has taken its place in the queue.
                if (++accepted < TooMany)
                    Connect();
            }))
            {
                await listener.UnbindAsync();
            }

            release.Set();
            Assert.InRange(accepted, 1, 9);
            clients.ForEach(client => client.Dispose());

            void Connect()
            {
                var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                clients.Add(client);
                client.Connect(listener.EndPoint);
            }
        }
    }

    /// <summary>A listener that is not watched yet, and whose first connections find no memory pool.</summary>
    private static async Task<AeronetConnectionListener> BindFaultyAsync(TransportUnderTest transport, int failures, Action<AeronetConnectionListener> onUnbound)
    {
        await using (await transport.BindAsync())
        {
            var services = (TransportServices)typeof(AeronetConnectionListenerFactory).GetField("_services", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(transport.Factory)!;
            var endPoint = new IPEndPoint(IPAddress.Loopback, 0);
            var sockets = ListenSocket.Open(endPoint, services.Options, 1, services.Logger);
            return new AeronetConnectionListener(services with { Pools = new MissingPools(services.Pools, failures) }, sockets, sockets[0].LocalEndPoint!, static _ => false, onUnbound);
        }
    }

    private static int Descriptors() => Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();

    /// <summary>A listener whose only loop is inside the application, so that the kernel's queue fills.</summary>
    private static async Task<(TransportUnderTest Transport, Microsoft.AspNetCore.Connections.IConnectionListener Listener, ManualResetEventSlim Release)> BindWithoutAcceptingAsync(int backlog = 512)
    {
        var transport = new TransportUnderTest(options =>
        {
            options.EventLoops = 1;
            options.Dispatch = DispatchMode.Inline;
            options.Backlog = backlog;
        });
        var listener = await transport.BindAsync();
        var entered = new ManualResetEventSlim();
        var release = new ManualResetEventSlim();
        var (server, client) = await TransportUnderTest.ConnectAsync(listener);
        _ = BlockAsync();
        await client.SendAsync("x");
        Assert.True(entered.Wait(TaskTimeoutExtensions.DefaultTimeout));
        return (transport, listener, release);

        async Task BlockAsync()
        {
            // Not on the context of the test, but where the transport goes on.
            await server.Transport.Input.ReadAsync().ConfigureAwait(false);
            Assert.NotNull(LoopThread.Current);
            entered.Set();
            release.Wait(TaskTimeoutExtensions.DefaultTimeout);
            client.Dispose();
        }
    }

    private static MeterListener OnAccepted(TransportUnderTest transport, Action act)
    {
        var scope = transport.Services.GetRequiredService<IMeterFactory>();
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, scope) && instrument.Name == "aeronet.connections.accepted")
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => act());
        listener.Start();
        return listener;
    }

    private sealed class MissingPools(IReadOnlyList<BlockPool> inner, int failures) : IReadOnlyList<BlockPool>
    {
        private int _asked;

        public int Count => inner.Count;

        public BlockPool this[int index] =>
            Interlocked.Increment(ref _asked) <= failures ? throw new InvalidOperationException("no pool") : inner[index];

        public IEnumerator<BlockPool> GetEnumerator() => inner.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
