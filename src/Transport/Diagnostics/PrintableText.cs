using System.Globalization;
using System.Text;

namespace Aeronet.AspNetCore.Transport.Diagnostics;

/// <summary>Makes texts of strangers fit for one line. What may not stand becomes <c>\uXXXX</c>.</summary>
internal static class PrintableText
{
    /// <summary>
    /// Lets letters of every script, digits, marks, punctuation, symbols and the space stand. Line ends, controls (with which terminals
    /// are steered), invisible and direction-changing characters, private ones and halves of surrogate pairs do not.
    /// </summary>
    public static string Escape(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return text;
        }

        var escaped = new StringBuilder(text.Length + 16);
        for (var i = 0; i < text.Length;)
        {
            var isWhole = Rune.TryGetRuneAt(text, i, out var rune);
            var length = isWhole ? rune.Utf16SequenceLength : 1;
            Append(escaped, text.AsSpan(i, length), isWhole && IsPrintable(rune));
            i += length;
        }

        return escaped.ToString();
    }

    /// <summary>Lets nothing but printable ASCII stand, for the fields of HTTP.</summary>
    public static string EscapeToAscii(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return text;
        }

        var escaped = new StringBuilder(text.Length + 16);
        for (var i = 0; i < text.Length; i++)
        {
            Append(escaped, text.AsSpan(i, 1), text[i] is >= ' ' and <= '~');
        }

        return escaped.ToString();
    }

    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.SpaceSeparator or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);

    private static void Append(StringBuilder escaped, ReadOnlySpan<char> text, bool asIs)
    {
        if (asIs)
        {
            escaped.Append(text);
            return;
        }

        foreach (var c in text)
        {
            escaped.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
        }
    }
}
