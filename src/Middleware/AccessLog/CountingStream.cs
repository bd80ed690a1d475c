namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>Counts the bytes on their way to another stream.</summary>
internal sealed class CountingStream(CountingBody body) : Stream
{
    private Stream? _inner;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    private Stream Inner => _inner ?? throw CountingBody.Ended();

    /// <param name="inner">Where the bytes go.</param>
    public void Attach(Stream inner) => _inner = inner;

    public void Detach() => _inner = null;

    public override void Flush() => Inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => Inner.FlushAsync(cancellationToken);

    public override void Write(byte[] buffer, int offset, int count)
    {
        Inner.Write(buffer, offset, count);
        body.Add(count);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        if (_inner is not null && body.TryWriteWatched(buffer.AsMemory(offset, count), cancellationToken, out var watched))
        {
            return watched.AsTask();
        }

        var writing = Inner.WriteAsync(buffer, offset, count, cancellationToken);
        body.Add(count);
        return writing;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_inner is not null && body.TryWriteWatched(buffer, cancellationToken, out var watched))
        {
            return watched;
        }

        var writing = Inner.WriteAsync(buffer, cancellationToken);
        body.Add(buffer.Length);
        return writing;
    }

    // The base class would make the synchronous call, which servers refuse.
    public override IAsyncResult BeginWrite(byte[] buffer, int offset, int count, AsyncCallback? callback, object? state) =>
        TaskToAsyncResult.Begin(WriteAsync(buffer, offset, count, CancellationToken.None), callback, state);

    public override void EndWrite(IAsyncResult asyncResult) => TaskToAsyncResult.End(asyncResult);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
