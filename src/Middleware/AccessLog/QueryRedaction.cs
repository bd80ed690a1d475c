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
        // Pieces end with the separator that follows them.
        while (!query.IsEmpty)
        {
            var end = query[1..].IndexOfAny('&', ';', '#') + 1;
            var piece = end == 0 ? query : query[..end];
            var equals = piece.IndexOf('=');
            if (equals > 0 && IsSecret(piece[1..equals]))
            {
                line.Part(piece[..(equals + 1)], style);
                line.Part(Redacted, style);
            }
            else
            {
                line.Part(piece, style);
            }

            query = query[piece.Length..];
        }
    }

    private bool IsSecret(ReadOnlySpan<char> key) =>
        _keys.Contains(key) || (key.ContainsAny('%', '+') && _keys.Contains(Uri.UnescapeDataString(key.ToString().Replace('+', ' '))));
}
