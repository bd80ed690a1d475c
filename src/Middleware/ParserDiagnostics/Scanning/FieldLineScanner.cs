using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;

namespace Aeronet.AspNetCore.Middleware.ParserDiagnostics.Scanning;

/// <summary>Reads field lines (RFC 9112 section 5) as strictly as Kestrel does, and says where they are wrong.</summary>
internal static class FieldLineScanner
{
    /// <param name="head">The bytes.</param>
    /// <param name="start">Where the first field line begins.</param>
    /// <param name="rules">How strictly.</param>
    /// <param name="fields">What they say, if they are right.</param>
    public static HeadFault? Find(ReadOnlySpan<byte> head, int start, HeadRules rules, out FieldLines fields)
    {
        fields = default;

        // The line at the end is not counted.
        var limit = (long)start + rules.MaxFieldsSize + 2;
        var window = head[..(int)Math.Min(head.Length, limit)];
        var count = 0;
        for (var position = start; ;)
        {
            if (FindLineEnd(window, position, rules, out var end, out var next) is { } fault)
            {
                return fault;
            }

            if (next < 0)
            {
                return head.Length > limit
                    ? new HeadFault(RequestFault.HeadTooLarge, (int)limit, $"the end of the fields within {rules.MaxFieldsSize} bytes", 431)
                    : new HeadFault(RequestFault.HeadIncomplete, head.Length, "the rest of the head", 0);
            }

            if (end == position)
            {
                fields.End = position;
                return null;
            }

            if (FindInLine(window[..end], position, ++count, rules, ref fields) is { } found)
            {
                return found;
            }

            position = next;
        }
    }

    private static HeadFault? FindLineEnd(ReadOnlySpan<byte> window, int position, HeadRules rules, out int end, out int next)
    {
        end = window[position..].IndexOfAny((byte)'\r', (byte)'\n') is var length && length < 0 ? -1 : position + length;
        next = -1;
        if (end < 0 || (window[end] == '\r' && end + 1 == window.Length))
        {
            return null;
        }

        if (window[end] == '\n')
        {
            next = end + 1;
            return rules.AllowsLineFeed ? null : new HeadFault(RequestFault.BareLineFeed, end, "CR before LF");
        }

        next = end + 2;
        return window[end + 1] == '\n' ? null : new HeadFault(RequestFault.BareCarriageReturn, end, "CR only before LF");
    }

    private static HeadFault? FindInLine(ReadOnlySpan<byte> text, int start, int count, HeadRules rules, ref FieldLines fields)
    {
        if (FindInName(text, start, out var colon) is { } fault)
        {
            return fault;
        }

        if (count > rules.MaxFieldCount)
        {
            return new HeadFault(RequestFault.TooManyFields, start, $"no more than {rules.MaxFieldCount} fields", 431);
        }

        var name = text[start..colon];
        var value = Trim(text, colon + 1);
        if (Ascii.EqualsIgnoreCase(name, "Content-Length"u8))
        {
            return FindInContentLength(text[value], value.Start.Value, start, ref fields);
        }

        if (name.IndexOfAnyExceptInRange((byte)1, (byte)0x7f) is var at and >= 0)
        {
            return new HeadFault(RequestFault.NameInvalid, start + at, "ASCII without NUL in the field name");
        }

        if (FindInValue(text[value], value.Start.Value, rules) is { } found)
        {
            return found;
        }

        Note(name, value, start, ref fields);
        return null;
    }

    private static HeadFault? FindInName(ReadOnlySpan<byte> text, int start, out int colon)
    {
        var line = text[start..];
        var at = line.IndexOfAny((byte)':', (byte)' ', (byte)'\t');
        colon = start + at;
        if (at < 0)
        {
            return new HeadFault(RequestFault.ColonMissing, text.Length, "':' after the field name");
        }

        if (line[at] == ':')
        {
            return at > 0 ? null : new HeadFault(RequestFault.NameMissing, start, "a field name before ':'");
        }

        if (at == 0)
        {
            return new HeadFault(RequestFault.FoldedLine, start, "a field name: a value goes on one line");
        }

        return line[at..].TrimStart(" \t"u8) is [(byte)':', ..]
            ? new HeadFault(RequestFault.SpaceBeforeColon, colon, "':' right after the field name")
            : new HeadFault(RequestFault.NameInvalid, colon, "no white space in the field name, then ':'");
    }

    private static Range Trim(ReadOnlySpan<byte> text, int start)
    {
        var end = text.Length;
        while (start < end && text[start] is (byte)' ' or (byte)'\t')
        {
            start++;
        }

        while (end > start && text[end - 1] is (byte)' ' or (byte)'\t')
        {
            end--;
        }

        return start..end;
    }

    private static HeadFault? FindInContentLength(ReadOnlySpan<byte> value, int offset, int line, ref FieldLines fields)
    {
        if (fields.HasContentLength)
        {
            return new HeadFault(RequestFault.ContentLengthRepeated, line, "one Content-Length");
        }

        fields.HasContentLength = true;
        if (Utf8Parser.TryParse(value, out long length, out var parsed) && length >= 0 && parsed == value.Length)
        {
            return null;
        }

        var at = value.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return new HeadFault(
            RequestFault.ContentLengthInvalid, offset + Math.Max(at, 0), "digits alone, for at most 9223372036854775807 bytes");
    }

    private static HeadFault? FindInValue(ReadOnlySpan<byte> value, int offset, HeadRules rules)
    {
        if (rules.ValuesAreUtf8 && !Utf8.IsValid(value))
        {
            var at = 0;
            while (Rune.DecodeFromUtf8(value[at..], out _, out var consumed) == System.Buffers.OperationStatus.Done)
            {
                at += consumed;
            }

            value = value[..(at + 1)];
            if (value.IndexOf((byte)0) < 0)
            {
                return new HeadFault(RequestFault.ValueInvalid, offset + at, "UTF-8 in the field value");
            }
        }

        return value.IndexOf((byte)0) is var nul and >= 0
            ? new HeadFault(RequestFault.ValueInvalid, offset + nul, "no NUL in the field value")
            : null;
    }

    private static void Note(ReadOnlySpan<byte> name, Range value, int line, ref FieldLines fields)
    {
        if (Ascii.EqualsIgnoreCase(name, "Host"u8))
        {
            fields.HostCount++;
            if (fields.HostCount == 1)
            {
                fields.Host = value;
            }
            else if (fields.HostCount == 2)
            {
                fields.SecondHost = line;
            }
        }
        else if (Ascii.EqualsIgnoreCase(name, "Transfer-Encoding"u8))
        {
            fields.TransferCodings = value;
        }
    }
}
