using System.Net.Sockets;
using Aeronet.AspNetCore.Functional.Tests.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Aeronet.AspNetCore.Functional.Tests.Endings;

/// <summary>What an application keeps of a connection past its end is of no use, and does no harm to another's.</summary>
public sealed class SocketTests
{
    [Theory]
    [BothTransports("dispose")]
    [BothTransports("abort")]
    [BothTransports("reset")]
    public async Task Socket_KeptPastTheEnd_ObjectDisposed_NoOtherConnectionIsTouched(TransportKind transport, string how)
    {
        var kept = AbortTests.Signal<IConnectionSocketFeature>();
        await using var host = await ConnectionFeatureTests.StartAsync(transport, async connection =>
        {
            var feature = connection.Features.Get<IConnectionSocketFeature>()!;
            if (kept.Task.IsCompleted)
            {
                await connection.Transport.Input.ReadAsync();
                return;
            }

            Assert.Equal(connection.RemoteEndPoint, feature.Socket.RemoteEndPoint);
            feature.Socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            await connection.Transport.Input.ReadAsync();
            kept.SetResult(feature);
            if (how == "abort")
                connection.Abort();
        });
        var first = await host.ConnectAsync();
        await first.SendAsync("x");
        var socket = (await kept.Task.OrTimeout("the feature")).Socket;
        if (how == "reset")
            first.Reset();
        await Eventually.HoldsAsync(() => host.Metrics.Count("kestrel.connection.duration") == 1, "the connection to end");

        // Those who come next get the descriptor number.
        var others = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => host.ConnectAsync()));
        await Task.Delay(100);
        Assert.Throws<ObjectDisposedException>(() => socket.Send("for somebody else"u8));
        Assert.Throws<ObjectDisposedException>(() => socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error));
        Assert.Throws<ObjectDisposedException>(() => socket.Shutdown(SocketShutdown.Both));
        Assert.ThrowsAny<ObjectDisposedException>(() => kept.Task.Result.Socket.Send("for somebody else"u8));

        await Task.Delay(50);
        Assert.All(others, other => Assert.Equal(0, other.Socket.Available));
        foreach (var other in others)
            other.Dispose();
        first.Dispose();
    }

    [Theory, BothTransports]
    public async Task Socket_OfAnEndedConnection_AskedForFirst_ObjectDisposed(TransportKind transport)
    {
        var kept = AbortTests.Signal<IConnectionSocketFeature>();
        await using var host = await ConnectionFeatureTests.StartAsync(transport, connection =>
        {
            kept.SetResult(connection.Features.Get<IConnectionSocketFeature>()!);
            return Task.CompletedTask;
        });
        using var client = await host.ConnectAsync();
        var feature = await kept.Task.OrTimeout("the feature");
        await Eventually.HoldsAsync(() => host.Metrics.Count("kestrel.connection.duration") == 1, "the connection to end");

        // Kestrel's own transport closes a moment after it is done with the connection.
        await Eventually.HoldsAsync(() => Record.Exception(() => feature.Socket.Available) is ObjectDisposedException, "the socket to be closed");
        Assert.ThrowsAny<ObjectDisposedException>(() => feature.Socket.Send("x"u8));
    }

    /// <summary>An application that asks for the socket keeps nothing open: the peer sees the end when the connection ends.</summary>
    [Theory, BothTransports]
    public async Task Socket_AskedFor_ConnectionEndsInOrderAllTheSame(TransportKind transport)
    {
        await using var host = await ConnectionFeatureTests.StartAsync(transport, async connection =>
        {
            _ = connection.Features.Get<IConnectionSocketFeature>()!.Socket.Available;
            await connection.Transport.Output.WriteAsync("bye"u8.ToArray());
        });
        using var client = await host.ConnectAsync();

        var (bytes, end) = await client.ReadToEndAsync();

        Assert.Equal("bye"u8.ToArray(), bytes);
        Assert.Equal(ConnectionEnd.Finished, end);
    }

    [Theory, BothTransports]
    public async Task ReaderAndWriter_KeptPastTheEnd_Refused(TransportKind transport)
    {
        var kept = AbortTests.Signal<System.IO.Pipelines.IDuplexPipe>();
        await using var host = await ConnectionFeatureTests.StartAsync(transport, async connection =>
        {
            await connection.Transport.Input.ReadAsync();
            kept.SetResult(connection.Transport);
        });
        using var client = await host.ConnectAsync();
        await client.SendAsync("unread");
        var pipe = await kept.Task.OrTimeout("the pipe");
        await Eventually.HoldsAsync(() => host.Metrics.Count("kestrel.connection.duration") == 1, "the connection to end");
        await Task.Delay(50);

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await pipe.Input.ReadAsync());
        Assert.Throws<InvalidOperationException>(() => pipe.Input.TryRead(out _));
        Assert.Throws<InvalidOperationException>(() => { pipe.Output.GetMemory(10); });
    }
}
