using System.Buffers;
using System.Net;

namespace Aeronet.AspNetCore.Middleware.Hosts;

/// <summary>
/// The value of a Host field (RFC 9110 section 7.2). Of the hosts that RFC 3986 has, only DNS names and IP addresses are taken:
/// nothing that a client might read as the end of the authority.
/// </summary>
internal readonly ref struct HostField
{
    private const int MaxNameLength = 253;
    private const int MaxLabelLength = 63;

    // The underscore is not one of DNS host names, but is found in them.
    private static readonly SearchValues<char> LabelCharacters =
        SearchValues.Create("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz");

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789");
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789ABCDEFabcdef");

    private HostField(ReadOnlySpan<char> host, HostKind kind, int? port)
    {
        Host = host;
        Kind = kind;
        Port = port;
    }

    /// <summary>The host as it was written, an IPv6 address in brackets.</summary>
    public ReadOnlySpan<char> Host { get; }

    /// <summary>The host without the dot that may end an absolute DNS name.</summary>
    public ReadOnlySpan<char> Name => WithoutFinalDot(Host);

    public HostKind Kind { get; }

    public int? Port { get; }

    public static bool TryParse(ReadOnlySpan<char> value, out HostField field)
    {
        field = default;
        var hostLength = value is ['[', ..] ? value.IndexOf(']') + 1 : value.IndexOf(':');
        var host = hostLength < 0 ? value : value[..hostLength];
        if (!TryGetKind(host, out var kind) || !TryParsePort(value[host.Length..], out var port))
        {
            return false;
        }

        field = new HostField(host, kind, port);
        return true;
    }

    private static bool TryGetKind(ReadOnlySpan<char> host, out HostKind kind)
    {
        if (host is ['[', .. var address, ']'])
        {
            kind = HostKind.IPv6;

            // A zone ('%') means something on the client's machine alone.
            return address.Contains(':') && !address.Contains('%') && IPAddress.IsValid(address);
        }

        // What ends in a number is taken for an IPv4 address, however abbreviated (WHATWG URL, "ends in a number checker").
        var name = WithoutFinalDot(host);
        kind = IsNumber(name[(name.LastIndexOf('.') + 1)..]) ? HostKind.IPv4 : HostKind.Name;
        return IsName(name);
    }

    private static bool IsName(ReadOnlySpan<char> name)
    {
        if (name.Length > MaxNameLength)
        {
            return false;
        }

        foreach (var range in name.Split('.'))
        {
            var label = name[range];
            if (label.Length is 0 or > MaxLabelLength || label.ContainsAnyExcept(LabelCharacters))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsNumber(ReadOnlySpan<char> label) => label is ['0', 'x' or 'X', .. var digits]
        ? !digits.ContainsAnyExcept(HexDigits)
        : label.Length > 0 && !label.ContainsAnyExcept(Digits);

    // A colon without digits means the default port (RFC 3986 section 3.2.3).
    private static bool TryParsePort(ReadOnlySpan<char> text, out int? port)
    {
        port = null;
        if (text is "" or ":")
        {
            return true;
        }

        var value = 0;
        foreach (var digit in text[1..])
        {
            value = char.IsAsciiDigit(digit) ? (value * 10) + (digit - '0') : int.MaxValue;
            if (value > IPEndPoint.MaxPort)
            {
                return false;
            }
        }

        port = value;
        return text[0] == ':' && value > 0;
    }

    private static ReadOnlySpan<char> WithoutFinalDot(ReadOnlySpan<char> host) => host is [.. var name, '.'] ? name : host;
}
