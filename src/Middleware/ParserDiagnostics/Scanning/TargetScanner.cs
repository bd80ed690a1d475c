using System.Buffers;
using System.Text;

namespace Aeronet.AspNetCore.Middleware.ParserDiagnostics.Scanning;

/// <summary>Checks a target (RFC 9112 section 3.2) against its method.</summary>
internal static class TargetScanner
{
    public const string Forms = "a target that begins with '/', 'http://' or 'https://', or is '*' or, for CONNECT, host:port";

    private static readonly SearchValues<byte> AuthorityBytes =
        SearchValues.Create(":.-[]@0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>Finds what is wrong with the target of a line whose tokens are right.</summary>
    public static HeadFault? Find(ReadOnlySpan<byte> text, RequestLine line)
    {
        var target = text[line.Target];
        var method = text[line.Method];
        var offset = line.Target.Start.Value;
        if (target[0] == '/')
        {
            return FindInPath(target, offset);
        }

        if (target is [(byte)'*'])
        {
            return method.SequenceEqual("OPTIONS"u8)
                ? null
                : new HeadFault(RequestFault.MethodNotAllowed, offset, "the method OPTIONS for '*'", 405);
        }

        return AuthorityStart(target) is { } authority
            ? FindInAbsolute(target, authority, offset)
            : FindInAuthority(target, method, offset);
    }

    /// <summary>Where the authority begins in an absolute form; null for other forms.</summary>
    public static int? AuthorityStart(ReadOnlySpan<byte> target) =>
        target.Length > 7 && target.StartsWith("http://"u8) ? 7 : target.StartsWith("https://"u8) ? 8 : null;

    private static HeadFault? FindInPath(ReadOnlySpan<byte> target, int offset)
    {
        if (NotAscii(target) is var at and >= 0)
        {
            return new HeadFault(RequestFault.TargetInvalid, offset + at, "ASCII in the target (other bytes are percent-encoded)");
        }

        var query = target.IndexOf((byte)'?');
        at = (query < 0 ? target : target[..query]).IndexOf("%00"u8);
        return at < 0 ? null : new HeadFault(RequestFault.TargetInvalid, offset + at, "no %00 in the path");
    }

    private static HeadFault? FindInAbsolute(ReadOnlySpan<byte> target, int authority, int offset)
    {
        if (NotAscii(target) is var at and >= 0)
        {
            return new HeadFault(RequestFault.TargetInvalid, offset + at, "ASCII in the target (other bytes are percent-encoded)");
        }

        return Uri.TryCreate(Encoding.ASCII.GetString(target), UriKind.Absolute, out _)
            ? null
            : new HeadFault(RequestFault.TargetInvalid, offset + authority, "host or host:port after the scheme");
    }

    private static HeadFault? FindInAuthority(ReadOnlySpan<byte> target, ReadOnlySpan<byte> method, int offset)
    {
        if (target.IndexOfAnyExcept(AuthorityBytes) is var at and >= 0)
        {
            return new HeadFault(RequestFault.TargetInvalid, offset + at, Forms);
        }

        return method.SequenceEqual("CONNECT"u8) ? null : new HeadFault(RequestFault.MethodNotAllowed, offset, Forms, 405);
    }

    private static int NotAscii(ReadOnlySpan<byte> text) => text.IndexOfAnyExceptInRange((byte)0, (byte)0x7f);
}
