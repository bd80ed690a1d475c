using System.Globalization;
using System.Text;

namespace Aeronet.AspNetCore.Middleware.ParserDiagnostics;

/// <summary>An excerpt while it is put together: bytes, each escaped, and what stands for others.</summary>
/// <param name="bytes">What is quoted from.</param>
/// <param name="offset">The byte that it is about, of which the class is told in its place.</param>
internal readonly ref struct ExcerptText(ReadOnlySpan<byte> bytes, int offset)
{
    private const string Redacted = "<redacted>";

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly List<string> _pieces = [];

    // Where in the pieces the byte is; the only thing that changes.
    private readonly int[] _caret = [-1];

    /// <summary>Quotes bytes; from the one in question on only if they belong to what has been found harmless as a whole.</summary>
    public void Quote(Range range)
    {
        var (from, count) = range.GetOffsetAndLength(_bytes.Length);
        for (var i = from; i < from + count; i++)
        {
            NoteCaret(i, i + 1);
            _pieces.Add(Escape(_bytes[i]));
        }
    }

    /// <summary>Leaves bytes out.</summary>
    public void Redact(Range range)
    {
        var (from, count) = range.GetOffsetAndLength(_bytes.Length);
        if (count > 0)
        {
            NoteCaret(from, from + count);
            _pieces.Add(Redacted);
        }
    }

    /// <summary>The text, of so many pieces around the place, with the class of the byte there where it has not been quoted.</summary>
    public Excerpt Around(int length)
    {
        if (_caret[0] < 0)
        {
            _caret[0] = _pieces.Count;
            if (offset < _bytes.Length)
            {
                _pieces.Add(ClassOf(_bytes[offset]));
            }
        }

        var start = Math.Max(0, Math.Min(_caret[0] - (length / 2), _pieces.Count - length));
        var text = new StringBuilder(length * 2);
        var caret = 0;
        for (var i = start; i < Math.Min(_pieces.Count, start + length); i++)
        {
            caret = i == _caret[0] ? text.Length : caret;
            text.Append(_pieces[i]);
        }

        return new Excerpt(text.ToString(), _caret[0] >= Math.Min(_pieces.Count, start + length) ? text.Length : caret);
    }

    private static string ClassOf(byte value) => value switch
    {
        0 => "<NUL>",
        (byte)'\t' => "<tab>",
        (byte)'\n' => "<LF>",
        (byte)'\r' => "<CR>",
        (byte)' ' => "<space>",
        < 0x20 or 0x7f => "<control>",
        > 0x7f => "<not ASCII>",
        _ when char.IsAsciiLetter((char)value) => "<letter>",
        _ when char.IsAsciiDigit((char)value) => "<digit>",
        _ => "<punctuation>",
    };

    private static string Escape(byte value) => value switch
    {
        (byte)'\r' => "\\r",
        (byte)'\n' => "\\n",
        (byte)'\t' => "\\t",
        (byte)'\\' => "\\\\",
        >= (byte)' ' and <= (byte)'~' => ((char)value).ToString(),
        _ => string.Create(CultureInfo.InvariantCulture, $"\\x{value:X2}"),
    };

    private void NoteCaret(int from, int to)
    {
        if (_caret[0] < 0 && offset >= from && offset < to)
        {
            _caret[0] = _pieces.Count;
        }
    }
}
