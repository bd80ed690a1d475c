using System.IO.Pipelines;

namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>Counts the bytes on their way to another writer.</summary>
internal sealed class CountingPipeWriter : PipeWriter
{
    /// <summary>Where the bytes go.</summary>
    public PipeWriter? Inner { get; set; }

    public long Count { get; private set; }

    public override bool CanGetUnflushedBytes => Inner!.CanGetUnflushedBytes;

    public override long UnflushedBytes => Inner!.UnflushedBytes;

    public void Reset()
    {
        Inner = null;
        Count = 0;
    }

    public override void Advance(int bytes)
    {
        Inner!.Advance(bytes);
        Count += bytes;
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) => Inner!.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => Inner!.GetSpan(sizeHint);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        Inner!.FlushAsync(cancellationToken);

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        Count += source.Length;
        return Inner!.WriteAsync(source, cancellationToken);
    }

    public override void CancelPendingFlush() => Inner!.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => Inner!.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => Inner!.CompleteAsync(exception);
}
