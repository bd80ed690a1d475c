using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Authentication;

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
    private int _lastLength;

    /// <summary>Keeps what is written until <see cref="ReleaseAsync"/>.</summary>
    public bool Hold { get; set; }

    /// <summary>Sets <see cref="Hold"/> after the first write, which is the ClientHello.</summary>
    public bool HoldAfterHello { get; set; }

    /// <summary>The most bytes a segment carries; 0 for no limit.</summary>
    public int Step { get; set; }

    /// <summary>Forges the next write: its last byte, which is of a record's MAC, comes out changed.</summary>
    public bool CorruptNext { get; set; }

    /// <summary>The most bytes of a handshake message that the records of the first write carry; 0 for as they come.</summary>
    public int HelloFragment { get; set; }

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

    /// <summary>Whether the last record was an alert, as far as the wire shows: its type, or in TLS 1.3 its length (RFC 8446, section 5.2).</summary>
    public bool EndedByCloseNotify(SslProtocols version)
        => version == SslProtocols.Tls12 ? _types[^1] == 0x15 : _lastLength == 2 + 1 + 16;

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
        if (HelloFragment > 0)
            buffer = Fragment(buffer.Span);

        if (CorruptNext)
        {
            buffer = buffer.ToArray();
            MemoryMarshal.AsMemory(buffer).Span[^1] ^= 1;
            CorruptNext = false;
        }

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

    private byte[] Fragment(ReadOnlySpan<byte> record)
    {
        // RFC 8446, section 5.1: a handshake message may be fragmented across records.
        using var fragments = new MemoryStream();
        for (var message = record[5..]; !message.IsEmpty;)
        {
            var part = message[..Math.Min(HelloFragment, message.Length)];
            fragments.Write([record[0], record[1], record[2], (byte)(part.Length >> 8), (byte)part.Length]);
            fragments.Write(part);
            message = message[part.Length..];
        }

        HelloFragment = 0;
        return fragments.ToArray();
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
                _lastLength = _bodyLeft = (_header[3] << 8) | _header[4];
                _headerFilled = 0;
            }
        }
    }
}
