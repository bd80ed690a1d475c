using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace ScaleLoad;

/// <summary>One kept-alive connection with at most one request in flight. It holds no buffer while it rests.</summary>
internal sealed class Connection : IDisposable
{
    private readonly Stream _stream;
    private readonly byte[] _request;

    private Connection(Stream stream, byte[] request)
    {
        _stream = stream;
        _request = request;
    }

    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "The connection's.")]
    public static async Task<Connection> OpenAsync(Uri url, byte[] request)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Parse(url.Host), url.Port).ConfigureAwait(false);
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        if (url.Scheme == Uri.UriSchemeHttps)
        {
            var tls = new SslStream(stream);
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                EnabledSslProtocols = SslProtocols.Tls13,
                AllowTlsResume = false,
                RemoteCertificateValidationCallback = static (_, shown, _, _) => shown is not null,
            }).ConfigureAwait(false);
            stream = tls;
        }

        return new Connection(stream, request);
    }

    public static byte[] RequestFor(Uri url) => Encoding.ASCII.GetBytes($"GET {url.PathAndQuery} HTTP/1.1\r\nHost: localhost\r\n\r\n");

    /// <summary>One request and its answer, which must be the whole of what arrives.</summary>
    /// <exception cref="InvalidDataException">It is no answer with the status 200.</exception>
    public async ValueTask AskAsync(Memory<byte> buffer)
    {
        await _stream.WriteAsync(_request).ConfigureAwait(false);
        for (var length = 0; ;)
        {
            var received = await _stream.ReadAsync(buffer[length..]).ConfigureAwait(false);
            length += received;
            if (received == 0 || !buffer.Span[..length].StartsWith("HTTP/1.1 200"u8[..Math.Min(length, 12)]))
            {
                throw new InvalidDataException($"the answer is '{Encoding.Latin1.GetString(buffer.Span[..length])}'");
            }

            if (buffer.Span[..length].EndsWith("Hello, World!"u8))
            {
                return;
            }
        }
    }

    public void Dispose() => _stream.Dispose();
}
