using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Aeronet.AspNetCore.Middleware.Tests.ParserDiagnostics;

/// <summary>Sends bytes as they are, in the clear or by TLS.</summary>
internal sealed class SiteClient : IAsyncDisposable
{
    private static int _connections;

    private readonly Socket _socket;
    private readonly Stream _stream;

    private SiteClient(Socket socket, Stream stream)
    {
        _socket = socket;
        _stream = stream;
        EndPoint = (IPEndPoint)socket.LocalEndPoint!;
    }

    /// <summary>This side's address.</summary>
    public IPEndPoint EndPoint { get; }

    public static async Task<SiteClient> ConnectAsync(int port, X509Certificate2? certificate, SslApplicationProtocol? protocol)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

        // An address of its own: ports are used again too soon to tell connections apart.
        var number = Interlocked.Increment(ref _connections);
        socket.Bind(new IPEndPoint(new IPAddress([127, 100, (byte)(number >> 8), (byte)number]), 0));
        await socket.ConnectAsync(IPAddress.Loopback, port).OrTimeout("a connection");
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        if (certificate is not null)
        {
            var ssl = new SslStream(stream);
            await ssl.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                RemoteCertificateValidationCallback = (_, shown, _, _) => certificate.Equals(shown),
                ApplicationProtocols = protocol is { } name ? [name] : null,
            }).OrTimeout("the handshake");
            stream = ssl;
        }

        return new SiteClient(socket, stream);
    }

    /// <summary>Sends Latin-1 text. A server that has refused what came before may have closed.</summary>
    public async Task SendAsync(string text)
    {
        try
        {
            await _stream.WriteAsync(Encoding.Latin1.GetBytes(text)).OrTimeout("bytes to be sent");
        }
        catch (IOException)
        {
        }
    }

    /// <summary>Sends each byte by itself, when the server has had time to read the one before.</summary>
    public async Task DribbleAsync(string text)
    {
        foreach (var c in text)
        {
            await SendAsync(c.ToString());
            await Task.Delay(1);
        }
    }

    /// <summary>Says that nothing more will be sent, to a server that may have closed.</summary>
    public async Task EndAsync()
    {
        try
        {
            if (_stream is SslStream ssl)
                await ssl.ShutdownAsync().OrTimeout("close_notify to be sent");

            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
        }
    }

    /// <summary>Reads until <paramref name="marker"/> has come.</summary>
    public async Task<string> ReadUntilAsync(string marker)
    {
        var text = "";
        var one = new byte[1];
        while (!text.EndsWith(marker, StringComparison.Ordinal))
        {
            if (await _stream.ReadAsync(one).OrTimeout($"'{marker}' after '{text}'") == 0)
                throw new EndOfStreamException($"The server closed before '{marker}'; it had sent '{text}'.");

            text += (char)one[0];
        }

        return text;
    }

    /// <summary>Reads what comes until the server closes.</summary>
    public async Task<string> ReadToEndAsync()
    {
        using var all = new MemoryStream();
        try
        {
            await _stream.CopyToAsync(all).OrTimeout("the server to close");
        }
        catch (IOException)
        {
            // A reset, because the server had not read all: what came before counts.
        }

        return Encoding.Latin1.GetString(all.ToArray());
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}
