using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>
/// Builds one line in a buffer that is used again and again. Whatever comes from outside goes through <see cref="Text"/>, which
/// lets no line break, control character or end of a quotation through.
/// </summary>
internal sealed class LineWriter
{
    private const int LongestNumber = 32;

    // What can stand in a line as it is, whatever the style.
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        [.. Enumerable.Range('!', '~' - '!' + 1).Select(c => (char)c).Where(c => c is not ('"' or '\\'))]);

    private static readonly SearchValues<char> PlainAndSpace = SearchValues.Create(
        [.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c).Where(c => c is not ('"' or '\\'))]);

    private byte[] _buffer = new byte[1024];
    private int _length;

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public void Clear() => _length = 0;

    public void Literal(ReadOnlySpan<byte> text)
    {
        text.CopyTo(Reserve(text.Length));
        _length += text.Length;
    }

    public void Byte(byte value)
    {
        Reserve(1)[0] = value;
        _length++;
    }

    public void Number(long value)
    {
        _ = value.TryFormat(Reserve(LongestNumber), out var written, default, null);
        _length += written;
    }

    /// <summary>A truth value; null is a dash, or null in JSON.</summary>
    public void Truth(bool? value, ValueStyle style)
    {
        if (value is { } truth)
        {
            Literal(truth ? "true"u8 : "false"u8);
        }
        else
        {
            Missing(style);
        }
    }

    /// <summary>Thousandths as a number with three decimals.</summary>
    public void Thousandths(long value)
    {
        Number(value / 1000);
        var span = Reserve(4);
        span[0] = (byte)'.';
        span[1] = (byte)('0' + (value / 100 % 10));
        span[2] = (byte)('0' + (value / 10 % 10));
        span[3] = (byte)('0' + (value % 10));
        _length += 4;
    }

    /// <summary>A value that knows how to write itself, in ASCII that needs no escape.</summary>
    public void Formatted<T>(T value, ValueStyle style)
        where T : IUtf8SpanFormattable
    {
        Quote(style);
        _ = value.TryFormat(Reserve(LongestNumber * 2), out var written, default, null);
        _length += written;
        Quote(style);
    }

    /// <summary>Any text; nothing at all is a dash, or null in JSON.</summary>
    public void Text(ReadOnlySpan<char> text, ValueStyle style)
    {
        if (text.IsEmpty)
        {
            Missing(style);
            return;
        }

        Quote(style);
        Part(text, style);
        Quote(style);
    }

    /// <summary>A part of a text.</summary>
    public void Part(ReadOnlySpan<char> text, ValueStyle style)
    {
        var plain = text.IndexOfAnyExcept(style == ValueStyle.Bare ? Plain : PlainAndSpace);
        if (plain < 0)
        {
            _length += Encoding.ASCII.GetBytes(text, Reserve(text.Length));
            return;
        }

        _length += Encoding.ASCII.GetBytes(text[..plain], Reserve(plain));
        Escape(text[plain..], style);
    }

    public void Missing(ValueStyle style) => Literal(style == ValueStyle.Json ? "null"u8 : "-"u8);

    public void Quote(ValueStyle style)
    {
        if (style == ValueStyle.Json)
        {
            Byte((byte)'"');
        }
    }

    private void Escape(ReadOnlySpan<char> text, ValueStyle style)
    {
        Span<byte> utf8 = stackalloc byte[256];
        while (!text.IsEmpty)
        {
            // Halves of a surrogate pair that stand alone become U+FFFD.
            _ = Utf8.FromUtf16(text, utf8, out var read, out var written, replaceInvalidSequences: true, isFinalBlock: true);
            foreach (var value in utf8[..written])
            {
                EscapeByte(value, style);
            }

            text = text[read..];
        }
    }

    private void EscapeByte(byte value, ValueStyle style)
    {
        var needed = style == ValueStyle.Json
            ? value is < 0x20 or 0x7f or (byte)'"' or (byte)'\\'
            : value is < 0x20 or >= 0x7f or (byte)'"' or (byte)'\\' || (value == ' ' && style == ValueStyle.Bare);
        if (!needed)
        {
            Byte(value);
            return;
        }

        Literal(style == ValueStyle.Json ? "\\u00"u8 : "\\x"u8);
        var digits = Reserve(2);
        digits[0] = HexDigit(value >> 4);
        digits[1] = HexDigit(value & 15);
        _length += 2;
    }

    private static byte HexDigit(int value) => (byte)(value < 10 ? '0' + value : 'a' + value - 10);

    private Span<byte> Reserve(int count)
    {
        if (_buffer.Length - _length < count)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + count));
        }

        return _buffer.AsSpan(_length);
    }
}
