using System.Buffers;
using System.Globalization;
using System.Text;

namespace Aeronet.AspNetCore.StaticFiles.Names;

/// <summary>
/// Names for the eye: what is no character, cannot be seen, or turns the direction of the text around it is written as an escape.
/// Still to be HTML-encoded.
/// </summary>
internal static class ShownName
{
    private const int ZeroWidthNonJoiner = 0x200c;
    private const int ZeroWidthJoiner = 0x200d;

    /// <summary>The text for <paramref name="name"/>: <c>\xHH</c> for a byte, <c>\u{H}</c> for a character.</summary>
    public static string Of(ReadOnlySpan<byte> name)
    {
        if (!name.ContainsAnyExceptInRange((byte)' ', (byte)'~'))
        {
            return Encoding.ASCII.GetString(name);
        }

        var text = new StringBuilder(name.Length + 16);
        Span<char> units = stackalloc char[2];
        while (!name.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(name, out var rune, out var consumed);
            if (status != OperationStatus.Done)
            {
                AppendBytes(text, name[..consumed]);
            }
            else if (rune.Value < ' ' || rune.Value == 0x7f)
            {
                AppendBytes(text, name[..1]);
            }
            else if (Misleads(rune))
            {
                text.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:X4}}}");
            }
            else
            {
                text.Append(units[..rune.EncodeToUtf16(units)]);
            }

            name = name[consumed..];
        }

        return text.ToString();
    }

    private static void AppendBytes(StringBuilder text, ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            text.Append(CultureInfo.InvariantCulture, $"\\x{b:X2}");
        }
    }

    // Format: the bidirectional controls (UAX #9), zero-width characters and tags. The two joiners shape Persian and emoji.
    private static bool Misleads(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Format => rune.Value is not (ZeroWidthNonJoiner or ZeroWidthJoiner),
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
        _ => false,
    };
}
