using System.Net;
using System.Net.Sockets;

namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>
/// Reads what proxies say of whom they serve: entries of <c>X-Forwarded-For</c>, and elements of <c>Forwarded</c> (RFC 7239). More strictly
/// than <see cref="IPAddress"/>, to which <c>1.2.3</c> and <c>010.0.0.1</c> are addresses, and not those that were meant.
/// </summary>
internal static class ForwardedFor
{
    /// <summary>Takes the last entry of X-Forwarded-For, without the white space around it. Quotes mean nothing there.</summary>
    public static ReadOnlySpan<char> TakeLastEntry(ref ReadOnlySpan<char> list) => TakeAfter(ref list, list.LastIndexOf(','));

    /// <summary>
    /// Takes the last element of Forwarded, without the white space around it. A comma within quotes ends none. Read backwards, for what
    /// a proxy appended is well formed, and what is before it is the client's, who may have left quotes open.
    /// </summary>
    public static ReadOnlySpan<char> TakeLastElement(ref ReadOnlySpan<char> list)
    {
        var isQuoted = false;
        for (var i = list.Length - 1; i >= 0; i--)
        {
            switch (list[i])
            {
                case '"' when !isQuoted || !IsEscaped(list, i):
                    isQuoted = !isQuoted;
                    break;
                case ',' when !isQuoted:
                    return TakeAfter(ref list, i);
            }
        }

        return TakeAfter(ref list, isQuoted ? list.LastIndexOf(',') : -1);
    }

    /// <summary>
    /// Reads an element: <c>for="[2001:db8::1]:4711";proto=https</c>. False if it names nobody by an address, or two.
    /// </summary>
    public static bool TryParseElement(ReadOnlySpan<char> element, out IPAddress address)
    {
        address = IPAddress.None;
        var hasFor = false;
        while (!element.IsEmpty)
        {
            if (!TryTakePair(ref element, out var pair))
            {
                return false;
            }

            if (!pair.StartsWith("for=", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            var value = pair["for=".Length..];
            if (hasFor || !TryParse(value is ['"', .. var inner, '"'] ? inner : value, out address))
            {
                return false;
            }

            hasFor = true;
        }

        return hasFor;
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

    private static ReadOnlySpan<char> TakeAfter(ref ReadOnlySpan<char> list, int comma)
    {
        var entry = list[(comma + 1)..].Trim(" \t");
        list = comma < 0 ? [] : list[..comma];
        return entry;
    }

    // By an odd number of backslashes before it: of two, one escapes the other.
    private static bool IsEscaped(ReadOnlySpan<char> text, int index)
    {
        var before = text[..index];
        return (before.Length - before.TrimEnd('\\').Length) % 2 == 1;
    }

    /// <summary>Takes what is before the next semicolon, of those outside quotes. False if quotes are left open.</summary>
    private static bool TryTakePair(ref ReadOnlySpan<char> element, out ReadOnlySpan<char> pair)
    {
        var isQuoted = false;
        var end = 0;
        for (; end < element.Length && (isQuoted || element[end] != ';'); end++)
        {
            if (element[end] == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (isQuoted && element[end] == '\\')
            {
                end++;
            }
        }

        end = Math.Min(end, element.Length);
        pair = element[..end].Trim(" \t");
        element = element[Math.Min(end + 1, element.Length)..];
        return !isQuoted;
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
