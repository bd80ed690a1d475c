using System.Net;
using System.Net.Sockets;

namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>
/// Reads what proxies say of whom they serve: entries of <c>X-Forwarded-For</c>, and elements of <c>Forwarded</c> (RFC 7239). More strictly
/// than <see cref="IPAddress"/>, to which <c>1.2.3</c> and <c>010.0.0.1</c> are addresses, and not those that were meant.
/// </summary>
internal static class ForwardedFor
{
    /// <summary>Takes the last entry of a list, without the white space around it. A comma within quotes ends none.</summary>
    public static ReadOnlySpan<char> TakeLast(ref ReadOnlySpan<char> list)
    {
        var comma = -1;
        var isQuoted = false;
        for (var i = 0; i < list.Length; i++)
        {
            switch (list[i])
            {
                case '"':
                    isQuoted = !isQuoted;
                    break;
                case '\\' when isQuoted:
                    i++;
                    break;
                case ',' when !isQuoted:
                    comma = i;
                    break;
            }
        }

        var entry = list[(comma + 1)..].Trim(" \t");
        list = comma < 0 ? [] : list[..comma];
        return entry;
    }

    /// <summary>Reads an element: <c>for="[2001:db8::1]:4711";proto=https</c>. False if it names nobody by an address.</summary>
    public static bool TryParseElement(ReadOnlySpan<char> element, out IPAddress address)
    {
        while (!element.IsEmpty)
        {
            // No address has a semicolon in it, quoted or not.
            var end = element.IndexOf(';');
            var pair = (end < 0 ? element : element[..end]).Trim(" \t");
            element = end < 0 ? [] : element[(end + 1)..];
            if (pair.StartsWith("for=", StringComparison.OrdinalIgnoreCase))
            {
                var value = pair["for=".Length..];
                return TryParse(value is ['"', .. var inner, '"'] ? inner : value, out address);
            }
        }

        address = IPAddress.None;
        return false;
    }

    /// <summary>Reads an address with or without a port, one of IPv6 in brackets or, without a port, not.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out IPAddress address)
    {
        if (text is ['[', ..])
        {
            var end = text.IndexOf(']');
            address = IPAddress.None;
            return end > 0 && IsNothingOrPort(text[(end + 1)..]) && TryParseAddress(text[1..end], out address)
                && address.AddressFamily == AddressFamily.InterNetworkV6;
        }

        var colon = text.IndexOf(':');
        if (colon >= 0 && colon == text.LastIndexOf(':'))
        {
            address = IPAddress.None;
            return IsNothingOrPort(text[colon..]) && TryParseAddress(text[..colon], out address);
        }

        return TryParseAddress(text, out address);
    }

    /// <summary>Reads an address: four numbers without leading zeros, or one of IPv6 without a zone.</summary>
    public static bool TryParseAddress(ReadOnlySpan<char> text, out IPAddress address)
    {
        address = IPAddress.None;
        if (text.Contains(':') ? text.ContainsAny("%[]/") : !IsFourNumbers(text))
        {
            return false;
        }

        return IPAddress.TryParse(text, out address!);
    }

    private static bool IsFourNumbers(ReadOnlySpan<char> text)
    {
        var numbers = 0;
        foreach (var part in text.Split('.'))
        {
            var number = text[part];
            if (++numbers > 4 || number.Length is 0 or > 3 || number.ContainsAnyExceptInRange('0', '9') || number is ['0', _, ..])
            {
                return false;
            }
        }

        return numbers == 4;
    }

    private static bool IsNothingOrPort(ReadOnlySpan<char> text) =>
        text.IsEmpty || (text is [':', .. { Length: > 0 and <= 5 } port] && !port.ContainsAnyExceptInRange('0', '9'));
}
