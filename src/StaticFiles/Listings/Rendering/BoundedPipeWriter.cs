using System.IO.Pipelines;

namespace Aeronet.AspNetCore.StaticFiles.Listings.Rendering;

/// <summary>Passes on what is written, up to so many bytes, and then throws: what is cut off is not to look whole.</summary>
internal sealed class BoundedPipeWriter(PipeWriter inner, int maxBytes) : PipeWriter
{
    private long _written;

    /// <exception cref="PageTooLargeException">More was written than is allowed.</exception>
    public override void Advance(int bytes)
    {
        _written += bytes;
        if (_written > maxBytes)
        {
            throw new PageTooLargeException(maxBytes);
        }

        inner.Advance(bytes);
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);
}
