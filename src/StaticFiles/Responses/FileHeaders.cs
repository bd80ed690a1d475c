using System.Globalization;
using Aeronet.AspNetCore.StaticFiles.Files;
using Aeronet.AspNetCore.StaticFiles.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Aeronet.AspNetCore.StaticFiles.Responses;

/// <summary>The header fields of responses that carry, or stand for, a file.</summary>
internal static class FileHeaders
{
    private static readonly StringValues Bytes = "bytes";
    private static readonly StringValues NoSniff = "nosniff";
    private static readonly StringValues VaryByCoding = "Accept-Encoding";

    /// <summary>200: the whole file.</summary>
    public static void SetWhole(IHeaderDictionary headers, OpenFile file)
    {
        headers.ContentLength = file.Stat.Size;
        SetRepresentation(headers, file);
    }

    /// <summary>206 (RFC 9110 section 15.3.7.1).</summary>
    public static void SetPart(HttpResponse response, OpenFile file, ByteRange range)
    {
        response.StatusCode = StatusCodes.Status206PartialContent;
        var headers = response.Headers;
        headers.ContentLength = range.Length;
        headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {range.Start}-{range.Last}/{file.Stat.Size}");
        SetRepresentation(headers, file);
    }

    /// <summary>206 with several parts (RFC 9110 section 15.3.7.2). Only the parts say which they are.</summary>
    public static void SetParts(HttpResponse response, OpenFile file, MultipartRanges multipart)
    {
        response.StatusCode = StatusCodes.Status206PartialContent;
        var headers = response.Headers;
        headers.ContentLength = multipart.Length;
        SetRepresentation(headers, file);
        headers.ContentType = multipart.ContentType;
    }

    /// <summary>304: what a cache updates itself by; the validator date is of no use beside a tag (RFC 9110 section 15.4.5).</summary>
    public static void SetNotModified(HttpResponse response, OpenFile file)
    {
        response.StatusCode = StatusCodes.Status304NotModified;
        response.Headers.ETag = file.ETag;
        SetCacheControl(response.Headers, file);
    }

    /// <summary>416 (RFC 9110 section 15.5.17).</summary>
    public static void SetUnsatisfiable(HttpResponse response, OpenFile file)
    {
        response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
        response.Headers.AcceptRanges = Bytes;
        response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{file.Stat.Size}");
    }

    private static void SetRepresentation(IHeaderDictionary headers, OpenFile file)
    {
        headers.ContentType = file.Description.ContentType;
        headers.ETag = file.ETag;
        if (file.LastModified is { } lastModified)
        {
            headers.LastModified = lastModified;
        }

        headers.AcceptRanges = Bytes;
        headers.XContentTypeOptions = NoSniff;
        if (file.Description.Coding is { } coding)
        {
            headers.ContentEncoding = coding.Field;
        }

        SetCacheControl(headers, file);
    }

    private static void SetCacheControl(IHeaderDictionary headers, OpenFile file)
    {
        if (file.Description.CacheControl is { } cacheControl)
        {
            headers.CacheControl = cacheControl;
        }
    }

    /// <summary>Says that the answer depends on Accept-Encoding (RFC 9110 section 12.5.5), whatever the answer is.</summary>
    public static void SetVary(IHeaderDictionary headers)
    {
        if (headers.Vary.Count == 0)
        {
            headers.Vary = VaryByCoding;
        }
        else
        {
            headers.AppendCommaSeparatedValues(HeaderNames.Vary, VaryByCoding[0]!);
        }
    }
}
