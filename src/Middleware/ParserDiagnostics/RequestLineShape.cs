using System.Buffers;

namespace Aeronet.AspNetCore.Middleware.ParserDiagnostics;

/// <summary>
/// The parts of what has the shape of a request line: a method in capital letters, a space and a target. A line of a body or a field has not,
/// but for one that somebody means to look so.
/// </summary>
/// <param name="Target">Where the target begins.</param>
/// <param name="TargetEnd">Where it ends: at the first byte that can be in none.</param>
/// <param name="End">Where spaces and a version behind it end, if they are there.</param>
internal readonly record struct RequestLineShape(int Target, int TargetEnd, int End)
{
    private const int LongestMethod = 24;
    private const int VersionLength = 8;

    private static readonly SearchValues<byte> TokenBytes =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private static readonly SearchValues<byte> MethodBytes = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ-"u8);

    private static readonly SearchValues<byte> AuthorityBytes =
        SearchValues.Create(".-:[]0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>How many bytes are those of a name (RFC 9110, section 5.6.2).</summary>
    public static int TokenLength(ReadOnlySpan<byte> bytes) =>
        bytes.IndexOfAnyExcept(TokenBytes) is var end && end < 0 ? bytes.Length : end;

    /// <summary>Finds it; null where it is not.</summary>
    public static RequestLineShape? Find(ReadOnlySpan<byte> bytes)
    {
        var method = bytes.IndexOfAnyExcept(MethodBytes);
        if (method is < 1 or > LongestMethod || bytes[method] != ' ')
        {
            return null;
        }

        var target = method + 1;
        var rest = bytes[target..];
        if (!(rest.StartsWith("/"u8) || rest.StartsWith("http://"u8) || rest.StartsWith("https://"u8) || rest.StartsWith("*"u8)
            || (bytes[..method].SequenceEqual("CONNECT"u8) && rest.IndexOfAnyExcept(AuthorityBytes) is > 0 and var space && rest[space] == ' ')))
        {
            return null;
        }

        var length = rest.IndexOfAnyExceptInRange((byte)'!', (byte)'~') is var at && at < 0 ? rest.Length : at;
        var end = target + length;
        var version = bytes[end..].IndexOfAnyExcept((byte)' ') is var spaces && spaces < 0 ? bytes.Length : end + spaces;
        return new RequestLineShape(target, end, IsVersion(bytes[version..]) ? version + VersionLength : end);
    }

    // Of any number: that may be what is wrong.
    private static bool IsVersion(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= VersionLength && bytes.StartsWith("HTTP/"u8) && char.IsAsciiDigit((char)bytes[5]) && bytes[6] == '.'
        && char.IsAsciiDigit((char)bytes[7]);
}
