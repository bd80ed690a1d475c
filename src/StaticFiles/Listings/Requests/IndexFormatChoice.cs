using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Aeronet.AspNetCore.StaticFiles.Listings.Requests;

/// <summary>Chooses the format: the query's <c>format</c>, else what Accept likes best (RFC 9110 section 12.5.1), else HTML.</summary>
internal static class IndexFormatChoice
{
    private static readonly (IndexFormat Format, string MediaType)[] Offers =
        [(IndexFormat.Html, "text/html"), (IndexFormat.Json, "application/json"), (IndexFormat.Text, "text/plain")];

    public static IndexFormat Of(HttpRequest request) => request.Query["format"] switch
    {
        ["html"] => IndexFormat.Html,
        ["json"] => IndexFormat.Json,
        ["text"] => IndexFormat.Text,
        _ => OfAccept(request.Headers.Accept),
    };

    private static IndexFormat OfAccept(StringValues accept)
    {
        if (accept.Count == 0 || !MediaTypeHeaderValue.TryParseList(accept, out var ranges))
        {
            return IndexFormat.Html;
        }

        // What is not acceptable may be sent all the same (section 12.4.1): HTML then.
        var best = (Format: IndexFormat.Html, Quality: 0d);
        foreach (var (format, mediaType) in Offers)
        {
            var quality = QualityOf(mediaType, ranges);
            if (quality > best.Quality)
            {
                best = (format, quality);
            }
        }

        return best.Format;
    }

    // The most specific range decides, not the one that gives most.
    private static double QualityOf(string mediaType, IList<MediaTypeHeaderValue> ranges)
    {
        var found = (Specificity: -1, Quality: 0d);
        foreach (var range in ranges)
        {
            var specificity = range.MatchesAllTypes ? 0
                : range.MatchesAllSubTypes && mediaType.StartsWith(range.Type + "/", StringComparison.OrdinalIgnoreCase) ? 1
                : range.MediaType.Equals(mediaType, StringComparison.OrdinalIgnoreCase) ? 2
                : -1;
            if (specificity > found.Specificity)
            {
                found = (specificity, range.Quality ?? 1);
            }
        }

        return found.Quality;
    }
}
