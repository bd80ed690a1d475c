using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Aeronet.AspNetCore.Transport.Tls.Fingerprints;

/// <summary>
/// JA4, a client's choices in an order that does not depend on the client (FoxIO, 2023; github.com/FoxIO-LLC/ja4,
/// technical_details/JA4.md).
/// </summary>
internal static class Ja4Text
{
    private const ushort ServerName = 0;
    private const ushort ApplicationProtocolNegotiation = 16;
    private const int HashLength = 12;

    /// <summary>The part that can be read: transport, version, whether a name is asked for, counts, and the first ALPN id.</summary>
    internal static string PrefixOf(ClientHello hello) => string.Create(
        CultureInfo.InvariantCulture,
        $"t{VersionOf(hello.Version)}{(hello.HasServerName ? 'd' : 'i')}{Math.Min(hello.Ciphers.Count, 99):D2}{Math.Min(hello.Extensions.Count, 99):D2}{ProtocolOf(hello.FirstApplicationProtocol)}");

    internal static string CiphersOf(ClientHello hello) => List(hello.Ciphers.Order());

    /// <summary>The extensions, sorted, without those that the prefix has told already; then the signature algorithms as they came.</summary>
    internal static string ExtensionsOf(ClientHello hello)
    {
        var extensions = List(hello.Extensions.Where(type => type is not (ServerName or ApplicationProtocolNegotiation)).Order());
        return extensions.Length == 0 || hello.SignatureAlgorithms.Count == 0 ? extensions : $"{extensions}_{List(hello.SignatureAlgorithms)}";
    }

    /// <summary>A list's place in the fingerprint. An empty one is shown as such.</summary>
    internal static string HashOf(string list) =>
        list.Length == 0 ? new string('0', HashLength) : Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(list)))[..HashLength];

    private static string List(IEnumerable<ushort> values) => string.Join(',', values.Select(value => value.ToString("x4", CultureInfo.InvariantCulture)));

    private static string VersionOf(ushort version) => version switch
    {
        0x0304 => "13",
        0x0303 => "12",
        0x0302 => "11",
        0x0301 => "10",
        0x0300 => "s3",
        0x0002 => "s2",
        _ => "00",
    };

    private static string ProtocolOf(ReadOnlySpan<byte> protocol)
    {
        if (protocol.IsEmpty)
        {
            return "00";
        }

        if (char.IsAsciiLetterOrDigit((char)protocol[0]) && char.IsAsciiLetterOrDigit((char)protocol[^1]))
        {
            return $"{(char)protocol[0]}{(char)protocol[^1]}";
        }

        var digits = Convert.ToHexStringLower(protocol);
        return $"{digits[0]}{digits[^1]}";
    }
}
