using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Soak.Loads;

/// <summary>Clients that vanish: in a handshake, in a request, in an answer, each with a reset.</summary>
internal sealed class AbortLoad(Uri http, Uri https, int clients, TimeSpan rest) : ILoad
{
    public string Name => "aborts";

    public int Clients => clients;

    public TimeSpan Rest => rest;

    public async Task RunAsync(CancellationToken cancellation)
    {
        var secure = Random.Shared.Next(2) == 0;
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(true, 0) };
        await socket.ConnectAsync(http.Host, (secure ? https : http).Port, cancellation);
        await using var stream = new NetworkStream(socket);
        switch (Random.Shared.Next(3))
        {
            case 0:
                await stream.WriteAsync(secure ? (byte[])[22, 3, 1, 2, 0, 1] : "GET / HT"u8.ToArray(), cancellation);
                break;
            case 1:
                await SendAsync("POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nonly this");
                break;
            default:
                await SendAsync($"GET /files/{Site.Large} HTTP/1.1\r\nHost: localhost\r\n\r\n");
                await stream.ReadExactlyAsync(new byte[Random.Shared.Next(1, 100_000)], cancellation);
                break;
        }

        async Task SendAsync(string request)
        {
            if (!secure)
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes(request), cancellation);
                return;
            }

            // Left undisposed: it would say goodbye.
            var tls = new SslStream(stream, leaveInnerStreamOpen: true, Trust.Accept);
            await tls.AuthenticateAsClientAsync(https.Host);
            await tls.WriteAsync(Encoding.ASCII.GetBytes(request), cancellation);
        }
    }

    public ValueTask DisposeAsync() => default;
}
