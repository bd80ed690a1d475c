using System.Buffers;
using System.Text;

namespace Aeronet.AspNetCore.StaticFiles;

/// <summary>Values of the <c>Content-Disposition</c> field (RFC 6266) with names in any script (RFC 8187).</summary>
/// <example><code>response.HttpContext.Response.Headers.ContentDisposition = ContentDisposition.Attachment("Übersicht.pdf");</code></example>
public static class ContentDisposition
{
    // attr-char of RFC 8187 section 3.2.1.
    private static readonly SearchValues<byte> AttributeBytes =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$&+-.^_`|~"u8);

    /// <summary>The file is to be saved under this name.</summary>
    /// <param name="fileName">A file name without directories, in any script.</param>
    /// <returns>For example <c>attachment; filename="na_ve.txt"; filename*=UTF-8''na%C3%AFve.txt</c>.</returns>
    public static string Attachment(string fileName) => Format("attachment", fileName);

    /// <summary>The file is to be shown, and to have this name when it is saved.</summary>
    /// <param name="fileName">A file name without directories, in any script.</param>
    /// <returns>For example <c>inline; filename="report.pdf"</c>.</returns>
    public static string Inline(string fileName) => Format("inline", fileName);

    private static string Format(string type, string fileName)
    {
        ArgumentException.ThrowIfNullOrEmpty(fileName);
        var simple = new StringBuilder(fileName.Length);
        foreach (var rune in fileName.EnumerateRunes())
        {
            simple.Append(IsPlain(rune) ? (char)rune.Value : '_');
        }

        var value = $"{type}; filename=\"{simple}\"";
        return simple.Equals(fileName) ? value : $"{value}; filename*=UTF-8''{Encode(fileName)}";
    }

    // Between quotes without an escape, which clients read differently; "%" because some decode it, "/" and "\" because they part
    // directories (RFC 6266 section 4.3 and appendix D).
    private static bool IsPlain(Rune rune) => rune.Value is >= ' ' and < 0x7f and not ('"' or '\\' or '/' or '%');

    private static string Encode(string fileName)
    {
        var encoded = new StringBuilder();
        foreach (var octet in Encoding.UTF8.GetBytes(fileName))
        {
            if (octet is (byte)'/' or (byte)'\\')
            {
                encoded.Append('_');
            }
            else if (AttributeBytes.Contains(octet))
            {
                encoded.Append((char)octet);
            }
            else
            {
                encoded.Append('%').Append(octet.ToString("X2", null));
            }
        }

        return encoded.ToString();
    }
}
