using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Aeronet.AspNetCore.Middleware.Dashboard;

/// <summary>The header fields that every answer of the dashboard has.</summary>
internal static class DashboardHeaders
{
    /// <summary>For what is no page: read as one, it loads nothing.</summary>
    public const string NothingPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    private static readonly StringValues NoStore = "no-store";
    private static readonly StringValues NoSniff = "nosniff";
    private static readonly StringValues NoReferrer = "no-referrer";
    private static readonly StringValues SameOrigin = "same-origin";

    public static void Set(HttpResponse response, string contentType, string policy)
    {
        var headers = response.Headers;
        headers.ContentType = contentType;
        headers.ContentSecurityPolicy = policy;
        headers.CacheControl = NoStore;
        headers.XContentTypeOptions = NoSniff;
        headers["Referrer-Policy"] = NoReferrer;
        headers["Cross-Origin-Resource-Policy"] = SameOrigin;
        headers["Cross-Origin-Opener-Policy"] = SameOrigin;
    }

    /// <summary>Answers with a line of text.</summary>
    public static Task WriteTextAsync(HttpResponse response, int status, string text)
    {
        response.StatusCode = status;
        Set(response, "text/plain; charset=utf-8", NothingPolicy);
        return response.WriteAsync(text);
    }
}
