namespace Aeronet.AspNetCore.StaticFiles.Requests;

/// <summary>
/// Tells methods apart by case, as RFC 9110 section 9.1 has it and the server under this does: <c>head</c> is no HEAD to it, and an answer
/// without the promised body an error.
/// </summary>
internal static class RequestMethod
{
    /// <summary>The Allow field of a file.</summary>
    public const string AllowedOnFiles = "GET, HEAD, OPTIONS";

    public static bool IsGet(string method) => string.Equals(method, "GET", StringComparison.Ordinal);

    public static bool IsHead(string method) => string.Equals(method, "HEAD", StringComparison.Ordinal);

    public static bool IsGetOrHead(string method) => IsGet(method) || IsHead(method);

    public static bool IsOptions(string method) => string.Equals(method, "OPTIONS", StringComparison.Ordinal);
}
