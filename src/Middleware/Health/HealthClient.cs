using System.Net.Sockets;

namespace Aeronet.AspNetCore.Middleware.Health;

/// <summary>A client of the port of the probes, and what it has sent of its request's head.</summary>
internal sealed class HealthClient(Socket socket, long deadline) : IDisposable
{
    private const int MostHead = 8 * 1024;

    private readonly byte[] _head = new byte[MostHead];
    private int _length;

    internal Socket Socket => socket;

    /// <summary>When it is given up, by <see cref="Environment.TickCount64"/>.</summary>
    internal long Deadline => deadline;

    internal ReadOnlySpan<byte> Head => _head.AsSpan(0, _length);

    internal bool HasWholeHead => Head.EndsWith("\r\n\r\n"u8);

    /// <summary>Takes what has come. False where the head can never be whole: the client has ended, or has sent too much.</summary>
    internal bool TryReceive()
    {
        var received = socket.Receive(_head, _length, MostHead - _length, SocketFlags.None);
        _length += received;
        return received > 0 && (HasWholeHead || _length < MostHead);
    }

    public void Dispose() => socket.Dispose();
}
