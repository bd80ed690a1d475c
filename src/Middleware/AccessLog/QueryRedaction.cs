using System.Collections.Frozen;

namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>Writes URLs without the values of some query keys.</summary>
internal sealed class QueryRedaction(IEnumerable<string> keys)
{
    public const string Redacted = "[redacted]";

    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _keys =
        keys.ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Writes a URL; what is before the query as it is.</summary>
    public void WriteUrl(ReadOnlySpan<char> url, LineWriter line, ValueStyle style)
    {
        if (UserInfo(url) is { } user)
        {
            line.Part(url[..user.Start], style);
            line.Part(Redacted, style);
            url = url[user.End..];
        }

        var queryAt = url.IndexOf('?');
        if (queryAt < 0 || _keys.Set.Count == 0)
        {
            line.Part(url, style);
            return;
        }

        line.Part(url[..queryAt], style);
        WriteQuery(url[queryAt..], line, style);
    }

    /// <summary>Writes a query, with the question mark before it.</summary>
    public void WriteQuery(ReadOnlySpan<char> query, LineWriter line, ValueStyle style)
    {
        while (!query.IsEmpty)
        {
            var piece = query[..NextPiece(query, out var secret)];
            line.Part(secret is { } value ? piece[..value] : piece, style);
            if (secret is not null)
            {
                line.Part(Redacted, style);
            }

            query = query[piece.Length..];
        }
    }

    /// <summary>The length of the first key with its value, and of the separator before them.</summary>
    /// <param name="query">A query, or the rest of one, with the separator at its beginning.</param>
    /// <param name="secret">Where in it begins what is not written; null if all is.</param>
    public int NextPiece(ReadOnlySpan<char> query, out int? secret)
    {
        var end = query[1..].IndexOfAny('&', ';', '#') + 1;
        var length = end == 0 ? query.Length : end;
        var equals = query[..length].IndexOf('=');
        secret = equals > 0 && IsSecret(query[1..equals]) ? equals + 1 : null;
        return length;
    }

    /// <summary>Where name and password stand in a URL of the form <c>http://name:password@host/</c>; null where they do not.</summary>
    public static Range? UserInfo(ReadOnlySpan<char> url)
    {
        // What looks like a scheme in a path or a query is none, and a query behind it would not be seen.
        if (url.IndexOf("://") is var scheme && (scheme < 0 || url[..scheme].ContainsAny("/?#")))
        {
            return null;
        }

        var start = scheme + "://".Length;
        var authority = url[start..];
        authority = authority.IndexOfAny("/?#") is var end && end < 0 ? authority : authority[..end];
        return authority.LastIndexOf('@') is var at && at < 0 ? null : start..(start + at);
    }

    private bool IsSecret(ReadOnlySpan<char> key) =>
        _keys.Contains(key) || (key.ContainsAny('%', '+') && _keys.Contains(Uri.UnescapeDataString(key.ToString().Replace('+', ' '))));
}
