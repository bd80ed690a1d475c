using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Aeronet.AspNetCore.Transport.Tls.Fingerprints;

/// <summary>JA3, a client's choices in its own order (Althouse, Atkinson and Atkins, 2017; github.com/salesforce/ja3).</summary>
internal static class Ja3Text
{
    internal static string TextOf(ClientHello hello) => string.Join(
        ',',
        hello.LegacyVersion.ToString(CultureInfo.InvariantCulture),
        string.Join('-', hello.Ciphers),
        string.Join('-', hello.Extensions),
        string.Join('-', hello.Groups),
        string.Join('-', hello.PointFormats));

    /// <summary>The hash; empty where the system forbids MD5, as OpenSSL's FIPS mode does.</summary>
    [SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "The method prescribes it; nothing is protected by it.")]
    internal static string HashOf(string text)
    {
        try
        {
            return Convert.ToHexStringLower(MD5.HashData(Encoding.ASCII.GetBytes(text)));
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
        {
            return "";
        }
    }
}
