using System.Globalization;
using Aeronet.AspNetCore.StaticFiles.DirectoryIndex;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.StaticFiles.Listings.Requests;

/// <summary>
/// What the query asks for: <c>sort</c>, <c>order</c>, <c>page</c>, <c>limit</c>, <c>format</c>. What is no value of theirs counts as
/// left out.
/// </summary>
/// <param name="Sort">The key.</param>
/// <param name="Descending">Whether the largest comes first.</param>
/// <param name="Page">From 1; may be beyond the last.</param>
/// <param name="Limit">Entries on a page as asked for; null when not.</param>
/// <param name="Format">The format the query names; null when it names none.</param>
internal readonly record struct IndexQuery(DirectoryIndexSort Sort, bool Descending, int Page, int? Limit, string? Format)
{
    /// <summary>The most entries on a page, whatever the query asks for.</summary>
    public const int MaxLimit = 10_000;

    public static IndexQuery Read(IQueryCollection query) => new(
        query["sort"] switch
        {
            ["size"] => DirectoryIndexSort.Size,
            ["date"] => DirectoryIndexSort.Date,
            _ => DirectoryIndexSort.Name,
        },
        query["order"] is ["desc"],
        Number(query["page"]) ?? 1,
        Number(query["limit"]) is { } limit ? Math.Min(limit, MaxLimit) : null,
        query["format"] is [("html" or "json" or "text") and var format] ? format : null);

    /// <summary>The name of a sort key in queries.</summary>
    public static string NameOf(DirectoryIndexSort sort) => sort switch
    {
        DirectoryIndexSort.Size => "size",
        DirectoryIndexSort.Date => "date",
        _ => "name",
    };

    /// <summary>A relative reference to the same directory with this query, without what is the default.</summary>
    public string ToHref()
    {
        Span<string?> parts =
        [
            Sort == DirectoryIndexSort.Name ? null : "sort=" + NameOf(Sort),
            Descending ? "order=desc" : null,
            Page <= 1 ? null : string.Create(CultureInfo.InvariantCulture, $"page={Page}"),
            Limit is null ? null : string.Create(CultureInfo.InvariantCulture, $"limit={Limit}"),
            Format is null ? null : "format=" + Format,
        ];
        var href = "";
        foreach (var part in parts)
        {
            href += part is null ? "" : (href.Length == 0 ? "?" : "&") + part;
        }

        // An empty reference would keep the query that is there (RFC 3986 section 5.2.2).
        return href.Length == 0 ? "./" : href;
    }

    private static int? Number(Microsoft.Extensions.Primitives.StringValues value)
        => value is [var text] && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : null;
}
