using System.Globalization;
using Aeronet.AspNetCore.StaticFiles.Files;
using Aeronet.AspNetCore.StaticFiles.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Aeronet.AspNetCore.StaticFiles.Responses;

/// <summary>The header fields of responses that carry, or stand for, a file.</summary>
internal sealed class FileHeaders(string? cacheControl)
{
    private static readonly StringValues Bytes = "bytes";
    private static readonly StringValues NoSniff = "nosniff";

    private readonly StringValues _cacheControl = cacheControl;

    /// <summary>200: the whole file.</summary>
    public void SetWhole(IHeaderDictionary headers, OpenFile file)
    {
        headers.ContentLength = file.Stat.Size;
        SetRepresentation(headers, file);
    }

    /// <summary>206 (RFC 9110 section 15.3.7.1).</summary>
    public void SetPart(HttpResponse response, OpenFile file, ByteRange range)
    {
        response.StatusCode = StatusCodes.Status206PartialContent;
        var headers = response.Headers;
        headers.ContentLength = range.Length;
        headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {range.Start}-{range.Last}/{file.Stat.Size}");
        SetRepresentation(headers, file);
    }

    /// <summary>206 with several parts (RFC 9110 section 15.3.7.2). Only the parts say which they are.</summary>
    public void SetParts(HttpResponse response, OpenFile file, MultipartRanges multipart)
    {
        response.StatusCode = StatusCodes.Status206PartialContent;
        var headers = response.Headers;
        headers.ContentLength = multipart.Length;
        SetRepresentation(headers, file);
        headers.ContentType = multipart.ContentType;
    }

    /// <summary>304: what a cache updates itself by; the validator date is of no use beside a tag (RFC 9110 section 15.4.5).</summary>
    public void SetNotModified(HttpResponse response, OpenFile file)
    {
        response.StatusCode = StatusCodes.Status304NotModified;
        response.Headers.ETag = file.ETag;
        SetCacheControl(response.Headers);
    }

    /// <summary>416 (RFC 9110 section 15.5.17).</summary>
    public static void SetUnsatisfiable(HttpResponse response, OpenFile file)
    {
        response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
        response.Headers.AcceptRanges = Bytes;
        response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{file.Stat.Size}");
    }

    private void SetRepresentation(IHeaderDictionary headers, OpenFile file)
    {
        headers.ContentType = file.ContentType;
        headers.ETag = file.ETag;
        headers.LastModified = file.LastModified;
        headers.AcceptRanges = Bytes;
        headers.XContentTypeOptions = NoSniff;
        SetCacheControl(headers);
    }

    private void SetCacheControl(IHeaderDictionary headers)
    {
        if (_cacheControl.Count > 0)
        {
            headers.CacheControl = _cacheControl;
        }
    }
}
