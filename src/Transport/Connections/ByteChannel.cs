using System.Runtime.InteropServices;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>
/// Moves a connection's bytes to and from its socket, as they are or through TLS. Calls never block. A send that takes less
/// than it was given, or answers would-block, has filled the socket, whose readiness will be reported.
/// </summary>
internal abstract unsafe class ByteChannel
{
    /// <summary>Receives into one buffer. <paramref name="mayHaveMore"/> is false when the socket is known to be empty.</summary>
    internal abstract IoResult Receive(Span<byte> buffer, out bool mayHaveMore);

    /// <summary>Receives into several buffers, pinned by the caller.</summary>
    internal abstract IoResult Receive(Libc.IoVec* vectors, int count, out bool mayHaveMore);

    /// <summary>Sends one buffer. <paramref name="more"/> says that other bytes follow at once.</summary>
    internal abstract IoResult Send(ReadOnlySpan<byte> buffer, bool more);

    /// <summary>Sends several buffers, pinned by the caller.</summary>
    internal abstract IoResult Send(Libc.IoVec* vectors, int count, bool more);

    /// <summary>Sends from a file; 0 bytes means that it ends before <paramref name="offset"/>.</summary>
    internal abstract IoResult SendFile(SafeHandle file, long offset, long count);
}
