using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Aeronet.AspNetCore.Transport.Tests.Support;

/// <summary>A client that allocates nothing and needs no thread pool: same request, answers of the same length.</summary>
internal sealed class BlockingHttpClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = (int)TaskTimeoutExtensions.DefaultTimeout.TotalMilliseconds };
    private readonly byte[] _request;
    private readonly byte[] _buffer = new byte[256 * 1024];
    private int _responseLength;

    internal BlockingHttpClient(IPEndPoint server, string request)
    {
        _request = Encoding.ASCII.GetBytes(request);
        _socket.Connect(server);
    }

    /// <summary>Sends the request and receives the answer, whose length the first one told.</summary>
    internal void Ask()
    {
        _socket.Send(_request, 0, _request.Length, SocketFlags.None);
        var received = 0;
        do
        {
            var count = _socket.Receive(_buffer, received, _buffer.Length - received, SocketFlags.None);
            if (count == 0)
                throw new EndOfStreamException();

            received += count;
            if (_responseLength == 0)
                _responseLength = LengthOf(_buffer.AsSpan(0, received));
        }
        while (received < _responseLength || _responseLength == 0);
    }

    /// <summary>Asks a number of times on a thread of its own.</summary>
    internal Task AskAsync(int times) => Task.Factory.StartNew(
        () =>
        {
            for (var i = 0; i < times; i++)
                Ask();
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    public void Dispose() => _socket.Dispose();

    /// <summary>The length of an HTTP response with a Content-Length, or of the echo of the request.</summary>
    private int LengthOf(ReadOnlySpan<byte> received)
    {
        if (!received.StartsWith("HTTP/1.1 200"u8))
            return _request.Length;

        var end = received.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return 0;

        var head = Encoding.ASCII.GetString(received[..end]);
        var length = head.Split("Content-Length: ", 2)[1].Split('\r')[0];
        return end + 4 + int.Parse(length);
    }
}
