using System.Buffers;
using System.Collections.Frozen;

namespace Aeronet.AspNetCore.Middleware.Cors;

/// <summary>What the Fetch standard says about names of methods and fields.</summary>
internal static class FetchNames
{
    public const string Any = "*";
    public const string Authorization = "Authorization";
    public const string RequestPrivateNetwork = "Access-Control-Request-Private-Network";
    public const string AllowPrivateNetwork = "Access-Control-Allow-Private-Network";
    public const string TimingAllowOrigin = "Timing-Allow-Origin";

    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~");

    // Methods that "normalize" makes capital, and PATCH, which it does not: in small letters none would ever match what is meant.
    private static readonly FrozenSet<string> StandardMethods =
        FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT");

    private static readonly FrozenSet<string> ForbiddenMethods =
        FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "CONNECT", "TRACE", "TRACK");

    // "forbidden request-header", and the fields of responses alone.
    private static readonly FrozenSet<string> ForbiddenRequestHeaders = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "Accept-Charset", "Accept-Encoding", "Access-Control-Request-Headers", "Access-Control-Request-Method", RequestPrivateNetwork,
        "Connection", "Content-Length", "Cookie", "Cookie2", "Date", "DNT", "Expect", "Host", "Keep-Alive", "Origin", "Referer",
        "Set-Cookie", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Via",
        "Access-Control-Allow-Credentials", "Access-Control-Allow-Headers", "Access-Control-Allow-Methods",
        "Access-Control-Allow-Origin", AllowPrivateNetwork, "Access-Control-Expose-Headers", "Access-Control-Max-Age");

    // "forbidden response-header name", and the fields of requests alone.
    private static readonly FrozenSet<string> ForbiddenResponseHeaders = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "Set-Cookie", "Set-Cookie2", "Origin", "Access-Control-Request-Headers", "Access-Control-Request-Method", RequestPrivateNetwork);

    public static bool IsToken(ReadOnlySpan<char> text) => text.Length > 0 && !text.ContainsAnyExcept(TokenCharacters);

    /// <summary>A method that needs no permission ("CORS-safelisted method").</summary>
    public static bool IsSafelisted(string method) => method is "GET" or "HEAD" or "POST";

    public static bool IsForbiddenMethod(string method) => ForbiddenMethods.Contains(method);

    /// <summary>The method that is meant by one in wrong letters; null if it is right, or none of the standard's.</summary>
    public static string? Capital(string method) =>
        StandardMethods.TryGetValue(method, out var capital) && capital != method ? capital : null;

    public static bool IsForbiddenRequestHeader(string name) => ForbiddenRequestHeaders.Contains(name)
        || name.StartsWith("Proxy-", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("Sec-", StringComparison.OrdinalIgnoreCase);

    public static bool IsForbiddenResponseHeader(string name) => ForbiddenResponseHeaders.Contains(name);
}
