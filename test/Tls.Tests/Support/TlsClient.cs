using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace Aeronet.AspNetCore.Tls.Tests.Support;

/// <summary>An SslStream of which a test also holds the wire below and the HTTP/1.1 above.</summary>
internal sealed class TlsClient : IAsyncDisposable
{
    private readonly MemoryStream _pending = new();

    private TlsClient(Socket socket, WireStream wire, SslStream tls) => (Socket, Wire, Tls) = (socket, wire, tls);

    public Socket Socket { get; }

    public WireStream Wire { get; }

    public SslStream Tls { get; }

    public static Task<TlsClient> ConnectAsync(
        KestrelHost host,
        Action<SslClientAuthenticationOptions>? configure = null,
        int? receiveBufferSize = null,
        int step = 0,
        bool holdAfterHello = false,
        int helloFragment = 0)
        => ConnectAsync(host.EndPoint, configure, receiveBufferSize, step, holdAfterHello, helloFragment);

    public static async Task<TlsClient> ConnectAsync(
        EndPoint endPoint,
        Action<SslClientAuthenticationOptions>? configure = null,
        int? receiveBufferSize = null,
        int step = 0,
        bool holdAfterHello = false,
        int helloFragment = 0)
    {
        var socket = endPoint is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBufferSize is { } size)
            socket.ReceiveBufferSize = size;

        await socket.ConnectAsync(endPoint).OrTimeout("a connection");
        var wire = new WireStream(socket) { Step = step, HoldAfterHello = holdAfterHello, HelloFragment = helloFragment };
        var tls = new SslStream(wire);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = (_, certificate, _, _) => Certificates.IsOurs(certificate),
        };
        configure?.Invoke(options);
        try
        {
            await tls.AuthenticateAsClientAsync(options).OrTimeout("the handshake", step > 0 ? TimeSpan.FromMinutes(2) : null);
            return new TlsClient(socket, wire, tls);
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }

    public static Action<SslClientAuthenticationOptions> Version(SslProtocols version) => o => o.EnabledSslProtocols = version;

    /// <summary>Sends text as one write, so as one record up to 16 KiB.</summary>
    public Task SendAsync(string text) => Tls.WriteAsync(Encoding.Latin1.GetBytes(text)).OrTimeout("a write");

    /// <summary>Sends bytes in records of <paramref name="size"/> bytes.</summary>
    public async Task SendInRecordsAsync(ReadOnlyMemory<byte> bytes, int size)
    {
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(size, bytes.Length)..])
            await Tls.WriteAsync(bytes[..Math.Min(size, bytes.Length)]).OrTimeout("a write");
    }

    /// <summary>Takes text up to and including a marker.</summary>
    public async Task<string> ReadUntilAsync(string marker)
    {
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var text = Encoding.Latin1.GetString(_pending.GetBuffer(), 0, (int)_pending.Length);
            var index = text.IndexOf(marker, StringComparison.Ordinal);
            if (index >= 0)
            {
                _pending.SetLength(0);
                _pending.Write(Encoding.Latin1.GetBytes(text[(index + marker.Length)..]));
                return text[..(index + marker.Length)];
            }

            var read = await Tls.ReadAsync(buffer).OrTimeout($"'{marker}' after '{text[..Math.Min(300, text.Length)]}'");
            if (read == 0)
                throw new EndOfStreamException($"The server closed before '{marker}'; it had sent '{text}'.");

            _pending.Write(buffer, 0, read);
        }
    }

    /// <summary>Reads to the end of the stream.</summary>
    public async Task<string> ReadToEndAsync()
    {
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await Tls.ReadAsync(buffer).OrTimeout("the end")) > 0)
            _pending.Write(buffer, 0, read);

        return Encoding.Latin1.GetString(_pending.GetBuffer(), 0, (int)_pending.Length);
    }

    public async ValueTask DisposeAsync()
    {
        await Tls.DisposeAsync();
        await _pending.DisposeAsync();
    }
}
