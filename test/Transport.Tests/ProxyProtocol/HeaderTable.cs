using System.Net;

namespace Aeronet.AspNetCore.Transport.Tests.ProxyProtocol;

/// <summary>Headers, good and malformed, by name: with what they come to.</summary>
internal static class HeaderTable
{
    internal static readonly IPEndPoint Client4 = IPEndPoint.Parse("192.0.2.7:51234");
    internal static readonly IPEndPoint Server4 = IPEndPoint.Parse("198.51.100.1:443");
    internal static readonly IPEndPoint Client6 = IPEndPoint.Parse("[2001:db8::7]:51234");
    internal static readonly IPEndPoint Server6 = IPEndPoint.Parse("[2001:db8:1::1]:443");

    /// <summary>The bytes, and the client; null for the connection's own.</summary>
    internal static IReadOnlyDictionary<string, (byte[] Bytes, string? Source)> Good { get; } = new Dictionary<string, (byte[], string?)>
    {
        ["v1 tcp4"] = (HeaderBytes.Line("PROXY TCP4 192.0.2.7 198.51.100.1 51234 443\r\n"), "192.0.2.7:51234"),
        ["v1 tcp4 least"] = (HeaderBytes.Line("PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n"), "0.0.0.0:0"),
        ["v1 tcp4 greatest"] = (HeaderBytes.Line("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n"), "255.255.255.255:65535"),
        ["v1 tcp6"] = (HeaderBytes.Line("PROXY TCP6 2001:db8::7 2001:DB8:1::1 51234 443\r\n"), "[2001:db8::7]:51234"),
        ["v1 tcp6 greatest"] = (
            HeaderBytes.Line("PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n"),
            "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535"),
        ["v1 tcp6 mapped"] = (HeaderBytes.Line("PROXY TCP6 ::ffff:192.0.2.7 ::1 51234 443\r\n"), "[::ffff:192.0.2.7]:51234"),
        ["v1 unknown"] = (HeaderBytes.Line("PROXY UNKNOWN\r\n"), null),
        ["v1 unknown with anything"] = (HeaderBytes.Line("PROXY UNKNOWN 1.2.3.4 \xFF\0  x\r\n"), null),
        ["v1 unknown greatest"] = (
            HeaderBytes.Line("PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n"), null),
        ["v2 tcp4"] = (HeaderBytes.Tcp(Client4, Server4), "192.0.2.7:51234"),
        ["v2 tcp6"] = (HeaderBytes.Tcp(Client6, Server6), "[2001:db8::7]:51234"),
        ["v2 udp4"] = (HeaderBytes.Block(HeaderBytes.Proxy, 0x12, HeaderBytes.Addresses(Client4, Server4)), "192.0.2.7:51234"),
        ["v2 udp6"] = (HeaderBytes.Block(HeaderBytes.Proxy, 0x22, HeaderBytes.Addresses(Client6, Server6)), "[2001:db8::7]:51234"),
        ["v2 unix"] = (HeaderBytes.Unix("/run/client.sock", "/run/server.sock"), "/run/client.sock"),
        ["v2 unix abstract"] = (HeaderBytes.Unix("\0client", "/run/server.sock"), "@client"),
        ["v2 unix greatest"] = (HeaderBytes.Unix("/" + new string('x', 107), "/run/server.sock"), "/" + new string('x', 107)),
        ["v2 local"] = (HeaderBytes.Block(HeaderBytes.Local, 0), null),
        ["v2 local with addresses"] = (HeaderBytes.Block(HeaderBytes.Local, HeaderBytes.Tcp4, HeaderBytes.Addresses(Client4, Server4)), null),
        ["v2 local with anything"] = (HeaderBytes.Block(HeaderBytes.Local, 0xFF, 1, 2, 3), null),
        ["v2 unspec"] = (HeaderBytes.Block(HeaderBytes.Proxy, 0), null),
        ["v2 unspec with anything"] = (HeaderBytes.Block(HeaderBytes.Proxy, 0x01, 1, 2, 3, 4, 5), null),
        ["v2 tcp4 unspec protocol"] = (HeaderBytes.Block(HeaderBytes.Proxy, 0x10, HeaderBytes.Addresses(Client4, Server4)), null),
        ["v2 with values"] = (
            HeaderBytes.WithChecksum(HeaderBytes.Tcp(
                Client4, Server4,
                [
                    .. HeaderBytes.Tlv(0x01, "h2"), .. HeaderBytes.Tlv(0x02, "www.example.com"), .. HeaderBytes.Tlv(0x04), .. HeaderBytes.Tlv(0x04, 0, 0),
                    .. HeaderBytes.Tlv(0x05, new byte[128]), .. HeaderBytes.Tlv(0xE0, "own"), .. HeaderBytes.Tlv(0x30, "blue"),
                    .. HeaderBytes.Ssl(7, 0, [.. HeaderBytes.Tlv(0x21, "TLSv1.3"), .. HeaderBytes.Tlv(0x22, "client"), .. HeaderBytes.Tlv(0x7F, 1)]),
                    .. HeaderBytes.Tlv(0x03, 0, 0, 0, 0),
                ])),
            "192.0.2.7:51234"),
        ["v2 longest"] = (HeaderBytes.Tcp(Client4, Server4, HeaderBytes.Tlv(0x04, new byte[16_384 - 16 - 12 - 3])), "192.0.2.7:51234"),
    };

    /// <summary>The bytes, and the reason by its stable name.</summary>
    internal static IReadOnlyDictionary<string, (byte[] Bytes, string Reason)> Malformed { get; } = new Dictionary<string, (byte[], string)>
    {
        ["http"] = (HeaderBytes.Line("GET / HTTP/1.1\r\n\r\n"), "no_header"),
        ["http that begins alike"] = (HeaderBytes.Line("PROPFIND / HTTP/1.1\r\n\r\n"), "no_header"),
        ["tls"] = ([22, 3, 1, 0, 5, 1], "no_header"),
        ["empty lines"] = (HeaderBytes.Line("\r\n\r\nGET / HTTP/1.1\r\n"), "no_header"),
        ["lower case"] = (HeaderBytes.Line("proxy TCP4 192.0.2.7 198.51.100.1 51234 443\r\n"), "no_header"),
        ["tab"] = (HeaderBytes.Line("PROXY\tTCP4 192.0.2.7 198.51.100.1 51234 443\r\n"), "no_header"),
        ["signature with one wrong"] = ([.. HeaderBytes.Signature[..11], 0x0D, 0x21, 0x11, 0, 0], "no_header"),
        ["v1 without end"] = (HeaderBytes.Line("PROXY UNKNOWN " + new string('x', 200)), "line_too_long"),
        ["v1 107 without end"] = (HeaderBytes.Line("PROXY UNKNOWN " + new string('x', 93)), "line_too_long"),
        ["v1 end too late"] = (HeaderBytes.Line("PROXY UNKNOWN " + new string('x', 92) + "\r\n"), "line_too_long"),
        ["v1 lone lf"] = (HeaderBytes.Line("PROXY TCP4 192.0.2.7 198.51.100.1 51234 443\n"), "line_malformed"),
        ["v1 lone cr"] = (HeaderBytes.Line("PROXY TCP4 192.0.2.7 198.51.100.1 51234 443\rX\r\n"), "line_malformed"),
        ["v1 unknown lone cr"] = (HeaderBytes.Line("PROXY UNKNOWN \rx\r\n"), "line_malformed"),
        ["v1 unknown longer"] = (HeaderBytes.Line("PROXY UNKNOWNS\r\n"), "line_malformed"),
        ["v1 family missing"] = (HeaderBytes.Line("PROXY \r\n"), "line_malformed"),
        ["v1 family unknown"] = (HeaderBytes.Line("PROXY UDP4 192.0.2.7 198.51.100.1 51234 443\r\n"), "line_malformed"),
        ["v1 family alone"] = (HeaderBytes.Line("PROXY TCP4\r\n"), "line_malformed"),
        ["v1 field missing"] = (HeaderBytes.Line("PROXY TCP4 192.0.2.7 198.51.100.1 51234\r\n"), "line_malformed"),
        ["v1 field too many"] = (HeaderBytes.Line("PROXY TCP4 192.0.2.7 198.51.100.1 51234 443 1\r\n"), "line_malformed"),
        ["v1 two spaces"] = (HeaderBytes.Line("PROXY TCP4  192.0.2.7 198.51.100.1 51234 443\r\n"), "line_malformed"),
        ["v1 space at the end"] = (HeaderBytes.Line("PROXY TCP4 192.0.2.7 198.51.100.1 51234 443 \r\n"), "line_malformed"),
        ["v1 leading zero"] = (HeaderBytes.Line("PROXY TCP4 192.0.2.07 198.51.100.1 51234 443\r\n"), "address_malformed"),
        ["v1 three numbers"] = (HeaderBytes.Line("PROXY TCP4 192.0.2 198.51.100.1 51234 443\r\n"), "address_malformed"),
        ["v1 five numbers"] = (HeaderBytes.Line("PROXY TCP4 192.0.2.7.8 198.51.100.1 51234 443\r\n"), "address_malformed"),
        ["v1 256"] = (HeaderBytes.Line("PROXY TCP4 256.0.2.7 198.51.100.1 51234 443\r\n"), "address_malformed"),
        ["v1 hexadecimal"] = (HeaderBytes.Line("PROXY TCP4 0x7f.0.0.1 198.51.100.1 51234 443\r\n"), "address_malformed"),
        ["v1 one number"] = (HeaderBytes.Line("PROXY TCP4 2130706433 198.51.100.1 51234 443\r\n"), "address_malformed"),
        ["v1 sign"] = (HeaderBytes.Line("PROXY TCP4 +1.0.0.1 198.51.100.1 51234 443\r\n"), "address_malformed"),
        ["v1 tcp4 of six"] = (HeaderBytes.Line("PROXY TCP4 2001:db8::7 198.51.100.1 51234 443\r\n"), "address_malformed"),
        ["v1 tcp6 of four"] = (HeaderBytes.Line("PROXY TCP6 192.0.2.7 2001:db8::7 51234 443\r\n"), "address_malformed"),
        ["v1 two gaps"] = (HeaderBytes.Line("PROXY TCP6 2001::db8::7 2001:db8::7 51234 443\r\n"), "address_malformed"),
        ["v1 group of five"] = (HeaderBytes.Line("PROXY TCP6 2001:0db81::7 2001:db8::7 51234 443\r\n"), "address_malformed"),
        ["v1 seven groups"] = (HeaderBytes.Line("PROXY TCP6 1:2:3:4:5:6:7 2001:db8::7 51234 443\r\n"), "address_malformed"),
        ["v1 zone"] = (HeaderBytes.Line("PROXY TCP6 fe80::1%eth0 2001:db8::7 51234 443\r\n"), "address_malformed"),
        ["v1 brackets"] = (HeaderBytes.Line("PROXY TCP6 [2001:db8::7] 2001:db8::7 51234 443\r\n"), "address_malformed"),
        ["v1 short tail"] = (HeaderBytes.Line("PROXY TCP6 ::ffff:192.0.2 2001:db8::7 51234 443\r\n"), "address_malformed"),
        ["v1 zero in the tail"] = (HeaderBytes.Line("PROXY TCP6 ::ffff:192.0.2.07 2001:db8::7 51234 443\r\n"), "address_malformed"),
        ["v1 port 65536"] = (HeaderBytes.Line("PROXY TCP4 192.0.2.7 198.51.100.1 65536 443\r\n"), "port_malformed"),
        ["v1 port leading zero"] = (HeaderBytes.Line("PROXY TCP4 192.0.2.7 198.51.100.1 51234 0443\r\n"), "port_malformed"),
        ["v1 port sign"] = (HeaderBytes.Line("PROXY TCP4 192.0.2.7 198.51.100.1 -1 443\r\n"), "port_malformed"),
        ["v1 port empty"] = (HeaderBytes.Line("PROXY TCP4 192.0.2.7 198.51.100.1 51234 \r\n"), "port_malformed"),
        ["v2 version 1"] = (HeaderBytes.Block(0x11, HeaderBytes.Tcp4, HeaderBytes.Addresses(Client4, Server4)), "version_unknown"),
        ["v2 version 3"] = (HeaderBytes.Block(0x31, HeaderBytes.Tcp4, HeaderBytes.Addresses(Client4, Server4)), "version_unknown"),
        ["v2 command 2"] = (HeaderBytes.Block(0x22, HeaderBytes.Tcp4, HeaderBytes.Addresses(Client4, Server4)), "command_unknown"),
        ["v2 family 4"] = (HeaderBytes.Block(HeaderBytes.Proxy, 0x41, HeaderBytes.Addresses(Client4, Server4)), "family_unknown"),
        ["v2 protocol 3"] = (HeaderBytes.Block(HeaderBytes.Proxy, 0x13, HeaderBytes.Addresses(Client4, Server4)), "family_unknown"),
        ["v2 too long"] = (HeaderBytes.BlockOf(16_384 - 16 + 1, HeaderBytes.Proxy, HeaderBytes.Tcp4), "too_long"),
        ["v2 local too long"] = (HeaderBytes.BlockOf(65_535, HeaderBytes.Local, 0), "too_long"),
        ["v2 tcp4 too short"] = (HeaderBytes.Block(HeaderBytes.Proxy, HeaderBytes.Tcp4, HeaderBytes.Addresses(Client4, Server4)[..11]), "addresses_truncated"),
        ["v2 tcp6 too short"] = (HeaderBytes.Block(HeaderBytes.Proxy, HeaderBytes.Tcp6, HeaderBytes.Addresses(Client4, Server4)), "addresses_truncated"),
        ["v2 unix too short"] = (HeaderBytes.Block(HeaderBytes.Proxy, HeaderBytes.UnixStream, new byte[215]), "addresses_truncated"),
        ["v2 value of two bytes"] = (HeaderBytes.Tcp(Client4, Server4, 4, 0), "tlv_truncated"),
        ["v2 value too long"] = (HeaderBytes.Tcp(Client4, Server4, 0xE0, 0, 2, 1), "tlv_truncated"),
        ["v2 value within too long"] = (HeaderBytes.Tcp(Client4, Server4, HeaderBytes.Ssl(1, 0, 0x21, 0, 9, 1)), "tlv_truncated"),
        ["v2 checksum of three"] = (HeaderBytes.Tcp(Client4, Server4, HeaderBytes.Tlv(3, 0, 0, 0)), "tlv_malformed"),
        ["v2 ssl of four"] = (HeaderBytes.Tcp(Client4, Server4, HeaderBytes.Tlv(0x20, 0, 0, 0, 0)), "tlv_malformed"),
        ["v2 unique id of 129"] = (HeaderBytes.Tcp(Client4, Server4, HeaderBytes.Tlv(5, new byte[129])), "tlv_malformed"),
        ["v2 two authorities"] = (HeaderBytes.Tcp(Client4, Server4, [.. HeaderBytes.Tlv(2, "a"), .. HeaderBytes.Tlv(2, "b")]), "tlv_repeated"),
        ["v2 two names"] = (HeaderBytes.Tcp(Client4, Server4, HeaderBytes.Ssl(7, 0, [.. HeaderBytes.Tlv(0x22, "a"), .. HeaderBytes.Tlv(0x22, "b")])), "tlv_repeated"),
        ["v2 checksum wrong"] = (HeaderBytes.Tcp(Client4, Server4, HeaderBytes.Tlv(3, 0, 0, 0, 0)), "checksum_wrong"),
    };
}
