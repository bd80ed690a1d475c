using System.Globalization;
using System.Text;

namespace Aeronet.AspNetCore.Middleware.ParserDiagnostics;

/// <summary>
/// Quotes bytes of strangers: a bounded number around the place in question, as printable ASCII, without the values of fields that hold
/// secrets.
/// </summary>
/// <param name="length">How many bytes at most; 0 for none.</param>
/// <param name="secretFields">The names of fields whose values are left out.</param>
internal sealed class ExcerptWriter(int length, IEnumerable<string> secretFields)
{
    private const string Redacted = "<redacted>";

    private readonly byte[][] _secretFields = [.. secretFields.Select(Encoding.ASCII.GetBytes)];

    /// <summary>Quotes what is around <paramref name="offset"/>, which may be the end of <paramref name="bytes"/>.</summary>
    public Excerpt Write(ReadOnlySpan<byte> bytes, int offset)
    {
        if (length == 0)
        {
            return default;
        }

        var start = Math.Max(0, Math.Min(offset, bytes.Length) - (length / 2));
        var end = Math.Min(bytes.Length, start + length);
        var text = new StringBuilder(length * 2);
        var caret = -1;
        for (var line = 0; line < end;)
        {
            // Either byte ends a line here: a secret after a bare one is still a secret.
            var rest = bytes[line..];
            var size = rest.IndexOfAny((byte)'\r', (byte)'\n') is var at && at < 0 ? rest.Length : at + 1;
            Append(text, bytes, line, SecretIn(bytes, line, size, offset), line + size, start, end, offset, ref caret);
            line += size;
        }

        return new Excerpt(text.ToString(), caret < 0 ? text.Length : caret);
    }

    /// <param name="text">Where to write.</param>
    /// <param name="bytes">All bytes.</param>
    /// <param name="from">Where the line begins.</param>
    /// <param name="secret">Where the secret in it begins.</param>
    /// <param name="to">The end of the line.</param>
    /// <param name="start">The first byte that is quoted.</param>
    /// <param name="end">The first after it that is not.</param>
    /// <param name="offset">The byte in question.</param>
    /// <param name="caret">Where in the text it is.</param>
    private static void Append(
        StringBuilder text, ReadOnlySpan<byte> bytes, int from, int secret, int to, int start, int end, int offset, ref int caret)
    {
        for (var i = Math.Max(from, start); i < Math.Min(to, end); i++)
        {
            // Within a secret: at what stands for it.
            if (caret < 0 && i >= offset)
            {
                caret = text.Length;
            }

            if (i < secret || bytes[i] is (byte)'\r' or (byte)'\n')
            {
                AppendByte(text, bytes[i]);
            }
            else
            {
                if (caret < 0 && offset < to)
                {
                    caret = text.Length;
                }

                text.Append(Redacted);
                i = bytes[to - 1] is (byte)'\r' or (byte)'\n' ? to - 2 : to - 1;
                secret = to;
            }
        }
    }

    /// <summary>Where in a line the value begins that is left out; the line's end if there is none.</summary>
    private int SecretIn(ReadOnlySpan<byte> bytes, int line, int size, int offset)
    {
        var end = line + size;
        var text = bytes[line..end];
        if (line == 0)
        {
            return end;
        }

        // A folded value belongs to the name some lines above, and a name that is wrong may be meant to be any.
        var colon = text.IndexOf((byte)':');
        if (text[0] is (byte)' ' or (byte)'\t' || (offset >= line && offset < end && colon >= 0 && offset <= line + colon))
        {
            return line + Math.Max(colon + 1, 1);
        }

        foreach (var name in _secretFields)
        {
            if (text.Length > name.Length && Ascii.EqualsIgnoreCase(text[..name.Length], name) && !IsNameByte(text[name.Length]))
            {
                return line + name.Length + (text[name.Length] == ':' ? 1 : 0);
            }
        }

        return end;
    }

    private static bool IsNameByte(byte value) => char.IsAsciiLetterOrDigit((char)value) || value is (byte)'-' or (byte)'_';

    private static void AppendByte(StringBuilder text, byte value)
    {
        switch (value)
        {
            case (byte)'\r':
                text.Append("\\r");
                break;
            case (byte)'\n':
                text.Append("\\n");
                break;
            case (byte)'\t':
                text.Append("\\t");
                break;
            case (byte)'\\':
                text.Append("\\\\");
                break;
            case >= (byte)' ' and <= (byte)'~':
                text.Append((char)value);
                break;
            default:
                text.Append(CultureInfo.InvariantCulture, $"\\x{value:X2}");
                break;
        }
    }
}
