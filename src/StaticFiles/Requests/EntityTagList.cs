using Microsoft.Extensions.Primitives;

namespace Aeronet.AspNetCore.StaticFiles.Requests;

/// <summary>Compares entity tags (RFC 9110 section 8.8.3).</summary>
internal static class EntityTagList
{
    /// <summary>
    /// Whether an If-Match or If-None-Match field is <c>*</c> or lists <paramref name="current"/>. A list is read up to the first
    /// thing that is no entity tag.
    /// </summary>
    /// <param name="field">The field's lines.</param>
    /// <param name="current">The file's tag, with its quotes.</param>
    /// <param name="weakly">Whether weak tags match (If-None-Match, section 13.1.2) or do not (If-Match, section 13.1.1).</param>
    public static bool AnyMatches(StringValues field, string current, bool weakly)
    {
        var isCurrentWeak = current.StartsWith("W/", StringComparison.Ordinal);
        var currentOpaque = current.AsSpan(isCurrentWeak ? 2 : 0);
        foreach (var line in field)
        {
            var rest = line.AsSpan().Trim(" \t");
            if (rest is "*")
            {
                return true;
            }

            while (TryReadTag(ref rest, out var tag, out var isWeak))
            {
                if ((weakly || !(isWeak || isCurrentWeak)) && tag.SequenceEqual(currentOpaque))
                {
                    return true;
                }
            }
        }

        return false;
    }

    // A tag may hold commas: a list cannot be split before it is read.
    private static bool TryReadTag(ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> tag, out bool isWeak)
    {
        rest = rest.TrimStart(" \t,");
        isWeak = rest.StartsWith("W/", StringComparison.Ordinal);
        var opaque = isWeak ? rest[2..] : rest;
        var end = opaque is ['"', ..] ? opaque[1..].IndexOf('"') + 2 : 1;
        if (end < 2)
        {
            tag = default;
            return false;
        }

        tag = opaque[..end];
        rest = opaque[end..].TrimStart(" \t");
        return rest is [] or [',', ..];
    }
}
