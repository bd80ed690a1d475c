namespace Aeronet.AspNetCore.StaticFiles;

/// <summary>The <c>Cache-Control</c> field of files whose path matches a pattern.</summary>
public sealed class CacheControlRule
{
    /// <summary>
    /// A pattern for the path below the root: <c>*</c> stands for any part of a name, <c>**</c> for any directories. Without a slash it
    /// is for names in every directory. Case matters. For example <c>*.html</c>, <c>assets/**</c>, <c>**/*.min.js</c>.
    /// </summary>
    /// <remarks>Needed.</remarks>
    public string Pattern { get; set; } = "";

    /// <summary>Directives (RFC 9111 section 5.2), or the empty string for no such field.</summary>
    /// <remarks>Defaults to the empty string.</remarks>
    public string Value { get; set; } = "";
}
