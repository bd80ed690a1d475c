using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Aeronet.AspNetCore.Transport.Configuration;

/// <summary>How an encrypted PKCS#8 key is encrypted (RFC 5958, section 3; RFC 8018). What the framework cannot read looks to it like a wrong password.</summary>
internal static class KeyEncryption
{
    private const string Pbes2 = "1.2.840.113549.1.5.13";
    private const string Scrypt = "1.3.6.1.4.1.11591.4.11";

    // What the framework reads: PBES1 and PKCS#12's own, and for PBES2 one derivation of keys and the ciphers in CBC mode.
    private static readonly string[] s_known =
    [
        "1.2.840.113549.1.5.3", "1.2.840.113549.1.5.6", "1.2.840.113549.1.5.10", "1.2.840.113549.1.5.11",
        "1.2.840.113549.1.12.1.3", "1.2.840.113549.1.12.1.4", "1.2.840.113549.1.12.1.5", "1.2.840.113549.1.12.1.6",
        "1.2.840.113549.1.5.12",
        "1.3.14.3.2.7", "1.2.840.113549.3.2", "1.2.840.113549.3.7", "2.16.840.1.101.3.4.1.2", "2.16.840.1.101.3.4.1.22", "2.16.840.1.101.3.4.1.42",
    ];

    /// <summary>The name of what the framework cannot read; null when it can.</summary>
    internal static string? Unreadable(byte[] key)
    {
        try
        {
            var algorithm = new AsnReader(key, AsnEncodingRules.BER).ReadSequence().ReadSequence();
            var scheme = algorithm.ReadObjectIdentifier();
            if (scheme != Pbes2)
            {
                return NameOf(scheme);
            }

            var parameters = algorithm.ReadSequence();
            return NameOf(parameters.ReadSequence().ReadObjectIdentifier()) ?? NameOf(parameters.ReadSequence().ReadObjectIdentifier());
        }
        catch (AsnContentException)
        {
            return "nothing known: it is malformed";
        }
    }

    private static string? NameOf(string algorithm) =>
        s_known.Contains(algorithm) ? null : algorithm == Scrypt ? "scrypt" : new Oid(algorithm).FriendlyName ?? algorithm;
}
