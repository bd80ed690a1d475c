namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>
/// Recognises names that hold a hash of the content, as build tools make them: <c>app.3f2a9c1b.js</c>, <c>index-BxT3K9aZ.css</c>,
/// <c>app.8rcd3xjr6a.js</c>.
/// </summary>
internal static class FingerprintedName
{
    private const int MinLength = 8;
    private const int MinChanges = 3;

    /// <summary>Whether a part between the first one and the extension looks like a hash.</summary>
    public static bool Is(ReadOnlySpan<char> name)
    {
        var extension = name.LastIndexOf('.');
        if (extension < 0)
        {
            return false;
        }

        var isFirst = true;
        foreach (var range in name[..extension].SplitAny('.', '-', '_'))
        {
            if (!isFirst && IsHash(name[range]))
            {
                return true;
            }

            isFirst = false;
        }

        return false;
    }

    // Hexadecimal with digits and letters, or letters and digits that change places more often than in words and versions.
    private static bool IsHash(ReadOnlySpan<char> part)
    {
        if (part.Length < MinLength)
        {
            return false;
        }

        var (digits, hexLetters, changes) = (0, 0, 0);
        for (var i = 0; i < part.Length; i++)
        {
            if (!char.IsAsciiLetterOrDigit(part[i]))
            {
                return false;
            }

            digits += char.IsAsciiDigit(part[i]) ? 1 : 0;
            hexLetters += char.IsAsciiHexDigitLower(part[i]) && !char.IsAsciiDigit(part[i]) ? 1 : 0;
            changes += i > 0 && ClassOf(part[i]) != ClassOf(part[i - 1]) ? 1 : 0;
        }

        return (digits > 0 && hexLetters > 0 && digits + hexLetters == part.Length) || (digits > 0 && changes >= MinChanges);
    }

    private static int ClassOf(char letter) => char.IsAsciiDigit(letter) ? 0 : char.IsAsciiLetterLower(letter) ? 1 : 2;
}
