using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.Transport.SendFile;

/// <summary>What a connection's output offers to the code that knows HTTP: see docs/design.md, the placeholder region.</summary>
internal interface IFileRegionOutput
{
    /// <summary>The body feature of this connection's requests; made with the first one.</summary>
    ZeroCopyResponseBody? ResponseBody { get; set; }

    /// <summary>The guard of this connection's requests, <see cref="NoHostGuard"/> where there is none; null before the first.</summary>
    IHostGuard? HostGuard { get; set; }

    /// <summary>Whether a region leaves without a copy through user space.</summary>
    bool SendsFilesByKernel { get; }

    /// <summary>
    /// Bytes that the peer's side has acknowledged on this connection, for the rate of a slow reader. What the kernel took is
    /// not enough: it reports room only when a third of a send buffer of megabytes is free again. Null while a thread is sending:
    /// what the call in progress has moved shows as not acknowledged before it is counted as sent.
    /// </summary>
    long? TotalTaken { get; }

    /// <summary>
    /// Makes the output answer the next request for memory with <see cref="FileRegion.Marker"/>, and take what is
    /// advanced over it from the file. False when the file has been closed or a region is armed.
    /// </summary>
    bool TryArm(SafeFileHandle file, long offset, long count);

    /// <summary>Ends what <see cref="TryArm"/> began. Bytes already advanced over stay queued. Idempotent.</summary>
    void Disarm();

    /// <summary>Resets the connection because a file ended before the bytes promised of it.</summary>
    void AbortTruncatedFile(long missing);

    /// <summary>Resets the connection because its peer reads too slowly.</summary>
    void AbortSlowReader(double bytesPerSecond);

    /// <summary>An HTTP/1 request has begun well whose head was what the connection received last: its bytes need not be held.</summary>
    /// <param name="isOver">Whether that request is over, and the next one has not begun. Asked on any thread.</param>
    /// <param name="request">What <paramref name="isOver"/> is given.</param>
    /// <param name="bytesToCome">The bytes of its body, if the client will send nothing after it; -1 when it may, or nobody knows how many.</param>
    void BeginRequest(Func<object, bool> isOver, object request, long bytesToCome);
}
