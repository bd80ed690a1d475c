using System.Buffers;

namespace Aeronet.AspNetCore.Middleware.ParserDiagnostics.Scanning;

/// <summary>Reads a request line (RFC 9112 section 3) as strictly as Kestrel does, and says where it is wrong.</summary>
internal static class RequestLineScanner
{
    private const int VersionLength = 8;

    // How a record with a ClientHello begins (RFC 8446, section 5.1).
    private const byte TlsHandshake = 0x16;
    private const byte TlsMajorVersion = 3;

    private static readonly SearchValues<byte> TokenBytes =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0"u8;

    public static HeadFault? Find(ReadOnlySpan<byte> head, HeadRules rules, out RequestLine line)
    {
        line = default;
        if (head is [TlsHandshake] or [TlsHandshake, TlsMajorVersion, ..] && !rules.IsEncrypted)
        {
            return new HeadFault(RequestFault.TlsOnPlainPort, 0, "an HTTP request: this endpoint speaks HTTP without TLS, use http://");
        }

        // Kestrel stops at NUL too, which is in no line that is right.
        var window = head[..Math.Min(head.Length, rules.MaxRequestLineSize)];
        var end = window.IndexOfAny((byte)'\n', (byte)0);
        if (end >= 0)
        {
            return FindInLine(window[..(end + 1)], rules, out line);
        }

        return window.Length == rules.MaxRequestLineSize
            ? new HeadFault(
                RequestFault.RequestLineTooLong, window.Length, $"the end of the request line within {rules.MaxRequestLineSize} bytes", 414)
            : new HeadFault(RequestFault.HeadIncomplete, head.Length, "the rest of the request line", 0);
    }

    /// <param name="text">The line, with the LF or NUL at its end.</param>
    /// <param name="rules">How strictly.</param>
    /// <param name="line">Its parts, if it is right.</param>
    private static HeadFault? FindInLine(ReadOnlySpan<byte> text, HeadRules rules, out RequestLine line)
    {
        line = default;
        var method = text.IndexOfAnyExcept(TokenBytes);
        if (text[method] != ' ' || method == 0)
        {
            return MethodFault(text, method);
        }

        var target = method + 1;
        if (text[target] is (byte)' ' or (byte)'\n' || text[target..] is [(byte)'\r', (byte)'\n'])
        {
            return new HeadFault(RequestFault.TargetMissing, target, "a target such as '/' after one space");
        }

        if (text[target] is (byte)'?' or (byte)'%')
        {
            return new HeadFault(RequestFault.TargetInvalid, target, TargetScanner.Forms);
        }

        var length = text[target..].IndexOf((byte)' ');
        var version = target + length;
        if (length < 0)
        {
            // Kestrel takes any byte for the space after a target of one byte.
            length = 1;
            version = target + 2;
            if (version >= text.Length || text[target + 1] is (byte)'?' or (byte)'%' || FindInVersion(text, version, rules) is not null)
            {
                return text[^1] == 0
                    ? new HeadFault(RequestFault.TargetInvalid, text.Length - 1, "no NUL in the target")
                    : new HeadFault(RequestFault.VersionMissing, LineEnd(text), "a space and the version HTTP/1.1");
            }
        }

        while (text[version] == ' ')
        {
            version++;
        }

        if (FindInVersion(text, version, rules) is { } fault)
        {
            return fault;
        }

        line = new RequestLine(..method, target..(target + length), text[version + VersionLength - 1] == '0', text.Length);
        return TargetScanner.Find(text, line);
    }

    private static HeadFault MethodFault(ReadOnlySpan<byte> text, int at) => text[at] switch
    {
        (byte)' ' => new HeadFault(RequestFault.MethodMissing, at, "a method such as GET"),
        (byte)'\r' or (byte)'\n' => new HeadFault(RequestFault.TargetMissing, at, "a space and a target such as '/'"),
        _ => new HeadFault(RequestFault.MethodInvalid, at, "letters, digits or !#$%&'*+-.^_`|~ in the method, then a space"),
    };

    private static HeadFault? FindInVersion(ReadOnlySpan<byte> text, int version, HeadRules rules)
    {
        var rest = text[version..];
        var i = 0;
        while (i < VersionLength && i < rest.Length && IsVersionByte(rest[i], i))
        {
            i++;
        }

        if (i < VersionLength)
        {
            // Eight bytes and an end of line are a version that nobody speaks; anything else is none.
            var isOther = rest.Length - VersionLength is var end
                && ((end == 2 && rest[^2] == '\r') || (end == 1 && rules.AllowsLineFeed)) && rest[^1] == '\n';
            return rest[i] is (byte)'\r' or (byte)'\n' && i == 0
                ? new HeadFault(RequestFault.VersionMissing, version, "the version HTTP/1.1")
                : new HeadFault(
                    isOther ? RequestFault.VersionUnsupported : RequestFault.VersionInvalid,
                    version + i,
                    isOther ? "the version HTTP/1.1 or HTTP/1.0" : "the version HTTP/1.1 (a space in the target is written %20)",
                    isOther ? 505 : 400);
        }

        var lineEnd = rest[VersionLength..];
        if (!lineEnd.SequenceEqual("\r\n"u8) && !(rules.AllowsLineFeed && lineEnd.SequenceEqual("\n"u8)))
        {
            return new HeadFault(RequestFault.LineEndInvalid, version + VersionLength, "CR LF after the version");
        }

        if (rest[5] == '1' && rest[7] is (byte)'0' or (byte)'1')
        {
            return null;
        }

        var isPreface = text[..(version + VersionLength)].SequenceEqual(Preface);
        return new HeadFault(
            isPreface ? RequestFault.Http2OnHttp1Endpoint : RequestFault.VersionUnsupported,
            version + (rest[5] == '1' ? 7 : 5),
            isPreface ? "HTTP/1.1: this endpoint does not speak HTTP/2 without TLS" : "the version HTTP/1.1 or HTTP/1.0",
            505);
    }

    private static bool IsVersionByte(byte value, int index) =>
        index is 5 or 7 ? char.IsAsciiDigit((char)value) : value == "HTTP/1.1"u8[index];

    private static int LineEnd(ReadOnlySpan<byte> text) => text.Length - (text is [.., (byte)'\r', _] ? 2 : 1);
}
