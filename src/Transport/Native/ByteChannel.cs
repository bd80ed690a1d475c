using System.Runtime.InteropServices;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>
/// Moves a connection's bytes to and from its socket, as they are or through TLS. Calls never block. A send that takes less
/// than it was given, or answers would-block, has filled the socket, whose readiness will be reported.
/// </summary>
internal abstract unsafe class ByteChannel
{
    /// <summary>Whether files go to the socket without a copy through user space.</summary>
    internal abstract bool SendsFilesByKernel { get; }

    /// <summary>Whether the bytes are encrypted; then <see cref="SendEnd"/> has something to send.</summary>
    internal abstract bool IsTls { get; }

    /// <summary>Receives into one buffer. <paramref name="mayHaveMore"/> is false when the socket is known to be empty.</summary>
    internal abstract IoResult Receive(Span<byte> buffer, out bool mayHaveMore);

    /// <summary>Receives into several buffers, pinned by the caller.</summary>
    internal abstract IoResult Receive(Libc.IoVec* vectors, int count, out bool mayHaveMore);

    /// <summary>Sends one buffer. <paramref name="more"/> says that other bytes, or the end, follow at once: it may wait for them.</summary>
    internal abstract IoResult Send(ReadOnlySpan<byte> buffer, bool more);

    /// <summary>Sends several buffers, pinned by the caller.</summary>
    internal abstract IoResult Send(Libc.IoVec* vectors, int count, bool more);

    /// <summary>Sends from a file; 0 bytes means that it ends before <paramref name="offset"/>.</summary>
    internal abstract IoResult SendFile(SafeHandle file, long offset, long count);

    /// <summary>Whether bytes were taken that wait for what follows them. They leave with the next send or with <see cref="SendHeld"/>.</summary>
    internal virtual bool HoldsBytes => false;

    /// <summary>Sends what <see cref="HoldsBytes"/> tells of: 0 bytes or would-block.</summary>
    internal virtual IoResult SendHeld() => IoResult.FromBytes(0);

    /// <summary>Bytes that had left when the last send failed, which took several calls.</summary>
    internal virtual long SentBeforeFailure => 0;

    /// <summary>Sends what tells the peer that nothing follows, before the socket's own end: 0 bytes or would-block.</summary>
    internal abstract IoResult SendEnd();
}
