using System.Buffers;
using System.Net;
using Aeronet.AspNetCore.Middleware.Hosts;

namespace Aeronet.AspNetCore.Middleware.Cors;

/// <summary>The parts of an origin as browsers write it: scheme, host, and the port if it is not the scheme's own.</summary>
internal readonly ref struct Origin
{
    /// <summary>The port of an origin that names none.</summary>
    public const int OwnPort = 0;

    private static readonly SearchValues<char> SchemeCharacters = SearchValues.Create("+-.0123456789abcdefghijklmnopqrstuvwxyz");

    private static readonly SearchValues<char> Capitals = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private Origin(ReadOnlySpan<char> scheme, ReadOnlySpan<char> host, HostKind kind, int port)
    {
        Scheme = scheme;
        Host = host;
        Kind = kind;
        Port = port;
    }

    public ReadOnlySpan<char> Scheme { get; }

    public ReadOnlySpan<char> Host { get; }

    public HostKind Kind { get; }

    /// <summary>1 to 65535, or <see cref="OwnPort"/>.</summary>
    public int Port { get; }

    public static bool TryParse(ReadOnlySpan<char> text, out Origin origin)
    {
        origin = default;
        var schemeLength = text.IndexOf("://", StringComparison.Ordinal);
        if (schemeLength <= 0)
        {
            return false;
        }

        var scheme = text[..schemeLength];
        if ((HasSmallHost(scheme) ? text : scheme).ContainsAny(Capitals))
        {
            return false;
        }

        var authority = text[(schemeLength + 3)..];
        if (!IsScheme(scheme) || !HostField.TryParse(authority, out var host))
        {
            return false;
        }

        // A colon without a port, or with zeros before it, is never written.
        if (authority[host.Host.Length..] is ":" or [':', '0', ..] || (host.Port is { } port && port == DefaultPort(scheme)))
        {
            return false;
        }

        origin = new Origin(scheme, host.Host, host.Kind, host.Port ?? OwnPort);
        return true;
    }

    public static bool IsScheme(ReadOnlySpan<char> text) =>
        text is [>= 'a' and <= 'z', ..] && !text.ContainsAnyExcept(SchemeCharacters) && text is not "file";

    /// <summary>The port that goes without saying; null if the scheme has none (URL standard, "special scheme").</summary>
    public static int? DefaultPort(ReadOnlySpan<char> scheme) => scheme switch
    {
        "http" or "ws" => 80,
        "https" or "wss" => 443,
        "ftp" => 21,
        _ => null,
    };

    /// <summary>
    /// Whether hosts of a scheme have small letters alone. Those of the URL standard's special schemes are made small, and the identifiers of
    /// Chromium's and Firefox' extensions are so; other schemes keep what is there, and Safari's extensions have capital ones.
    /// </summary>
    public static bool HasSmallHost(ReadOnlySpan<char> scheme) =>
        DefaultPort(scheme) is not null || scheme is "chrome-extension" or "moz-extension";

    /// <summary>Whether an address is in the one form that browsers write; a name always is.</summary>
    public bool HasSerializedAddress() => Kind switch
    {
        HostKind.IPv4 => IPAddress.TryParse(Host, out var address) && Host.SequenceEqual(address.ToString()),
        // Browsers write the last four bytes in hexadecimal digits too, .NET in decimal ones.
        HostKind.IPv6 => IPAddress.TryParse(Host, out var address)
            && !Host.Contains('.')
            && (address.ToString().Contains('.', StringComparison.Ordinal) || Host[1..^1].SequenceEqual(address.ToString())),
        _ => true,
    };
}
