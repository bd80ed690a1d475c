using System.Net;
using System.Net.Sockets;
using Aeronet.AspNetCore.Transport.EventLoop;
using Aeronet.AspNetCore.Transport.Tests.Support;
using Microsoft.AspNetCore.Connections;

namespace Aeronet.AspNetCore.Transport.Tests.Contract;

/// <summary>What Kestrel's accept loop relies on: an exception would end it for good, null is the clean end.</summary>
public sealed class AcceptTests
{
    private const int ReadyLimit = 1024;

    [Fact]
    public async Task AcceptAsync_AfterUnbind_NullForEver()
    {
        await using var transport = new TransportUnderTest();
        var listener = await transport.BindAsync();
        var pending = listener.AcceptAsync().AsTask();
        Assert.False(pending.IsCompleted);

        await listener.UnbindAsync().OrTimeout("unbinding");

        Assert.Null(await pending.OrTimeout("the pending accept"));
        Assert.Null(await listener.AcceptAsync().OrTimeout("a later accept"));
        await listener.UnbindAsync().OrTimeout("unbinding again");
        await listener.DisposeAsync().OrTimeout("disposing");
        await listener.DisposeAsync().OrTimeout("disposing again");
        Assert.Null(await listener.AcceptAsync().OrTimeout("an accept after disposing"));
    }

    [Fact]
    public async Task AcceptAsync_ClientsConnectedBeforeUnbind_AreStillHandedOver()
    {
        await using var transport = new TransportUnderTest();
        var listener = await transport.BindAsync();
        var clients = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => RawClient.ConnectAsync(listener.EndPoint)));

        await listener.UnbindAsync();

        await ServeAllAsync(listener, clients);
        await Assert.ThrowsAnyAsync<SocketException>(() => RawClient.ConnectAsync(listener.EndPoint));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AcceptAsync_ClientsInTheKernelsQueueAtUnbind_AreStillHandedOver(bool reusePort)
    {
        // The only loop is inside the application, so that nobody accepts.
        await using var transport = new TransportUnderTest(options =>
        {
            options.EventLoops = 1;
            options.Dispatch = DispatchMode.Inline;
            options.ReusePort = reusePort;
        });
        var listener = await transport.BindAsync();
        using var entered = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var (server, first) = await TransportUnderTest.ConnectAsync(listener);
        var blocked = BlockLoopAsync(server, entered, release);
        await first.SendAsync("x");
        Assert.True(entered.Wait(TaskTimeoutExtensions.DefaultTimeout));
        var clients = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => RawClient.ConnectAsync(listener.EndPoint)));

        await listener.UnbindAsync().OrTimeout("unbinding");
        release.Set();

        await ServeAllAsync(listener, clients);
        await blocked.OrTimeout("the blocked handler");
        first.Dispose();
    }

    [Fact]
    public async Task AcceptAsync_TokenCanceled_ThrowsAndTheNextConnectionIsNotLost()
    {
        await using var transport = new TransportUnderTest();
        var listener = await transport.BindAsync();
        for (var i = 0; i < 3; i++)
        {
            using var cancellation = new CancellationTokenSource(20);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => listener.AcceptAsync(cancellation.Token).OrTimeout("the canceled accept"));
        }

        var clients = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => RawClient.ConnectAsync(listener.EndPoint)));
        await Eventually.HoldsAsync(() => transport.Metrics.Total("aeronet.connections.accepted") == 3, "three connections");
        await listener.UnbindAsync();
        await ServeAllAsync(listener, clients);
    }

    [Fact]
    public async Task NobodyAccepts_ReadyQueueIsBounded_AndTheRestIsServedLater()
    {
        const int Clients = 1300;
        await using var transport = new TransportUnderTest();
        var listener = await transport.BindAsync();
        using var crowd = new Crowd(listener.EndPoint, Clients);
        await Eventually.HoldsAsync(() => transport.Metrics.Total("aeronet.connections.accepted") >= ReadyLimit, "the queue to fill", transport.Metrics.ToString);
        await Task.Delay(250);

        Assert.InRange(transport.Metrics.Total("aeronet.connections.accepted"), ReadyLimit, ReadyLimit + Environment.ProcessorCount);
        Assert.Equal(0, transport.Metrics.Total("aeronet.accept.pauses"));

        for (var i = 0; i < Clients; i++)
            Assert.NotNull(await listener.AcceptAsync().OrTimeout($"connection {i}"));
    }

    [Fact]
    public async Task Unbind_ReadyQueueIsFull_ClientsInTheKernelsQueueAreStillHandedOver()
    {
        const int Clients = 1200;
        await using var transport = new TransportUnderTest();
        var listener = await transport.BindAsync();
        using var crowd = new Crowd(listener.EndPoint, Clients);
        await Eventually.HoldsAsync(() => transport.Metrics.Total("aeronet.connections.accepted") >= ReadyLimit, "the queue to fill", transport.Metrics.ToString);

        await listener.UnbindAsync();

        var accepted = 0;
        while (await listener.AcceptAsync().OrTimeout("a connection") is not null)
            accepted++;

        Assert.Equal(Clients, accepted);
    }

    [Fact]
    public async Task DisposeAsync_ConnectionsNobodyTook_AreEnded()
    {
        await using var transport = new TransportUnderTest();
        var listener = await transport.BindAsync();
        var clients = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => RawClient.ConnectAsync(listener.EndPoint)));
        await Eventually.HoldsAsync(() => transport.Metrics.Total("aeronet.connections.open") == 10, "ten connections", transport.Metrics.ToString);

        await listener.DisposeAsync().OrTimeout("disposing");

        Assert.Equal(0, transport.Metrics.Total("aeronet.connections.open"));
        foreach (var client in clients)
        {
            Assert.Equal(ConnectionEnd.Reset, (await client.ReadToEndAsync()).End);
            client.Dispose();
        }
    }

    [Fact]
    public async Task DisposeAsync_ConnectionsThatWereTaken_LiveOn()
    {
        await using var transport = new TransportUnderTest();
        var listener = await transport.BindAsync();
        var (server, client) = await TransportUnderTest.ConnectAsync(listener);
        using (client)
        {
            await listener.DisposeAsync().OrTimeout("disposing");

            await client.SendAsync("still here");
            var read = await server.Transport.Input.ReadAsync().OrTimeout("a read");
            await server.Transport.Output.WriteAsync(read.Buffer.First).OrTimeout("a write");
            Assert.Equal("still here", await client.ReadUntilAsync("here"));
            await server.DisposeAsync().OrTimeout("the connection");
        }
    }

    [Fact]
    public async Task ClientResetBeforeItWasAccepted_AcceptingGoesOn()
    {
        await using var transport = new TransportUnderTest();
        var listener = await transport.BindAsync();
        for (var i = 0; i < 50; i++)
            (await RawClient.ConnectAsync(listener.EndPoint)).Reset();

        using var last = await RawClient.ConnectAsync(listener.EndPoint);
        var port = ((IPEndPoint)last.Socket.LocalEndPoint!).Port;
        ConnectionContext? accepted;
        do
        {
            accepted = await listener.AcceptAsync().OrTimeout("the last client's connection");
        }
        while (((IPEndPoint)accepted!.RemoteEndPoint!).Port != port);
    }

    private static async Task BlockLoopAsync(ConnectionContext server, ManualResetEventSlim entered, ManualResetEventSlim release)
    {
        // Not on the context of the test, but where the transport goes on.
        await server.Transport.Input.ReadAsync().ConfigureAwait(false);
        Assert.NotNull(LoopThread.Current);
        entered.Set();
        release.Wait(TaskTimeoutExtensions.DefaultTimeout);
    }

    /// <summary>Accepts as many connections as there are clients and one null, and answers each.</summary>
    private static async Task ServeAllAsync(IConnectionListener listener, RawClient[] clients)
    {
        foreach (var client in clients)
            await client.SendAsync("?");

        for (var i = 0; i < clients.Length; i++)
        {
            var connection = await listener.AcceptAsync().OrTimeout($"connection {i}");
            Assert.NotNull(connection);
            await connection.Transport.Input.ReadAsync().OrTimeout("its question");
            await connection.Transport.Output.WriteAsync("!"u8.ToArray());
            await connection.DisposeAsync();
        }

        Assert.Null(await listener.AcceptAsync().OrTimeout("the end"));
        foreach (var client in clients)
        {
            var (bytes, _) = await client.ReadToEndAsync();
            Assert.Equal("!"u8, bytes);
            client.Dispose();
        }
    }

    /// <summary>Many connected clients.</summary>
    private sealed class Crowd : IDisposable
    {
        private readonly Socket[] _sockets;

        internal Crowd(EndPoint server, int count)
        {
            _sockets = new Socket[count];
            for (var i = 0; i < count; i++)
            {
                _sockets[i] = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                _sockets[i].Connect(server);
            }
        }

        public void Dispose() => Array.ForEach(_sockets, socket => socket.Dispose());
    }
}
