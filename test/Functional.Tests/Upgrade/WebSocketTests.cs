using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;

namespace Aeronet.AspNetCore.Functional.Tests.Upgrade;

public sealed class WebSocketTests
{
    [Theory, BothTransports]
    public async Task Text_SmallMessages_Echoed(TransportKind transport)
    {
        await using var host = await StartAsync(transport, EchoAsync);
        using var socket = await ConnectAsync(host);

        for (var i = 0; i < 200; i++)
        {
            await SendTextAsync(socket, $"message {i}");
            var (type, bytes) = await ReceiveAsync(socket);
            Assert.Equal(WebSocketMessageType.Text, type);
            Assert.Equal($"message {i}", Encoding.UTF8.GetString(bytes));
        }
    }

    [Theory]
    [BothTransports(0)]
    [BothTransports(125)]
    [BothTransports(126)]
    [BothTransports(65536)]
    [BothTransports(1024 * 1024)]
    public async Task Binary_AnySize_Echoed(TransportKind transport, int size)
    {
        await using var host = await StartAsync(transport, EchoAsync);
        using var socket = await ConnectAsync(host);

        for (var i = 0; i < 2; i++)
        {
            var sending = socket.SendAsync(Pattern.Bytes(size), WebSocketMessageType.Binary, true, default);
            var (type, bytes) = await ReceiveAsync(socket);
            await sending.OrTimeout("the message to be sent");

            Assert.Equal(WebSocketMessageType.Binary, type);
            Assert.Equal(size, bytes.Length);
            Assert.Equal(-1, Pattern.FindMismatch(bytes));
        }
    }

    [Theory, BothTransports]
    public async Task ServerPush_WithoutAnyClientMessage_Arrives(TransportKind transport)
    {
        await using var host = await StartAsync(transport, async socket =>
        {
            for (var i = 0; i < 50; i++)
            {
                await SendTextAsync(socket, $"push {i}");
                await Task.Yield();
            }

            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", default);
        });
        using var socket = await ConnectAsync(host);

        for (var i = 0; i < 50; i++)
            Assert.Equal($"push {i}", Encoding.UTF8.GetString((await ReceiveAsync(socket)).Bytes));

        Assert.Equal(WebSocketMessageType.Close, (await ReceiveAsync(socket)).Type);
        Assert.Equal("done", socket.CloseStatusDescription);
    }

    [Theory, BothTransports]
    public async Task Ping_ByTheServerWithTimeout_ConnectionLives(TransportKind transport)
    {
        await using var host = await StartAsync(transport, EchoAsync, new WebSocketOptions
        {
            KeepAliveInterval = TimeSpan.FromMilliseconds(50),
            KeepAliveTimeout = TimeSpan.FromMinutes(1),
        });
        using var socket = await ConnectAsync(host);

        // A client answers pings only while it receives.
        var receiving = ReceiveAsync(socket);
        await Task.Delay(300);
        await SendTextAsync(socket, "still here");

        Assert.Equal("still here", Encoding.UTF8.GetString((await receiving).Bytes));
    }

    [Theory, BothTransports]
    public async Task Ping_ClientDoesNotAnswer_ServerEndsTheConnection(TransportKind transport)
    {
        var ended = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var options = new WebSocketOptions
        {
            KeepAliveInterval = TimeSpan.FromMilliseconds(50),
            KeepAliveTimeout = TimeSpan.FromMilliseconds(200),
        };
        await using var host = await StartAsync(
            transport,
            async socket => ended.SetResult(await Record.ExceptionAsync(() => EchoAsync(socket))),
            options);
        using var client = await host.ConnectAsync();

        await client.SendAsync(
            "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        Assert.Equal(101, (await client.ReadResponseHeadAsync()).StatusCode);

        Assert.NotNull(await ended.Task.OrTimeout("the server to give up"));
        await client.ReadToEndAsync();
    }

    [Theory, BothTransports]
    public async Task CloseHandshake_ByTheClient_BothSidesClosed(TransportKind transport)
    {
        var status = new TaskCompletionSource<WebSocketCloseStatus?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await StartAsync(transport, async socket =>
        {
            await EchoAsync(socket);
            status.SetResult(socket.CloseStatus);
        });
        using var socket = await ConnectAsync(host);

        await SendTextAsync(socket, "x");
        await ReceiveAsync(socket);
        await socket.CloseAsync(WebSocketCloseStatus.EndpointUnavailable, "bye", default).OrTimeout("the close handshake");

        Assert.Equal(WebSocketState.Closed, socket.State);
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, await status.Task.OrTimeout("the handler"));
    }

    [Theory]
    [BothTransports(false)]
    [BothTransports(true)]
    public async Task ClientVanishes_WhileTheServerReceives_ReceiveThrows(TransportKind transport, bool reset)
    {
        var ended = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await StartAsync(
            transport,
            async socket => ended.SetResult(await Record.ExceptionAsync(() => EchoAsync(socket))));
        using var client = await host.ConnectAsync();

        await client.SendAsync(
            "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        var response = await client.ReadResponseHeadAsync();
        Assert.Equal("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", response["Sec-WebSocket-Accept"]);
        if (reset)
            client.Reset();
        else
            client.Dispose();

        Assert.NotNull(await ended.Task.OrTimeout("the receive to end"));
    }

    [Theory, BothTransports]
    public async Task Sockets_ManyAtOnce_EachEchoed(TransportKind transport)
    {
        await using var host = await StartAsync(transport, EchoAsync);

        await Task.WhenAll(Enumerable.Range(0, 30).Select(async i =>
        {
            using var socket = await ConnectAsync(host);
            for (var n = 0; n < 20; n++)
            {
                await SendTextAsync(socket, $"{i}/{n}");
                Assert.Equal($"{i}/{n}", Encoding.UTF8.GetString((await ReceiveAsync(socket)).Bytes));
            }

            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default).OrTimeout("the close handshake");
        }));
    }

    private static Task<KestrelHost> StartAsync(TransportKind transport, Func<WebSocket, Task> handler, WebSocketOptions? options = null)
        => KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            App = app =>
            {
                app.UseWebSockets(options ?? new WebSocketOptions());
                app.Run(async context =>
                {
                    using var socket = await context.WebSockets.AcceptWebSocketAsync();
                    await handler(socket);
                });
            },
        });

    private static async Task<ClientWebSocket> ConnectAsync(KestrelHost host)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{host.Port}/"), default).OrTimeout("the handshake");
        return socket;
    }

    private static async Task EchoAsync(WebSocket socket)
    {
        var buffer = new byte[8 * 1024];
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer.AsMemory(), default);
            if (result.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default);
                return;
            }

            await socket.SendAsync(buffer.AsMemory(0, result.Count), result.MessageType, result.EndOfMessage, default);
        }
    }

    private static Task SendTextAsync(WebSocket socket, string text)
        => socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, default).OrTimeout($"'{text}' to be sent");

    private static async Task<(WebSocketMessageType Type, byte[] Bytes)> ReceiveAsync(WebSocket socket)
    {
        using var message = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer.AsMemory(), default).OrTimeout("a message");
            message.Write(buffer, 0, result.Count);
            if (result.EndOfMessage)
                return (result.MessageType, message.ToArray());
        }
    }
}
