using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Aeronet.AspNetCore.Transport.ProxyProtocol;

/// <summary>Version 1: a line of text (section 2.1).</summary>
internal static class ProxyLine
{
    /// <summary>The longest line, with its end.</summary>
    internal const int MaxLength = 107;

    private static ReadOnlySpan<byte> Beginning => "PROXY "u8;

    internal static ProxyParse Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.CommonPrefixLength(Beginning) < Math.Min(bytes.Length, Beginning.Length))
        {
            return ProxyParse.Refused(ProxyRefusal.NoHeader);
        }

        // Neither alone ends a line, nor is it within one.
        var line = bytes[..Math.Min(bytes.Length, MaxLength)];
        var end = line.IndexOfAny((byte)'\r', (byte)'\n');
        if (end < 0)
        {
            return line.Length < MaxLength ? ProxyParse.Incomplete : ProxyParse.Refused(ProxyRefusal.LineTooLong);
        }

        if (line[end] == '\n')
        {
            return ProxyParse.Refused(ProxyRefusal.LineMalformed);
        }

        if (end + 1 == line.Length)
        {
            return line.Length < MaxLength ? ProxyParse.Incomplete : ProxyParse.Refused(ProxyRefusal.LineTooLong);
        }

        return line[end + 1] == '\n'
            ? ParseFields(line[Beginning.Length..end], end + 2)
            : ProxyParse.Refused(ProxyRefusal.LineMalformed);
    }

    private static ProxyParse ParseFields(ReadOnlySpan<byte> text, int length)
    {
        var family = TakeField(ref text, out var hasMore);
        if (family.SequenceEqual("UNKNOWN"u8))
        {
            // Whatever follows is to be ignored.
            return ProxyParse.Complete(new ProxyHeader { Version = 1 }, length);
        }

        var isIPv6 = family.SequenceEqual("TCP6"u8);
        if (!hasMore || !(isIPv6 || family.SequenceEqual("TCP4"u8)))
        {
            return ProxyParse.Refused(ProxyRefusal.LineMalformed);
        }

        // Four fields with exactly one space between two of them.
        if (text.Count((byte)' ') != 3)
        {
            return ProxyParse.Refused(ProxyRefusal.LineMalformed);
        }

        if (!TryParseAddress(TakeField(ref text, out _), isIPv6, out var source) || !TryParseAddress(TakeField(ref text, out _), isIPv6, out var destination))
        {
            return ProxyParse.Refused(ProxyRefusal.AddressMalformed);
        }

        if (!TryParsePort(TakeField(ref text, out _), out var sourcePort) || !TryParsePort(text, out var destinationPort))
        {
            return ProxyParse.Refused(ProxyRefusal.PortMalformed);
        }

        var header = new ProxyHeader
        {
            Version = 1,
            Source = new IPEndPoint(source, sourcePort),
            Destination = new IPEndPoint(destination, destinationPort),
        };
        return ProxyParse.Complete(header, length);
    }

    private static ReadOnlySpan<byte> TakeField(ref ReadOnlySpan<byte> text, out bool hasMore)
    {
        var space = text.IndexOf((byte)' ');
        hasMore = space >= 0;
        var field = hasMore ? text[..space] : text;
        text = hasMore ? text[(space + 1)..] : default;
        return field;
    }

    private static bool TryParseAddress(ReadOnlySpan<byte> text, bool isIPv6, [NotNullWhen(true)] out IPAddress? address) =>
        isIPv6 ? StrictAddress.TryParseIPv6(text, out address) : StrictAddress.TryParseIPv4(text, out address);

    private static bool TryParsePort(ReadOnlySpan<byte> text, out ushort port)
    {
        port = 0;
        return text is [>= (byte)'0' and <= (byte)'9', ..]
            && (text.Length == 1 || text[0] != '0')
            && ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port);
    }
}
