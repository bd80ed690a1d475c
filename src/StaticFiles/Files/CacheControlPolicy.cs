using Microsoft.Extensions.FileSystemGlobbing;

namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>The Cache-Control field of a file: by the first rule that its path matches, by its name, or the mount's.</summary>
internal sealed class CacheControlPolicy
{
    /// <summary>A year, and no revalidation within it (RFC 8246).</summary>
    private const string Immutable = "public, max-age=31536000, immutable";

    private readonly (Matcher Pattern, string? Value)[] _rules;
    private readonly bool _marksFingerprints;
    private readonly string? _default;

    public CacheControlPolicy(AeronetStaticFileOptions options)
    {
        _rules = [.. (options.CacheControlRules ?? []).Select(rule => (ToMatcher(rule.Pattern), Field(rule.Value)))];
        _marksFingerprints = options.ImmutableFingerprints;
        _default = Field(options.CacheControl);
    }

    /// <summary>The field for a path below the root; null for none.</summary>
    public string? For(string path)
    {
        foreach (var (pattern, value) in _rules)
        {
            if (pattern.Match(path).HasMatches)
            {
                return value;
            }
        }

        return _marksFingerprints && FingerprintedName.Is(path.AsSpan(path.LastIndexOf('/') + 1)) ? Immutable : _default;
    }

    private static string? Field(string? value) => string.IsNullOrEmpty(value) ? null : value;

    // As in .gitignore: without a slash it means files of that name anywhere.
    private static Matcher ToMatcher(string pattern)
        => new Matcher(StringComparison.Ordinal).AddInclude(pattern.Contains('/', StringComparison.Ordinal) ? pattern.TrimStart('/') : "**/" + pattern);
}
