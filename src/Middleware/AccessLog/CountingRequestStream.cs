namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>Counts what is read of a request's body. Of one connection or stream, as the response's wrappers are, and dead between requests.</summary>
internal sealed class CountingRequestStream : Stream
{
    private Stream? _inner;

    /// <summary>The bytes so far.</summary>
    public long Count { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    private Stream Inner => _inner ?? throw CountingBody.Ended();

    /// <param name="inner">The body of the request that begins.</param>
    public void Attach(Stream inner)
    {
        _inner = inner;
        Count = 0;
    }

    /// <summary>Lets go of it.</summary>
    public Stream? Detach()
    {
        var inner = _inner;
        _inner = null;
        Count = 0;
        return inner;
    }

    public override int Read(byte[] buffer, int offset, int count) => Counted(Inner.Read(buffer, offset, count));

    public override int Read(Span<byte> buffer) => Counted(Inner.Read(buffer));

    public override async Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        await ReadAsync(buffer.AsMemory(offset, count), cancellationToken).ConfigureAwait(false);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var inner = Inner;
        var reading = inner.ReadAsync(buffer, cancellationToken);
        return reading.IsCompletedSuccessfully ? new ValueTask<int>(Counted(reading.Result)) : AwaitAsync(reading, inner);
    }

    // The base class would make the synchronous call, which servers refuse.
    public override IAsyncResult BeginRead(byte[] buffer, int offset, int count, AsyncCallback? callback, object? state) =>
        TaskToAsyncResult.Begin(ReadAsync(buffer, offset, count, CancellationToken.None), callback, state);

    public override int EndRead(IAsyncResult asyncResult) => TaskToAsyncResult.End<int>(asyncResult);

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private async ValueTask<int> AwaitAsync(ValueTask<int> reading, Stream inner)
    {
        var read = await reading.ConfigureAwait(false);
        return ReferenceEquals(inner, _inner) ? Counted(read) : read;
    }

    private int Counted(int read)
    {
        Count += read;
        return read;
    }
}
