using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Aeronet.AspNetCore.Transport.EventLoop;
using Aeronet.AspNetCore.Transport.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Tests.Contract;

/// <summary>What goes wrong while a connection is being made costs that connection alone, and no descriptor.</summary>
public sealed class AcceptFaultTests
{
    [Fact]
    public async Task StrangeCodeThrows_ClientsAreClosed_LoggedOnce_AndTheNextIsServed()
    {
        await using var transport = new TransportUnderTest();
        var listener = await transport.BindAsync();
        using (OnAccepted(transport, () => throw new InvalidOperationException("the application's listener")))
        {
            for (var i = 0; i < 20; i++)
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
        }

        var error = Assert.Single(transport.Logs.From("Aeronet", LogLevel.Error));
        Assert.Equal("AcceptFailed", error.EventId.Name);
        Assert.Equal("the application's listener", error.Exception?.Message);
        var (server, last) = await TransportUnderTest.ConnectAsync(listener);
        using (last)
            await server.DisposeAsync();
    }

    [Fact]
    public async Task StrangeCodeThrowsAtUnbind_TheSocketIsClosed_AndAcceptingEnds()
    {
        var (transport, listener, release) = await BindWithoutAcceptingAsync();
        await using (transport)
        {
            var clients = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => RawClient.ConnectAsync(listener.EndPoint)));
            using (OnAccepted(transport, () => throw new InvalidOperationException("the application's listener")))
                await listener.UnbindAsync();

            release.Set();
            await Assert.ThrowsAnyAsync<SocketException>(() => RawClient.ConnectAsync(listener.EndPoint));
            Assert.Null(await listener.AcceptAsync().OrTimeout("the end"));
            Array.ForEach(clients, client => client.Dispose());
        }
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
}
