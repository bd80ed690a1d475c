using System.Globalization;
using System.Text;

namespace Aeronet.AspNetCore.Middleware.Text;

/// <summary>Makes texts of strangers fit for one line of ASCII.</summary>
internal static class PrintableText
{
    /// <summary>Writes every character but printable ASCII as <c>\uXXXX</c>.</summary>
    public static string Escape(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return text;
        }

        var escaped = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            if (c is >= ' ' and <= '~')
            {
                escaped.Append(c);
            }
            else
            {
                escaped.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            }
        }

        return escaped.ToString();
    }
}
