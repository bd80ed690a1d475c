using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Aeronet.AspNetCore.Middleware.HttpsRedirect;

/// <summary>What follows the authority in the URL that a request asked for.</summary>
internal static class RequestTarget
{
    // What a URL may hold, and what clients send although it may not and every parser takes for itself. Not in it is '#', which
    // a server takes for data and a client for the end of the query.
    private static readonly SearchValues<char> Verbatim = SearchValues.Create(
        [.. Enumerable.Range('!', '~' - '!' + 1).Select(c => (char)c).Where(c => c != '#')]);

    /// <summary>
    /// Path and query, byte for byte as they came, where the server shows them (not all do). False for the authority-form of
    /// CONNECT, which has neither.
    /// </summary>
    public static bool TryGetPathAndQuery(HttpContext context, out string pathAndQuery)
    {
        var request = context.Request;
        var raw = context.Features.Get<IHttpRequestFeature>()?.RawTarget;
        if (string.IsNullOrEmpty(raw))
        {
            pathAndQuery = Escape(request.PathBase.Add(request.Path).ToUriComponent() + request.QueryString.ToUriComponent());
            return true;
        }

        // OPTIONS of the whole server: a URL without a path says the same (RFC 9112 section 3.2.4).
        if (raw == "*")
        {
            pathAndQuery = "";
            return true;
        }

        pathAndQuery = raw;
        if (raw[0] != '/' && !TrySkipAuthority(raw, out pathAndQuery))
        {
            return false;
        }

        pathAndQuery = Escape(WithBase(request, pathAndQuery));
        return true;
    }

    // The absolute-form, which is for proxies, and which servers must take as well (RFC 9112 section 3.2.2).
    private static bool TrySkipAuthority(string raw, out string pathAndQuery)
    {
        pathAndQuery = "";
        var authority = raw.IndexOf("://", StringComparison.Ordinal);
        if (authority < 0)
        {
            return false;
        }

        var rest = raw.AsSpan(authority + 3);
        var end = rest.IndexOfAny('/', '?', '#');
        rest = end < 0 ? [] : rest[end..];
        pathAndQuery = rest is ['/', ..] ? rest.ToString() : string.Concat("/", rest);
        return true;
    }

    // The base is a part of the raw target after UsePathBase and Map. It is not if a proxy cut a prefix off and told of it
    // (X-Forwarded-Prefix), and the client has to send it.
    private static string WithBase(HttpRequest request, string pathAndQuery)
    {
        if (!request.PathBase.HasValue)
        {
            return pathAndQuery;
        }

        var queryAt = pathAndQuery.IndexOf('?', StringComparison.Ordinal);
        var query = queryAt < 0 ? "" : pathAndQuery[queryAt..];
        var path = new PathString(Uri.UnescapeDataString(pathAndQuery[..^query.Length]));
        if (path.Equals(request.Path, StringComparison.Ordinal))
        {
            return request.PathBase.ToUriComponent() + pathAndQuery;
        }

        // Neither, when the client sent dot segments.
        return path.StartsWithSegments(request.PathBase)
            ? pathAndQuery
            : request.PathBase.Add(request.Path).ToUriComponent() + query;
    }

    private static string Escape(string text)
    {
        var unsafeAt = text.AsSpan().IndexOfAnyExcept(Verbatim);
        if (unsafeAt < 0)
        {
            return text;
        }

        var escaped = new StringBuilder(text, 0, unsafeAt, text.Length + 16);
        foreach (var value in Encoding.UTF8.GetBytes(text[unsafeAt..]))
        {
            if (Verbatim.Contains((char)value))
            {
                escaped.Append((char)value);
            }
            else
            {
                escaped.Append('%').Append(value.ToString("X2", CultureInfo.InvariantCulture));
            }
        }

        return escaped.ToString();
    }
}
