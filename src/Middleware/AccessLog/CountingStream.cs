namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>Counts the bytes on their way to another stream.</summary>
internal sealed class CountingStream : Stream
{
    /// <summary>Where the bytes go.</summary>
    public Stream? Inner { get; set; }

    public long Count { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public void Reset()
    {
        Inner = null;
        Count = 0;
    }

    public override void Flush() => Inner!.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => Inner!.FlushAsync(cancellationToken);

    public override void Write(byte[] buffer, int offset, int count)
    {
        Inner!.Write(buffer, offset, count);
        Count += count;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Count += count;
        return Inner!.WriteAsync(buffer, offset, count, cancellationToken);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Count += buffer.Length;
        return Inner!.WriteAsync(buffer, cancellationToken);
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
