using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Aeronet.AspNetCore.Stress.Tests.Support;

/// <summary>A client without async: thousands of them in a thread of the test's own, and none on the thread pool.</summary>
internal sealed class BlockingClient : IDisposable
{
    private readonly byte[] _buffer = new byte[16 * 1024];
    private readonly ResponseParser _parser;

    internal BlockingClient(IPEndPoint server, int? receiveBufferSize = null, bool verifyPattern = false)
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
        }
        catch
        {
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

    internal void Send(string text)
    {
        ReadOnlySpan<byte> bytes = Encoding.Latin1.GetBytes(text);
        while (!bytes.IsEmpty)
            bytes = bytes[Socket.Send(bytes)..];
    }

    internal void SendGet(string path) => Send($"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");

    /// <summary>Receives once, at most <paramref name="atMost"/> bytes. True when a response is complete.</summary>
    internal bool ReceiveSome(int atMost = int.MaxValue)
    {
        var received = Socket.Receive(_buffer, 0, Math.Min(atMost, _buffer.Length), SocketFlags.None);
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

    public void Dispose() => Socket.Dispose();
}
