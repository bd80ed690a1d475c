using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.WebSockets;
using Aeronet.AspNetCore.Stress.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Stress.Tests.Protocols;

/// <summary>A message of one WebSocket goes out on hundreds of others, from the thread that received it.</summary>
public sealed class BroadcastTests
{
    private const int Listeners = 200;
    private const int Messages = 100;

    // Messages of one segment, and messages that fill the output's buffer.
    [Theory]
    [InlineData(1, 100)]
    [InlineData(2, 100)]
    [InlineData(2, 20_000)]
    public async Task Broadcast_ToHundredsOfConnections_EachGetsEveryMessageInOrder(int loops, int messageLength)
    {
        var room = new ConcurrentDictionary<WebSocket, bool>();
        await using var server = await StressServer.StartAsync(loops, new KestrelHostOptions
        {
            App = app =>
            {
                app.UseWebSockets();
                app.Run(context => ServeAsync(context, room));
            },
        });
        var start = Stopwatch.GetTimestamp();
        var listening = Enumerable.Range(0, Listeners).Select(_ => ListenAsync(server, messageLength)).ToArray();
        await Eventually.HoldsAsync(() => room.Count == Listeners, "the listeners", () => $"There are {room.Count}.");

        using (var speaker = await ConnectAsync(server, "/speak"))
        {
            for (var i = 0; i < Messages; i++)
                await speaker.SendAsync(MessageOf(i, messageLength), WebSocketMessageType.Binary, true, CancellationToken.None).OrTimeout("the message to be sent");

            await Task.WhenAll(listening).OrTimeout("the listeners", TimeSpan.FromMinutes(2));
            await speaker.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).OrTimeout("the speaker to close");
        }

        Report.Line($"{Messages} messages to {Listeners} in {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s, {server.HandOffs} hand-offs");
        await server.StopCleanlyAsync();
    }

    private static async Task ServeAsync(HttpContext context, ConcurrentDictionary<WebSocket, bool> room)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var isListener = context.Request.Path == "/listen";
        if (isListener)
            room[socket] = true;

        var buffer = new byte[64 * 1024];
        while (true)
        {
            var length = 0;
            ValueWebSocketReceiveResult received;
            do
            {
                received = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                length += received.Count;
            }
            while (!received.EndOfMessage);

            if (received.MessageType == WebSocketMessageType.Close)
                break;

            await Task.WhenAll(room.Keys.Select(
                listener => listener.SendAsync(buffer.AsMemory(0, length), WebSocketMessageType.Binary, true, CancellationToken.None).AsTask()));
        }

        room.TryRemove(socket, out _);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
    }

    private static async Task ListenAsync(StressServer server, int messageLength)
    {
        using var socket = await ConnectAsync(server, "/listen");
        var buffer = new byte[messageLength + 1];
        for (var i = 0; i < Messages; i++)
        {
            var length = 0;
            ValueWebSocketReceiveResult received;
            do
            {
                received = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                length += received.Count;
            }
            while (!received.EndOfMessage);

            Assert.True(buffer.AsSpan(0, length).SequenceEqual(MessageOf(i, messageLength)), $"Message {i} is not what was sent.");
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
    }

    private static async Task<ClientWebSocket> ConnectAsync(StressServer server, string path)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{server.EndPoint}{path}"), CancellationToken.None).OrTimeout("the WebSocket to connect");
        return socket;
    }

    private static byte[] MessageOf(int index, int length) => Pattern.Bytes(length, index * 7919L);
}
