using Microsoft.AspNetCore.Http.Features;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.Transport;

/// <summary>
/// Sends a region of an open file as (part of) the response body, without copying it through user space where the
/// connection allows it.
/// </summary>
/// <remarks>
/// Implemented by the <see cref="IHttpResponseBodyFeature"/> that the Aeronet transport installs; a middleware finds it
/// with <c>context.Features.Get&lt;IHttpResponseBodyFeature&gt;() as IHttpFileRegionFeature</c>. It is absent on other
/// servers, over HTTP/2, and when something between wrapped the response body: copy the bytes then.
/// </remarks>
public interface IHttpFileRegionFeature
{
    /// <summary>
    /// Sends <paramref name="count"/> bytes of <paramref name="file"/> starting at <paramref name="offset"/>, zero-copy
    /// when every condition for it holds and by reading the file otherwise; the client receives the same bytes.
    /// </summary>
    /// <param name="file">A regular file open for reading. The caller keeps ownership; the transport holds a reference of its own while it sends.</param>
    /// <param name="offset">First byte, zero-based.</param>
    /// <param name="count">Number of bytes. Must fit in what remains of the response's Content-Length.</param>
    /// <param name="cancellationToken">Cancelling it while bytes are pending aborts the connection, as for any response write.</param>
    /// <returns>A task that completes when the kernel has taken the last byte, or when the connection has ended.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="offset"/> or <paramref name="count"/> is negative.</exception>
    Task SendFileAsync(SafeFileHandle file, long offset, long count, CancellationToken cancellationToken = default);
}
