using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Aeronet.AspNetCore.Stress.Tests.Support;

namespace Aeronet.AspNetCore.Stress.Tests.Tls;

/// <summary>
/// Opens TLS connections one after another and ends each at another point: before, in and after the ClientHello, between the
/// flights, after the handshake, in a request, by FIN, RST, half-close, garbage or in order.
/// </summary>
internal sealed class HandshakeChurnWorker(IPEndPoint server, int seed) : IDisposable
{
    /// <summary>How many are kept waiting in the middle of a handshake.</summary>
    private const int StalledOnes = 20;

    private static readonly byte[][] s_hellos = [Hello.Of(SslProtocols.Tls12), Hello.Of(SslProtocols.Tls13)];

    private static readonly SslClientAuthenticationOptions[] s_clients =
    [
        TlsParties.Client(SslProtocols.Tls12, resumes: false),
        TlsParties.Client(SslProtocols.Tls13, resumes: false),
        TlsParties.Client(SslProtocols.Tls12),
        TlsParties.Client(SslProtocols.Tls13),
    ];

    private readonly Random _random = new(seed);
    private readonly Queue<Socket> _stalled = new();
    private readonly byte[] _buffer = new byte[16 * 1024];

    /// <summary>Handshakes the client saw complete.</summary>
    internal int Completed { get; private set; }

    internal void Run(int connections)
    {
        for (var i = 0; i < connections; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 60_000, SendTimeout = 60_000 };
            try
            {
                socket.Connect(server);
                if (_random.Next(2) == 0)
                    BreakHandshake(socket);
                else
                    BreakSession(socket);
            }
            catch (Exception end) when (end is SocketException or IOException or AuthenticationException)
            {
                // The server may see its end first.
                if (end is SocketException { SocketErrorCode: SocketError.TimedOut } or { InnerException: SocketException { SocketErrorCode: SocketError.TimedOut } })
                    throw;
            }

            if (!_stalled.Contains(socket))
                socket.Dispose();
        }
    }

    public void Dispose()
    {
        foreach (var socket in _stalled)
            socket.Dispose();
    }

    private void BreakHandshake(Socket socket)
    {
        var hello = s_hellos[_random.Next(s_hellos.Length)];
        var cut = _random.Next(hello.Length);
        switch (_random.Next(10))
        {
            case 0:
                break;
            case 1:
                socket.Send(hello.AsSpan(0, cut));
                break;
            case 2:
                foreach (var octet in hello.AsSpan(0, Math.Min(cut, 64)))
                    socket.Send([octet]);

                break;
            case 3:
                socket.Send(hello);
                break;
            case 4:
                socket.Send(hello);
                socket.Receive(_buffer);
                break;
            case 5:
                socket.Send(hello);
                socket.Receive(_buffer);
                socket.Send(Garbage());
                break;
            case 6:
                var broken = hello.ToArray();
                broken[cut] ^= (byte)_random.Next(1, 256);
                socket.Send(broken);
                break;
            case 7:
                socket.Send(Garbage());
                break;
            case 8:
                socket.Send(hello);
                socket.Send([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28]); // fatal, handshake_failure
                break;
            case 9:
                socket.Send(hello.AsSpan(0, cut));
                Stall(socket);
                return;
        }

        End(socket);
    }

    private void BreakSession(Socket socket)
    {
        // The stream does not own the socket: how it ends is chosen here.
        using var tls = new SslStream(new NetworkStream(socket), leaveInnerStreamOpen: true);
        tls.AuthenticateAsClient(s_clients[_random.Next(s_clients.Length)]);
        Completed++;
        switch (_random.Next(8))
        {
            case 0:
                break;
            case 1:
                Write(tls, "GET /pla");
                break;
            case 2:
                Write(tls, "GET /plain HTTP/1.1\r\nHost: localhost\r\n\r\n");
                break;
            case 3:
                Write(tls, "GET /plain HTTP/1.1\r\nHost: localhost\r\n\r\n");
                Assert.StartsWith("HTTP/1.1 200", Encoding.ASCII.GetString(_buffer, 0, tls.Read(_buffer)), StringComparison.Ordinal);
                break;
            case 4:
                Write(tls, "GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n");
                tls.ReadExactly(_buffer.AsSpan(0, 1000));
                break;
            case 5:
                Write(tls, "POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nabc");
                break;
            case 6:
                // A record that cannot be decrypted, in the middle of the session.
                socket.Send([0x17, 0x03, 0x03, 0x00, 0x30, .. Garbage()]);
                break;
            case 7:
                Write(tls, "GET /plain HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
                while (tls.Read(_buffer) > 0)
                {
                }

                tls.ShutdownAsync().GetAwaiter().GetResult();
                break;
        }

        End(socket);
    }

    private void End(Socket socket)
    {
        switch (_random.Next(3))
        {
            case 0:
                socket.LingerState = new LingerOption(true, 0);
                break;
            case 1:
                socket.Shutdown(SocketShutdown.Send);
                while (socket.Receive(_buffer) > 0)
                {
                }

                break;
        }

        socket.Close();
    }

    private void Stall(Socket socket)
    {
        _stalled.Enqueue(socket);
        if (_stalled.Count > StalledOnes)
            _stalled.Dequeue().Dispose();
    }

    private byte[] Garbage()
    {
        var garbage = new byte[48];
        _random.NextBytes(garbage);
        return garbage;
    }

    private static void Write(SslStream tls, string text) => tls.Write(Encoding.ASCII.GetBytes(text));
}
