using System.Text;
using Aeronet.AspNetCore.StaticFiles.Files;
using Microsoft.Net.Http.Headers;

namespace Aeronet.AspNetCore.StaticFiles.Hosting;

/// <content>Options that end up in header fields.</content>
internal sealed partial class StaticFileOptionsValidator
{
    private IEnumerable<string> ContentFailures(AeronetStaticFileOptions options)
    {
        if (options.ServeUnknownFileTypes && !IsMediaType(options.DefaultContentType))
        {
            yield return $"{section}:DefaultContentType is '{options.DefaultContentType}': use a media type such as 'application/octet-stream'.";
        }

        foreach (var (extension, type) in options.ContentTypes ?? new Dictionary<string, string>())
        {
            if (extension is not ['.', _, ..] || extension.AsSpan(1).ContainsAny("./\\\0"))
            {
                yield return $"{section}:ContentTypes has '{extension}': use the last extension of a name with its dot, such as '.md'.";
            }

            if (!IsMediaType(type))
            {
                yield return $"{section}:ContentTypes:{extension} is '{type}': use a media type such as 'text/markdown'.";
            }
        }

        if (!string.IsNullOrEmpty(options.TextCharset) && !IsToken(options.TextCharset))
        {
            yield return $"{section}:TextCharset is '{options.TextCharset}': use the name of a charset such as 'utf-8', or an empty string.";
        }

        if (options.CacheControl is { } cacheControl && !CacheControlHeaderValue.TryParse(cacheControl, out _))
        {
            yield return $"{section}:CacheControl is '{cacheControl}': use directives such as 'public, max-age=3600', or leave it out.";
        }

        foreach (var rule in options.CacheControlRules ?? [])
        {
            if (string.IsNullOrEmpty(rule.Pattern?.Trim('/')))
            {
                yield return $"{section}:CacheControlRules has a rule with the Pattern '{rule.Pattern}': use a pattern such as '*.html' or 'assets/**'.";
            }

            if (!string.IsNullOrEmpty(rule.Value) && !CacheControlHeaderValue.TryParse(rule.Value, out _))
            {
                yield return $"{section}:CacheControlRules has the Value '{rule.Value}' for '{rule.Pattern}': "
                    + "use directives such as 'public, max-age=3600', or an empty string for none.";
            }
        }

        if (!Enum.IsDefined(options.EntityTags))
        {
            yield return $"{section}:EntityTags is '{options.EntityTags}': use FileMetadata or ContentHash.";
        }

        foreach (var name in options.Precompressed ?? [])
        {
            if (!ContentCoding.TryFind(name, out _))
            {
                yield return $"{section}:Precompressed has '{name}': use {ContentCoding.KnownNames}.";
            }
        }
    }

    // What Kestrel would refuse to send, at start instead of at every request.
    private static bool IsMediaType(string? type) => type is not null && Ascii.IsValid(type) && MediaTypeHeaderValue.TryParse(type, out _);

    private static bool IsToken(string text) => text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '+' or ':');
}
