using System.Buffers;

namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>
/// Recognises names that hold a hash of the content, as build tools make them: <c>app.3f2a9c1b.js</c>, <c>index-BxT3K9aZ.css</c>,
/// <c>app.8rcd3xjr6a.js</c>. By what people do not write: a part has to have the length of a hash, and as much chance in it. Whoever is
/// wrong about that has an old file for a year, so a hash that could be a date, a version or a word does not count as one.
/// </summary>
internal static class FingerprintedName
{
    // Hundredths of a bit: what a character tells where each of its kind is as likely as another.
    private const int OfDigit = 332;
    private const int OfHexLetter = 258;
    private const int OfLetter = 470;

    // Hexadecimal leaves few words to be written in it, other alphabets all of them.
    private const int EnoughForHex = 1600;
    private const int EnoughForOthers = 2900;

    // A longer run of digits is a number: a year, a resolution, a bit rate.
    private const int LongestNumber = 2;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");
    private static readonly SearchValues<char> Vowels = SearchValues.Create("aeiouyAEIOUY");
    private static readonly SearchValues<char> LettersAndDigits =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

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

    private static bool IsHash(ReadOnlySpan<char> part)
    {
        // Both kinds: digits alone are a number, letters alone may be a word.
        if (!part.ContainsAnyInRange('0', '9') || !part.ContainsAnyExceptInRange('0', '9') || part.ContainsAnyExcept(LettersAndDigits))
        {
            return false;
        }

        var isHex = !part.ContainsAnyExcept(HexDigits);
        return isHex ? IsHexLength(part.Length) && ChanceIn(part, isHex) >= EnoughForHex
            : part.Length is 8 or 10 or >= 16 && ChanceIn(part, isHex) >= EnoughForOthers;
    }

    // What is cut out of MD5 and the SHA family.
    private static bool IsHexLength(int length) => length is 8 or 12 or 16 or 20 || (length is >= 24 and <= 128 && length % 8 == 0);

    // Of a run of letters or digits the first two count, because the rest of a word or number follows from them; of letters that nobody
    // can pronounce, the first four. Numbers leave no chance but in hexadecimal.
    private static int ChanceIn(ReadOnlySpan<char> part, bool isHex)
    {
        var chance = 0;
        while (!part.IsEmpty)
        {
            var run = part[..RunLength(part)];
            part = part[run.Length..];
            if (char.IsAsciiDigit(run[0]))
            {
                if (run.Length > LongestNumber && !isHex)
                {
                    return 0;
                }

                chance += OfDigit * Math.Min(run.Length, 2);
            }
            else
            {
                chance += isHex ? OfHexLetter * Math.Min(run.Length, 2)
                    : OfLetter * Math.Min(run.Length, run.ContainsAny(Vowels) ? 2 : 4);
            }
        }

        return chance;
    }

    // Digits, small letters or capitals; a word with a capital in front is one run.
    private static int RunLength(ReadOnlySpan<char> part)
    {
        var length = LengthOfClass(part);
        if (length == 1 && char.IsAsciiLetterUpper(part[0]) && part.Length > 2 && char.IsAsciiLetterLower(part[1]) && char.IsAsciiLetterLower(part[2]))
        {
            length += LengthOfClass(part[1..]);
        }

        return length;
    }

    private static int LengthOfClass(ReadOnlySpan<char> part)
    {
        var length = char.IsAsciiDigit(part[0]) ? part.IndexOfAnyExceptInRange('0', '9')
            : char.IsAsciiLetterLower(part[0]) ? part.IndexOfAnyExceptInRange('a', 'z')
            : part.IndexOfAnyExceptInRange('A', 'Z');
        return length < 0 ? part.Length : length;
    }
}
