using System.Buffers.Binary;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aeronet.AspNetCore.Functional.Tests.Http2;

public sealed class Http2ConnectionTests
{
    private static readonly byte[] Preface = Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

    [Theory, BothTransports]
    public async Task Preface_OneByteAtATime_SettingsAndAcknowledgement(TransportKind transport)
    {
        await using var host = await Http2ClientTests.StartAsync(transport, _ => Task.CompletedTask);
        using var client = await host.ConnectAsync();

        await client.DribbleAsync(Encoding.Latin1.GetString([.. Preface, .. Frame(4, 0, 0)]));

        // The server's SETTINGS, then, sooner or later, its acknowledgement of the client's.
        var (type, flags, _) = await ReadFrameAsync(client);
        Assert.Equal((4, 0), (type, flags));
        while ((type, flags) != (4, 1))
            (type, flags, _) = await ReadFrameAsync(client);
    }

    [Theory, BothTransports]
    public async Task Ping_Many_AnsweredInOrder(TransportKind transport)
    {
        await using var host = await Http2ClientTests.StartAsync(transport, _ => Task.CompletedTask);
        using var client = await host.ConnectAsync();
        var bytes = new List<byte>([.. Preface, .. Frame(4, 0, 0)]);
        for (var i = 0; i < 50; i++)
        {
            var opaque = new byte[8];
            BinaryPrimitives.WriteInt64BigEndian(opaque, i);
            bytes.AddRange(Frame(6, 0, 0, opaque));
        }

        await client.SendAsync(bytes.ToArray());
        for (var expected = 0; expected < 50;)
        {
            var (type, flags, payload) = await ReadFrameAsync(client);
            if (type != 6)
                continue;

            Assert.Equal(1, flags);
            Assert.Equal(expected++, BinaryPrimitives.ReadInt64BigEndian(payload));
        }
    }

    [Theory, BothTransports]
    public async Task ProtocolError_ByTheClient_GoAwayThenEnd(TransportKind transport)
    {
        await using var host = await Http2ClientTests.StartAsync(transport, _ => Task.CompletedTask);
        using var client = await host.ConnectAsync();

        // DATA on stream 0 is a connection error of type PROTOCOL_ERROR (RFC 9113, section 6.1).
        await client.SendAsync((byte[])[.. Preface, .. Frame(4, 0, 0), .. Frame(0, 0, 0, 1, 2, 3)]);
        byte[] goAway;
        for (; ; )
        {
            var (type, _, payload) = await ReadFrameAsync(client);
            if (type == 7)
            {
                goAway = payload;
                break;
            }
        }

        Assert.Equal(1, BinaryPrimitives.ReadInt32BigEndian(goAway.AsSpan(4)));
        await client.ReadToEndAsync();
    }

    [Theory, BothTransports]
    public async Task Http1Request_OnAnHttp2Endpoint_Refused(TransportKind transport)
    {
        await using var host = await Http2ClientTests.StartAsync(transport, _ => Task.CompletedTask);
        using var client = await host.ConnectAsync();

        await client.SendGetAsync();
        var (bytes, _) = await client.ReadToEndAsync();

        Assert.Contains("HTTP/1.x request was sent to an HTTP/2 only endpoint", Encoding.ASCII.GetString(bytes), StringComparison.Ordinal);
    }

    [Theory, BothTransports]
    public async Task WebSocket_ExtendedConnect_Echoed(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            Listen = listen => listen.Protocols = HttpProtocols.Http2,
            App = app =>
            {
                app.UseWebSockets();
                app.Run(async context =>
                {
                    using var socket = await context.WebSockets.AcceptWebSocketAsync();
                    var buffer = new byte[100];
                    var result = await socket.ReceiveAsync(buffer.AsMemory(), default);
                    await socket.SendAsync(buffer.AsMemory(0, result.Count), WebSocketMessageType.Text, true, default);
                    await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, context.Request.Protocol, default);
                });
            },
        });
        using var invoker = new HttpMessageInvoker(KestrelHost.CreateHttpHandler());
        using var client = new ClientWebSocket();
        client.Options.HttpVersion = HttpVersion.Version20;
        client.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        await client.ConnectAsync(new Uri($"ws://127.0.0.1:{host.Port}/"), invoker, default).OrTimeout("the handshake");

        await client.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, default);
        var buffer = new byte[100];
        var received = await client.ReceiveAsync(buffer.AsMemory(), default).OrTimeout("the echo");
        Assert.Equal("hello", Encoding.UTF8.GetString(buffer, 0, received.Count));
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default).OrTimeout("the close handshake");

        Assert.Equal("HTTP/2", client.CloseStatusDescription);
    }

    private static byte[] Frame(byte type, byte flags, int stream, params byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        return frame;
    }

    private static async Task<(int Type, int Flags, byte[] Payload)> ReadFrameAsync(RawClient client)
    {
        var head = await client.ReadExactlyAsync(9);
        var length = BinaryPrimitives.ReadInt32BigEndian(head) >>> 8;
        return (head[3], head[4], await client.ReadExactlyAsync(length));
    }
}
