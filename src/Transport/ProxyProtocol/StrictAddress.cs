using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Aeronet.AspNetCore.Transport.ProxyProtocol;

/// <summary>
/// Reads addresses in the one form that there is no doubt about. The framework also takes <c>127.1</c>, <c>0x7f000001</c> and octal numbers, which
/// others read as something else.
/// </summary>
internal static class StrictAddress
{
    private const int IPv4Bytes = 4;

    // No zone, port or brackets.
    private static readonly SearchValues<byte> s_ipv6 = SearchValues.Create("0123456789abcdefABCDEF:."u8);

    /// <summary>Four numbers from 0 to 255 without leading zeros.</summary>
    internal static bool TryParseIPv4(ReadOnlySpan<byte> text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        Span<byte> bytes = stackalloc byte[IPv4Bytes];
        for (var i = 0; i < IPv4Bytes; i++)
        {
            var dot = text.IndexOf((byte)'.');
            if (dot >= 0 == (i == IPv4Bytes - 1))
            {
                return false;
            }

            var number = dot < 0 ? text : text[..dot];
            if (!TryParseByte(number, out bytes[i]))
            {
                return false;
            }

            text = dot < 0 ? default : text[(dot + 1)..];
        }

        address = new IPAddress(bytes);
        return true;
    }

    /// <summary>Groups of hexadecimal digits, one <c>::</c> at most; the last 32 bits may be written as an IPv4 address, as inet_ntop(3) does.</summary>
    internal static bool TryParseIPv6(ReadOnlySpan<byte> text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        if (text.ContainsAnyExcept(s_ipv6) || !text.Contains((byte)':'))
        {
            return false;
        }

        if (text.Contains((byte)'.') && !TryParseIPv4(text[(text.LastIndexOf((byte)':') + 1)..], out _))
        {
            return false;
        }

        Span<char> characters = stackalloc char[text.Length];
        for (var i = 0; i < text.Length; i++)
        {
            characters[i] = (char)text[i];
        }

        return IPAddress.TryParse(characters, out address) && address.AddressFamily == AddressFamily.InterNetworkV6;
    }

    private static bool TryParseByte(ReadOnlySpan<byte> text, out byte value)
    {
        value = 0;
        if (text.Length is 0 or > 3 || text.ContainsAnyExceptInRange((byte)'0', (byte)'9') || (text.Length > 1 && text[0] == '0'))
        {
            return false;
        }

        var number = 0;
        foreach (var digit in text)
        {
            number = (number * 10) + digit - '0';
        }

        value = (byte)number;
        return number <= byte.MaxValue;
    }
}
