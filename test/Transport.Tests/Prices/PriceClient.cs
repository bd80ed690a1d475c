using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Aeronet.AspNetCore.Transport.Tests.Prices;

/// <summary>One connection of a client that blocks: when it returns the server has nothing left to do but what it owes itself.</summary>
internal sealed class PriceClient : IDisposable
{
    private readonly byte[] _buffer = new byte[128 * 1024];
    private readonly Stream _stream;

    private PriceClient(Stream stream) => _stream = stream;

    internal static SslClientAuthenticationOptions Tls(bool resume) => new()
    {
        TargetHost = "localhost",
        AllowTlsResume = resume,
        RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
    };

    /// <summary>Connects; <paramref name="tls"/> is null for a plain connection. What it sends first has <paramref name="preface"/> in front.</summary>
    internal static PriceClient Connect(IPEndPoint server, SslClientAuthenticationOptions? tls, string preface = "")
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = (int)TaskTimeoutExtensions.DefaultTimeout.TotalMilliseconds };
        socket.Connect(server);
        var stream = new HeldWrites(socket);
        stream.Write(Encoding.ASCII.GetBytes(preface));
        if (tls is null)
            return new PriceClient(stream);

        var encrypted = new SslStream(stream);
        encrypted.AuthenticateAsClient(tls);
        return new PriceClient(encrypted);
    }

    /// <summary>Asks for a path and receives the answer, whose head is returned.</summary>
    internal string Ask(string path, string fields = "")
    {
        _stream.Write(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n"));
        var received = 0;
        while (true)
        {
            var count = _stream.Read(_buffer, received, _buffer.Length - received);
            if (count == 0)
                throw new EndOfStreamException($"The server closed after {received} bytes of its answer.");

            received += count;
            var end = _buffer.AsSpan(0, received).IndexOf("\r\n\r\n"u8);
            if (end < 0)
                continue;

            var head = Encoding.ASCII.GetString(_buffer, 0, end);
            Assert.StartsWith("HTTP/1.1 200 ", head, StringComparison.Ordinal);
            var length = int.Parse(head.Split("Content-Length: ", 2)[1].Split('\r')[0], CultureInfo.InvariantCulture);
            if (received == end + 4 + length)
                return head;
        }
    }

    /// <summary>Waits for the server to close.</summary>
    internal void ReadToEnd() => Assert.Equal(0, _stream.Read(_buffer));

    public void Dispose() => _stream.Dispose();
}
