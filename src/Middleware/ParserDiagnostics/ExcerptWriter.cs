using System.Text;
using Aeronet.AspNetCore.Middleware.AccessLog;

namespace Aeronet.AspNetCore.Middleware.ParserDiagnostics;

/// <summary>
/// Quotes bytes of strangers: a bounded number around the place in question, as printable ASCII. Where framing is off, what looks like a
/// head may be a body or credentials. So a first line is quoted if it has the shape of a request line, field lines if they have theirs, both
/// without secrets; of the byte in question no more than its class is told, and nothing behind it.
/// </summary>
/// <param name="length">How many bytes at most; 0 for none.</param>
/// <param name="secretFields">The names of fields whose values are left out.</param>
/// <param name="queries">The query keys whose values are.</param>
internal sealed class ExcerptWriter(int length, IEnumerable<string> secretFields, QueryRedaction queries)
{
    private readonly byte[][] _secretFields = [.. secretFields.Select(Encoding.ASCII.GetBytes)];

    /// <summary>Quotes a head around <paramref name="offset"/>, which may be the end of <paramref name="bytes"/>.</summary>
    /// <param name="bytes">The message, as far as it has come.</param>
    /// <param name="start">Where its request line begins, behind empty lines.</param>
    /// <param name="offset">The byte in question.</param>
    public Excerpt Write(ReadOnlySpan<byte> bytes, int start, int offset)
    {
        if (length == 0)
        {
            return default;
        }

        var text = new ExcerptText(bytes, offset);
        text.Quote(..Math.Min(start, offset));
        if (RequestLineShape.Find(bytes[start..]) is { } shape)
        {
            var end = QuoteRequestLine(text, bytes, start, shape);
            if (offset > end && end < bytes.Length && bytes[end] is (byte)'\r' or (byte)'\n')
            {
                QuoteFields(text, bytes, end, offset);
            }
        }

        return text.Around(length);
    }

    /// <summary>Quotes fields that follow a body.</summary>
    public Excerpt WriteFields(ReadOnlySpan<byte> bytes, int offset)
    {
        if (length == 0)
        {
            return default;
        }

        var text = new ExcerptText(bytes, offset);
        QuoteFields(text, bytes, 0, offset);
        return text.Around(length);
    }

    /// <summary>Tells the class of a byte and nothing else: it may be of a body.</summary>
    public Excerpt WriteClass(ReadOnlySpan<byte> bytes, int offset) => length == 0 ? default : new ExcerptText(bytes, offset).Around(length);

    /// <summary>Quotes as much of a request line as has its shape; returns where that ends.</summary>
    private int QuoteRequestLine(ExcerptText text, ReadOnlySpan<byte> bytes, int start, RequestLineShape shape)
    {
        text.Quote(start..(start + shape.Target));
        var target = Encoding.ASCII.GetString(bytes[(start + shape.Target)..(start + shape.TargetEnd)]);
        var at = start + shape.Target;
        if (QueryRedaction.UserInfo(target) is { } user)
        {
            text.Quote(at..(at + user.Start.Value));
            text.Redact((at + user.Start.Value)..(at + user.End.Value));
            at += user.End.Value;
            target = target[user.End.Value..];
        }

        var query = target.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? target.Length : query;
        text.Quote(at..(at + path));
        at += path;
        for (var rest = target.AsSpan(path); !rest.IsEmpty;)
        {
            var piece = queries.NextPiece(rest, out var secret);
            text.Quote(at..(at + (secret ?? piece)));
            text.Redact((at + (secret ?? piece))..(at + piece));
            at += piece;
            rest = rest[piece..];
        }

        text.Quote((start + shape.TargetEnd)..(start + shape.End));
        return start + shape.End;
    }

    /// <summary>Quotes lines up to the one that <paramref name="offset"/> is in, and of that one what is known to be no value.</summary>
    private void QuoteFields(ExcerptText text, ReadOnlySpan<byte> bytes, int from, int offset)
    {
        for (var line = from; line < bytes.Length && line <= offset;)
        {
            // Either byte ends a line here: a secret after a bare one is still a secret.
            var rest = bytes[line..];
            var size = rest.IndexOfAny((byte)'\r', (byte)'\n') is var at && at < 0 ? rest.Length : at;
            var end = line + size;
            var colon = rest[..size].IndexOf((byte)':');
            var name = colon < 0 ? 0 : RequestLineShape.TokenLength(rest[..colon]);
            if (colon > 0 && name == colon)
            {
                // Right so far.
                text.Quote(line..(line + colon + 1));
                if (IsSecret(rest[..colon]))
                {
                    text.Redact((line + colon + 1)..end);
                }
                else
                {
                    text.Quote((line + colon + 1)..Math.Min(end, Math.Max(offset, line + colon + 1)));
                }
            }
            else if (colon >= 0 && offset >= line && offset <= end)
            {
                // A name that is wrong.
                text.Quote(line..(line + Math.Min(name, offset - line)));
            }
            else if (offset < line || offset >= end)
            {
                // Folded, or no field at all.
                text.Redact(line..end);
            }

            if (offset < end)
            {
                return;
            }

            if (end < bytes.Length && end < offset)
            {
                text.Quote(end..(end + 1));
            }

            line = end + 1;
        }
    }

    private bool IsSecret(ReadOnlySpan<byte> name)
    {
        foreach (var secret in _secretFields)
        {
            if (Ascii.EqualsIgnoreCase(name, secret))
            {
                return true;
            }
        }

        return false;
    }
}
