using System.Net.Sockets;

namespace Aeronet.AspNetCore.Tls.Tests.Support;

/// <summary>
/// What lies under a test's SslStream: can hold records back to send many in one segment, can cut them up, and remembers the
/// record types the server sent (RFC 8446, section 5.1).
/// </summary>
internal sealed class WireStream(Socket socket) : Stream
{
    private readonly MemoryStream _held = new();
    private readonly List<byte> _types = [];
    private readonly byte[] _header = new byte[5];
    private int _headerFilled;
    private int _bodyLeft;

    /// <summary>Keeps what is written until <see cref="ReleaseAsync"/>.</summary>
    public bool Hold { get; set; }

    /// <summary>Sets <see cref="Hold"/> after the first write, which is the ClientHello.</summary>
    public bool HoldAfterHello { get; set; }

    /// <summary>The most bytes a segment carries; 0 for no limit.</summary>
    public int Step { get; set; }

    /// <summary>The types of the records received so far.</summary>
    public IReadOnlyList<byte> RecordTypes => _types;

    /// <summary>Whether the server ended the connection by RST.</summary>
    public bool WasReset { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Sends what was held, in one go.</summary>
    public Task ReleaseAsync() => SendAsync(TakeHeld());

    /// <summary>Gives what was held to the caller, to write it here in pieces.</summary>
    public byte[] TakeHeld()
    {
        Hold = false;
        var bytes = _held.ToArray();
        _held.SetLength(0);
        return bytes;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            var read = await socket.ReceiveAsync(buffer, cancellationToken);
            Note(buffer.Span[..read]);
            return read;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            WasReset = true;
            throw new IOException("reset", e);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Hold)
            _held.Write(buffer.Span);
        else
            await SendAsync(buffer);

        Hold |= HoldAfterHello;
        HoldAfterHello = false;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer, offset, count, default).GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            socket.Dispose();
            _held.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var part = Step > 0 ? bytes[..Math.Min(Step, bytes.Length)] : bytes;
            var sent = await socket.SendAsync(part, SocketFlags.None).OrTimeout($"{bytes.Length} bytes to be sent");
            bytes = bytes[sent..];
            if (Step > 0)
                await Task.Yield();
        }
    }

    private void Note(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_bodyLeft > 0)
            {
                var part = Math.Min(_bodyLeft, bytes.Length);
                _bodyLeft -= part;
                bytes = bytes[part..];
                continue;
            }

            _header[_headerFilled++] = bytes[0];
            bytes = bytes[1..];
            if (_headerFilled == _header.Length)
            {
                _types.Add(_header[0]);
                _bodyLeft = (_header[3] << 8) | _header[4];
                _headerFilled = 0;
            }
        }
    }
}
