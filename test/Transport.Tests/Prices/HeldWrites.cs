using System.Net.Sockets;

namespace Aeronet.AspNetCore.Transport.Tests.Prices;

/// <summary>
/// Sends what was written when an answer is waited for, in one piece: the end of a handshake with the request behind it, as browsers do, and not
/// now in one segment and now in two.
/// </summary>
internal sealed class HeldWrites(Socket socket) : Stream
{
    private readonly byte[] _held = new byte[16 * 1024];
    private int _count;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        // A blocking socket sends all of it.
        if (_count > 0)
            socket.Send(_held, 0, _count, SocketFlags.None);

        _count = 0;
        return socket.Receive(buffer);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        buffer.CopyTo(_held.AsSpan(_count));
        _count += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            socket.Dispose();

        base.Dispose(disposing);
    }
}
