using System.Net.Security;
using System.Security.Authentication;

namespace Aeronet.AspNetCore.Transport.Tls.Policies;

#pragma warning disable SYSLIB0058 // ITlsHandshakeFeature still asks for what the framework has retired in favour of the cipher suite.

/// <summary>A cipher suite's parts in the framework's old terms, read off its IANA name as <see cref="SslStream"/> has them.</summary>
internal static class CipherSuiteParts
{
    /// <summary>The bulk cipher, as far as there is a name for it, and its key's length in bits.</summary>
    internal static (CipherAlgorithmType Algorithm, int Strength) CipherOf(TlsCipherSuite suite) => suite.ToString() switch
    {
        var name when Has(name, "_AES_256_") => (CipherAlgorithmType.Aes256, 256),
        var name when Has(name, "_AES_128_") => (CipherAlgorithmType.Aes128, 128),
        var name when Has(name, "_256_") || Has(name, "_CHACHA20_") => (CipherAlgorithmType.None, 256),
        var name when Has(name, "_128_") => (CipherAlgorithmType.None, 128),
        _ => (CipherAlgorithmType.None, 0),
    };

    /// <summary>The hash of the MAC and its length in bits; none for suites that authenticate and encrypt in one.</summary>
    internal static (HashAlgorithmType Algorithm, int Strength) MacOf(TlsCipherSuite suite) => suite.ToString() switch
    {
        var name when !Has(name, "_CBC_") => (HashAlgorithmType.None, 0),
        var name when name.EndsWith("_SHA384", StringComparison.Ordinal) => (HashAlgorithmType.Sha384, 384),
        var name when name.EndsWith("_SHA256", StringComparison.Ordinal) => (HashAlgorithmType.Sha256, 256),
        var name when name.EndsWith("_SHA", StringComparison.Ordinal) => (HashAlgorithmType.Sha1, 160),
        _ => (HashAlgorithmType.None, 0),
    };

    /// <summary>The key exchange. The framework has one name for all of Diffie-Hellman; a suite of TLS 1.3 does not name its own.</summary>
    internal static ExchangeAlgorithmType KeyExchangeOf(TlsCipherSuite suite) => suite.ToString() switch
    {
        var name when Has(name, "_PSK_") => ExchangeAlgorithmType.None,
        var name when Has(name, "DHE_") || Has(name, "_DH_") || Has(name, "_ECDH_") => ExchangeAlgorithmType.DiffieHellman,
        var name when Has(name, "_RSA_") => ExchangeAlgorithmType.RsaKeyX,
        _ => ExchangeAlgorithmType.None,
    };

    private static bool Has(string name, string part) => name.Contains(part, StringComparison.Ordinal);
}
