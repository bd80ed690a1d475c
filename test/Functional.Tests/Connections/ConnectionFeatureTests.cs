using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Functional.Tests.Connections;

public sealed class ConnectionFeatureTests
{
    [Theory, BothTransports]
    public async Task ConnectionId_OfManyConnections_KestrelsFormAndUnique(TransportKind transport)
    {
        var ids = new ConcurrentBag<string>();
        await using var host = await KestrelHost.StartAsync(transport, context =>
        {
            ids.Add(context.Features.Get<IConnectionIdFeature>()?.ConnectionId ?? context.Connection.Id);
            return context.Response.WriteAsync(context.TraceIdentifier);
        });

        await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
        {
            using var client = await host.ConnectAsync();
            // The trace identifier of a request is its connection's id and a number.
            Assert.Matches("^[0-9A-V]{13}:00000001$", (await client.GetAsync()).Text);
            Assert.Matches("^[0-9A-V]{13}:00000002$", (await client.GetAsync()).Text);
        }));

        Assert.Equal(50, ids.Distinct().Count());
    }

    [Theory, BothTransports]
    public async Task Features_OfAConnection_TheUsualOnes(TransportKind transport)
    {
        await using var host = await StartAsync(transport, connection =>
        {
            Assert.Equal(connection.ConnectionId, connection.Features.Get<IConnectionIdFeature>()!.ConnectionId);
            Assert.Same(connection.Transport, connection.Features.Get<IConnectionTransportFeature>()!.Transport);
            Assert.Equal(connection.ConnectionClosed, connection.Features.Get<IConnectionLifetimeFeature>()!.ConnectionClosed);
            Assert.NotNull(connection.Features.Get<IConnectionItemsFeature>());
            Assert.NotNull(connection.Features.Get<IMemoryPoolFeature>());
            Assert.NotNull(connection.Features.Get<IConnectionSocketFeature>());
            Assert.NotNull(connection.Features.Get<IConnectionHeartbeatFeature>());
            Assert.NotNull(connection.Features.Get<IConnectionLifetimeNotificationFeature>());
            Assert.NotNull(connection.Features.Get<IConnectionCompleteFeature>());
            Assert.NotNull(connection.Features.Get<IConnectionMetricsTagsFeature>());
            return Task.CompletedTask;
        });

        await RunAsync(host);
    }

    [Theory, BothTransports]
    public async Task Features_SetByMiddleware_SeenByTheHandler(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            Listen = listen =>
            {
                listen.Use(next => connection =>
                {
                    connection.Features.Set("a feature of its own");
                    connection.Features.Set<IConnectionIdFeature>(new FixedId("renamed"));
                    return next(connection);
                });
                listen.Run(Checked(connection =>
                {
                    Assert.Equal("a feature of its own", connection.Features.Get<string>());
                    Assert.Equal("renamed", connection.Features.Get<IConnectionIdFeature>()!.ConnectionId);
                    connection.Features.Set<string>(null);
                    Assert.Null(connection.Features.Get<string>());
                    Assert.Contains(connection.Features, f => f.Key == typeof(IConnectionLifetimeFeature));
                    return Task.CompletedTask;
                }));
            },
        });

        await RunAsync(host);
    }

    [Theory, BothTransports]
    public async Task Items_SetByMiddleware_SeenByTheHandler(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            Listen = listen =>
            {
                listen.Use(next => connection =>
                {
                    connection.Items["key"] = "value";
                    return next(connection);
                });
                listen.Run(Checked(connection =>
                {
                    var items = connection.Features.Get<IConnectionItemsFeature>()!.Items;
                    Assert.Equal("value", items["key"]);
                    connection.Items = new Dictionary<object, object?> { ["other"] = 1 };
                    Assert.Equal(1, connection.Items["other"]);
                    return Task.CompletedTask;
                }));
            },
        });

        await RunAsync(host);
    }

    [Theory, BothTransports]
    public async Task MemoryPool_OfTheConnection_RentsBlocks(TransportKind transport)
    {
        await using var host = await StartAsync(transport, connection =>
        {
            var pool = connection.Features.Get<IMemoryPoolFeature>()!.MemoryPool;
            Assert.Equal(4096, pool.MaxBufferSize);
            using var block = pool.Rent(100);
            Assert.InRange(block.Memory.Length, 100, 4096);
            return Task.CompletedTask;
        });

        await RunAsync(host);
    }

    [Theory, BothTransports]
    public async Task Socket_OfTheConnection_EndpointsAndOptionsReadable(TransportKind transport)
    {
        await using var host = await StartAsync(transport, async connection =>
        {
            var socket = connection.Features.Get<IConnectionSocketFeature>()!.Socket;
            Assert.Same(socket, connection.Features.Get<IConnectionSocketFeature>()!.Socket);
            Assert.Equal(connection.LocalEndPoint, socket.LocalEndPoint);
            Assert.Equal(connection.RemoteEndPoint, socket.RemoteEndPoint);
            Assert.Equal(AddressFamily.InterNetwork, socket.AddressFamily);
            Assert.True(socket.NoDelay);
            Assert.Equal((int)SocketType.Stream, socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Type));
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.NoDelay, false);
            Assert.False(socket.NoDelay);

            // The connection still works after someone looked at its socket.
            await connection.Transport.Output.WriteAsync("fine"u8.ToArray());
        });

        Assert.Equal("fine", await RunAsync(host));
    }

    [Theory, BothTransports]
    public async Task Endpoints_OfTheHttpContext_AreTheSockets(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, context =>
        {
            var connection = context.Connection;
            return context.Response.WriteAsync(
                $"{connection.LocalIpAddress}:{connection.LocalPort} {connection.RemoteIpAddress}:{connection.RemotePort}");
        });
        using var client = await host.ConnectAsync();

        Assert.Equal($"{client.Socket.RemoteEndPoint} {client.Socket.LocalEndPoint}", (await client.GetAsync()).Text);
    }

    internal static Task<KestrelHost> StartAsync(TransportKind transport, Func<ConnectionContext, Task> handler)
        => KestrelHost.StartAsync(transport, new KestrelHostOptions { Listen = listen => listen.Run(Checked(handler)) });

    // What an assertion in a connection handler says would end in Kestrel's log: hand it to the client.
    private static Func<ConnectionContext, Task> Checked(Func<ConnectionContext, Task> handler)
        => async connection =>
        {
            if (await Record.ExceptionAsync(() => handler(connection)) is { } e)
                await connection.Transport.Output.WriteAsync(System.Text.Encoding.UTF8.GetBytes($"FAILED: {e}"));
        };

    private static async Task<string> RunAsync(KestrelHost host)
    {
        using var client = await host.ConnectAsync();
        var (bytes, end) = await client.ReadToEndAsync();
        var text = System.Text.Encoding.UTF8.GetString(bytes);
        Assert.DoesNotContain("FAILED", text, StringComparison.Ordinal);
        Assert.Equal(ConnectionEnd.Finished, end);
        return text;
    }

    private sealed class FixedId(string id) : IConnectionIdFeature
    {
        public string ConnectionId { get; set; } = id;
    }
}
