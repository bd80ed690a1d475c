using System.Buffers;
using System.Globalization;
using System.Net;
using Aeronet.AspNetCore.Middleware.Hosts;

namespace Aeronet.AspNetCore.Middleware.Cors;

/// <summary>One origin, or those of all names below one, of all ports, or of both.</summary>
/// <param name="Scheme">The scheme.</param>
/// <param name="Host">The host; with <paramref name="Subdomains"/> the name that those meant are below, with a dot before it.</param>
/// <param name="Subdomains">Whether names below are meant.</param>
/// <param name="Port">The port, <see cref="Origin.OwnPort"/>, or <see cref="AnyPort"/>.</param>
internal sealed record OriginPattern(string Scheme, string Host, bool Subdomains, int Port)
{
    public const int AnyPort = -1;

    private const string Example = "use an origin such as 'https://app.example.com'";
    private const string AnyPortSuffix = ":*";

    private static readonly SearchValues<char> NeverInOrigins = SearchValues.Create(" \t\r\n\0,@\\");

    public bool IsExact => !Subdomains && Port != AnyPort;

    /// <summary>
    /// Not fetched over a network in plain: https, on the machine itself, or a page of an extension or an application, which came with it.
    /// </summary>
    public bool IsSecure => Scheme is not ("http" or "ws" or "ftp") || Host is "localhost" or "[::1]"
        || Host.EndsWith(".localhost", StringComparison.Ordinal)
        || (Host.StartsWith("127.", StringComparison.Ordinal) && IPAddress.TryParse(Host, out _));

    public bool Matches(Origin origin) => (Port == AnyPort || Port == origin.Port)
        && origin.Scheme.SequenceEqual(Scheme)
        && (Subdomains
            ? origin.Host.Length > Host.Length && origin.Host.EndsWith(Host, StringComparison.Ordinal)
            : origin.Host.SequenceEqual(Host));

    /// <summary>Reads a pattern; null, and what is wrong and what would be right, if it is none.</summary>
    public static OriginPattern? Parse(string text, out AeronetCorsErrorKind error, out string remedy)
    {
        error = Check(text, out remedy);
        if (remedy.Length > 0)
        {
            return null;
        }

        var anyPort = text.EndsWith(AnyPortSuffix, StringComparison.Ordinal);
        var plain = anyPort ? text[..^AnyPortSuffix.Length] : text;
        var subdomains = plain.Contains("://*.", StringComparison.Ordinal);
        plain = plain.Replace("://*.", "://", StringComparison.Ordinal);
        if (!Origin.TryParse(plain, out var origin) || !origin.HasSerializedAddress() || (anyPort && origin.Port != Origin.OwnPort))
        {
            error = AeronetCorsErrorKind.InvalidOrigin;
            remedy = Example + ", with addresses and ports in their shortest form";
            return null;
        }

        if (subdomains && origin.Kind != HostKind.Name)
        {
            error = AeronetCorsErrorKind.InvalidWildcard;
            remedy = "use '*.' before a name only, since nothing is below an address";
            return null;
        }

        return new OriginPattern(
            origin.Scheme.ToString(), subdomains ? $".{origin.Host}" : origin.Host.ToString(), subdomains, anyPort ? AnyPort : origin.Port);
    }

    // What can be named more closely than "not an origin". An empty remedy says that nothing was found.
    private static AeronetCorsErrorKind Check(string text, out string remedy)
    {
        remedy = "";
        var schemeEnd = text.IndexOf("://", StringComparison.Ordinal);
        if (schemeEnd < 0 || text.AsSpan().ContainsAny(NeverInOrigins))
        {
            remedy = Example;
            return AeronetCorsErrorKind.InvalidOrigin;
        }

        var authority = text.AsSpan(schemeEnd + 3);
        var pathAt = authority.IndexOfAny('/', '?', '#');
        if (pathAt >= 0)
        {
            remedy = $"use '{text[..(schemeEnd + 3 + pathAt)]}', for an origin ends with host or port";
            return AeronetCorsErrorKind.OriginWithPath;
        }

        if (!text.All(char.IsAscii))
        {
            remedy = Ascii(text, schemeEnd);
            return AeronetCorsErrorKind.NotAsSerialized;
        }

        if (Small(text, schemeEnd) is var small && small != text)
        {
            remedy = $"use '{small}', as browsers write it";
            return AeronetCorsErrorKind.NotAsSerialized;
        }

        if (Origin.DefaultPort(text.AsSpan(0, schemeEnd)) is { } port
            && text.EndsWith(string.Create(CultureInfo.InvariantCulture, $":{port}"), StringComparison.Ordinal))
        {
            remedy = $"use '{text[..text.LastIndexOf(':')]}', for browsers leave the scheme's own port out";
            return AeronetCorsErrorKind.DefaultPort;
        }

        var rest = authority.StartsWith("*.", StringComparison.Ordinal) ? authority[2..] : authority;
        rest = rest.EndsWith(AnyPortSuffix, StringComparison.Ordinal) ? rest[..^AnyPortSuffix.Length] : rest;
        if (rest.Contains('*') || text.IndexOf('*', StringComparison.Ordinal) is >= 0 and var star && star < schemeEnd)
        {
            remedy = "use '*' alone for every origin, '*.' as the host's beginning, as in 'https://*.example.com', "
                + "or ':*' for every port, as in 'http://localhost:*'";
            return AeronetCorsErrorKind.InvalidWildcard;
        }

        return default;
    }

    private static string Small(string text, int schemeEnd)
    {
        var scheme = text[..schemeEnd].ToLowerInvariant();
        var rest = text[schemeEnd..];
        return scheme + (Origin.HasSmallHost(scheme) ? rest.ToLowerInvariant() : rest);
    }

    private static string Ascii(string text, int schemeEnd)
    {
        try
        {
            var host = text[(schemeEnd + 3)..].Split(':')[0];
            var wildcard = host.StartsWith("*.", StringComparison.Ordinal) ? "*." : "";
            var ascii = wildcard + new IdnMapping().GetAscii(host[wildcard.Length..]);
            var serialized = text.Replace(host, ascii, StringComparison.Ordinal);

            // A scheme or a port has no other way to be written.
            return serialized.All(char.IsAscii) ? $"use '{serialized}', as browsers write it" : Example;
        }
        catch (ArgumentException)
        {
            return "use ASCII (punycode), as browsers write it";
        }
    }
}
