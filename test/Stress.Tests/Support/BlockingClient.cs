using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Aeronet.AspNetCore.Stress.Tests.Support;

/// <summary>A client without async: thousands of them in a thread of the test's own, and none on the thread pool.</summary>
internal sealed class BlockingClient : IDisposable
{
    private readonly byte[] _buffer = new byte[16 * 1024];
    private readonly ResponseParser _parser;
    private readonly SslStream? _tls;

    internal BlockingClient(IPEndPoint server, int? receiveBufferSize = null, bool verifyPattern = false, SslClientAuthenticationOptions? tls = null)
    {
        _parser = new ResponseParser(verifyPattern);
        Socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = (int)TaskTimeoutExtensions.DefaultTimeout.TotalMilliseconds,
            SendTimeout = (int)TaskTimeoutExtensions.DefaultTimeout.TotalMilliseconds,
        };
        try
        {
            if (receiveBufferSize is { } size)
                Socket.ReceiveBufferSize = size;

            Socket.Connect(server);
            if (tls is not null)
            {
                _tls = new SslStream(new NetworkStream(Socket));
                _tls.AuthenticateAsClient(tls);
            }
        }
        catch
        {
            _tls?.Dispose();
            Socket.Dispose();
            throw;
        }
    }

    internal Socket Socket { get; }

    internal long BodyReceived => _parser.BodyReceived;

    internal bool HasBegunResponse => _parser.HasBegun;

    /// <summary>Runs a client's work on a thread of its own.</summary>
    internal static Task RunAsync(Action work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    internal void Send(string text) => Send(Encoding.Latin1.GetBytes(text));

    internal void Send(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _tls?.Write(bytes);
        }
        catch (IOException failure) when (failure.InnerException is SocketException cause)
        {
            throw cause;
        }

        while (_tls is null && !bytes.IsEmpty)
            bytes = bytes[Socket.Send(bytes)..];
    }

    internal void SendGet(string path) => Send($"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");

    /// <summary>Receives once, at most <paramref name="atMost"/> bytes. True when a response is complete.</summary>
    internal bool ReceiveSome(int atMost = int.MaxValue)
    {
        var received = Receive(_buffer.AsSpan(0, Math.Min(atMost, _buffer.Length)));
        if (received == 0)
            throw new EndOfStreamException($"The server closed after {BodyReceived} bytes of the body.");

        return _parser.Take(_buffer.AsSpan(0, received));
    }

    /// <summary>Receives the rest of one response and returns its status.</summary>
    internal int ReceiveResponse()
    {
        while (!ReceiveSome())
        {
        }

        return _parser.Status;
    }

    /// <summary>Ends the connection with RST.</summary>
    internal void Reset()
    {
        Socket.LingerState = new LingerOption(true, 0);
        Socket.Close();
    }

    public void Dispose()
    {
        _tls?.Dispose();
        Socket.Dispose();
    }

    // The socket's failures as themselves, as without TLS.
    private int Receive(Span<byte> buffer)
    {
        try
        {
            return _tls?.Read(buffer) ?? Socket.Receive(buffer);
        }
        catch (IOException failure) when (failure.InnerException is SocketException cause)
        {
            throw cause;
        }
    }
}
