using System.Net;
using System.Net.Http.Headers;

namespace Aeronet.Testing;

/// <summary>A request body of <see cref="Pattern"/> bytes, with a Content-Length or chunked.</summary>
public sealed class PatternContent : HttpContent
{
    private readonly long _length;
    private readonly int _step;
    private readonly bool _chunked;

    /// <summary>A body of <paramref name="length"/> bytes, written in steps.</summary>
    public PatternContent(long length, int step = 64 * 1024, bool chunked = false)
    {
        _length = length;
        _step = step;
        _chunked = chunked;
        Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
    }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => Pattern.WriteAsync(stream, _length, _step);

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = _length;
        return !_chunked;
    }
}
