using Aeronet.AspNetCore.StaticFiles.Listings.Rendering;
using Aeronet.AspNetCore.StaticFiles.Listings.Requests;
using Aeronet.AspNetCore.StaticFiles.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Aeronet.AspNetCore.StaticFiles.Listings;

/// <summary>The header fields of a list.</summary>
internal static class IndexHeaders
{
    private const string TruncatedField = "x-directory-listing-truncated";

    // Read as a page, JSON and text load nothing either.
    private const string NothingPolicy = "default-src 'none'; frame-ancestors 'none'";

    private static readonly StringValues NoSniff = "nosniff";
    private static readonly StringValues NoReferrer = "no-referrer";
    private static readonly StringValues NoCache = "no-cache";

    /// <summary>Sets status and fields; true when the body is to be sent.</summary>
    public static bool Set(HttpContext context, IndexSlice slice, IndexFormat format, RenderedBody body, string htmlPolicy)
    {
        var response = context.Response;
        var headers = response.Headers;
        var conditions = context.Request.Headers;
        headers.ETag = body.ETag;
        headers.CacheControl = NoCache;
        headers.Append("Vary", "Accept");

        // RFC 9110 section 13.2.2. There is no date to compare: a directory's own misses changes of its files.
        if (conditions.IfMatch.Count > 0 && !EntityTagList.AnyMatches(conditions.IfMatch, body.ETag, weakly: false))
        {
            response.StatusCode = StatusCodes.Status412PreconditionFailed;
            return false;
        }

        if (conditions.IfNoneMatch.Count > 0 && EntityTagList.AnyMatches(conditions.IfNoneMatch, body.ETag, weakly: true))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return false;
        }

        headers.ContentType = format switch
        {
            IndexFormat.Json => "application/json",
            IndexFormat.Text => "text/plain; charset=utf-8",
            _ => "text/html; charset=utf-8",
        };
        headers.ContentLength = body.Length;
        headers.XContentTypeOptions = NoSniff;
        headers["Referrer-Policy"] = NoReferrer;
        headers.ContentSecurityPolicy = format == IndexFormat.Html ? htmlPolicy : NothingPolicy;
        if (slice.Snapshot.IsTruncated)
        {
            headers[TruncatedField] = "1";
        }

        SetLinks(headers, slice);
        return true;
    }

    // RFC 8288: the pages before and after, for clients that read no HTML.
    private static void SetLinks(IHeaderDictionary headers, IndexSlice slice)
    {
        var previous = slice.PreviousHref is { } before ? $"<{before}>; rel=\"prev\"" : null;
        var next = slice.NextHref is { } after ? $"<{after}>; rel=\"next\"" : null;
        if (previous is not null || next is not null)
        {
            headers.Link = string.Join(", ", new[] { previous, next }.Where(static link => link is not null));
        }
    }
}
