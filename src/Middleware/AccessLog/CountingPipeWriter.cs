using System.IO.Pipelines;

namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>Counts the bytes on their way to another writer.</summary>
internal sealed class CountingPipeWriter(CountingBody body) : PipeWriter
{
    private PipeWriter? _inner;

    public override bool CanGetUnflushedBytes => Inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => Inner.UnflushedBytes;

    private PipeWriter Inner => _inner ?? throw CountingBody.Ended();

    /// <param name="inner">Where the bytes go.</param>
    public void Attach(PipeWriter inner) => _inner = inner;

    public void Detach() => _inner = null;

    public override void Advance(int bytes)
    {
        Inner.Advance(bytes);
        body.Add(bytes);
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) => Inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => Inner.GetSpan(sizeHint);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        body.Watch(Inner.FlushAsync(cancellationToken));

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        // Before it completes: who does not wait for it counts too.
        var writing = Inner.WriteAsync(source, cancellationToken);
        body.Add(source.Length);
        // Kestrel calls a flush of nothing completed.
        return source.IsEmpty ? writing : body.Watch(writing);
    }

    public override void CancelPendingFlush() => Inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => Inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => Inner.CompleteAsync(exception);
}
