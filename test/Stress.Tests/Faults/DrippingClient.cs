using System.Net;
using System.Net.Sockets;

namespace Aeronet.AspNetCore.Stress.Tests.Faults;

/// <summary>A client that sends a little at a time, and keeps what the server says until it ends the connection.</summary>
internal sealed class DrippingClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[4096];
    private int _length;

    internal DrippingClient(IPEndPoint server, byte[] begin)
    {
        _socket.Connect(server);
        _socket.Blocking = false;
        Assert.Equal(begin.Length, _socket.Send(begin));
    }

    internal bool HasEnded { get; private set; }

    /// <summary>How often it has sent some more.</summary>
    internal int Drips { get; private set; }

    internal byte[] Received => _buffer[.._length];

    /// <summary>Sends some more, unless the server has ended the connection.</summary>
    internal void Drip(byte[] bytes)
    {
        if (HasEnded)
            return;

        // What the server said before a reset is gone once that has come: it is read first.
        Receive();
        if (HasEnded)
            return;

        _socket.Send(bytes, SocketFlags.None, out var error);
        if (error == SocketError.Success)
            Drips++;
    }

    public void Dispose() => _socket.Dispose();

    private void Receive()
    {
        while (true)
        {
            var received = _socket.Receive(_buffer.AsSpan(_length), SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock)
                return;

            if (error != SocketError.Success || received == 0)
            {
                HasEnded = true;
                return;
            }

            _length += received;
        }
    }
}
