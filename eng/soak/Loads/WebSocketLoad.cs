using System.Net.WebSockets;
using System.Security.Cryptography;

namespace Soak.Loads;

/// <summary>A WebSocket that is opened, echoes some messages and closes.</summary>
internal sealed class WebSocketLoad(Uri address, int clients, TimeSpan rest) : ILoad
{
    private const int Messages = 20;

    public string Name => "WebSocket";

    public int Clients => clients;

    public TimeSpan Rest => rest;

    public async Task RunAsync(CancellationToken cancellation)
    {
        using var socket = new ClientWebSocket();
        socket.Options.RemoteCertificateValidationCallback = Trust.Accept;
        await socket.ConnectAsync(address, cancellation);
        var back = new byte[8192];
        for (var i = 0; i < Messages; i++)
        {
            var message = RandomNumberGenerator.GetBytes(Random.Shared.Next(1, 4096));
            await socket.SendAsync(message.AsMemory(), WebSocketMessageType.Binary, true, cancellation);
            var length = 0;
            ValueWebSocketReceiveResult received;
            do
            {
                received = await socket.ReceiveAsync(back.AsMemory(length), cancellation);
                length += received.Count;
            }
            while (!received.EndOfMessage);

            if (!back.AsSpan(0, length).SequenceEqual(message))
                throw new WrongAnswerException($"of a message of {message.Length} bytes another came back");
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, cancellation);
    }

    public ValueTask DisposeAsync() => default;
}
