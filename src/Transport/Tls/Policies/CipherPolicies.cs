using System.Net.Security;
using System.Security.Authentication;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Tls.Policies;

/// <summary>
/// What each <see cref="TlsCipherPolicy"/> offers, after Mozilla's Server Side TLS guidelines: version 6.0, and for
/// <see cref="TlsCipherPolicy.Compatibility"/>, which 6.0 no longer has, the suites of 5.8's "old" that have ephemeral keys.
/// DHE is left out: its parameters cost much and every client that has it has ECDHE.
/// </summary>
internal static class CipherPolicies
{
    /// <summary>The TLS 1.3 suites of every policy but Custom, which may name its own.</summary>
    internal const string Suites = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";

    private const string Intermediate =
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
        + "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

    private const string WithCbc =
        Intermediate
        + ":ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA"
        + ":ECDHE-ECDSA-AES256-SHA384:ECDHE-RSA-AES256-SHA384:ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES256-SHA";

    // What is left of a list is what IsForKernel is true of: MACs name the suites with CBC (openssl-ciphers(1)).
    private const string NotForKernel = "!MD5:!SHA1:!SHA256:!SHA384:!AESCCM8:!AES256+AESCCM:!ARIAGCM:!eNULL";

    private const string Hybrid = "X25519MLKEM768";

    private static readonly Lazy<string> s_groups = new(() =>
    {
        var groups = string.Join(':', new[] { "X25519", "P-256", "P-384" }.Where(KeyExchangeGroups.Exists));
        if (!KeyExchangeGroups.Exists(Hybrid))
        {
            return groups;
        }

        // A tuple of its own (SSL_CTX_set1_groups_list(3) of 3.5): a client that knows the hybrid and has only sent a share of another
        // group is asked for one, as OpenSSL's own list has it. Older versions, where a provider brings it, do not know tuples.
        return Hybrid + (OpenSslLibrary.IsAtLeast(3, 5) ? '/' : ':') + groups;
    });

    /// <summary>
    /// The groups of every policy, as far as OpenSSL has them: hybrid key exchange came with 3.5, and FIPS mode takes
    /// X25519 away.
    /// </summary>
    internal static string Groups => s_groups.Value;

    /// <summary>The TLS 1.2 suites, in OpenSSL's cipher list format. What Custom does not name is Intermediate's.</summary>
    internal static string CipherListOf(TlsCipherPolicy policy) => policy == TlsCipherPolicy.Compatibility ? WithCbc : Intermediate;

    /// <summary>Whether OpenSSL hands the suite to a kernel (ssl/ktls.c): AEAD with a 16 byte tag, and CCM in TLS 1.2 alone.</summary>
    internal static bool IsForKernel(TlsCipherSuite suite)
    {
        var name = suite.ToString();
        return name.Contains("_GCM_", StringComparison.Ordinal)
            || name.Contains("_CHACHA20_POLY1305_", StringComparison.Ordinal)
            || name.EndsWith("_WITH_AES_128_CCM", StringComparison.Ordinal);
    }

    /// <summary>The TLS 1.2 cipher list without what cannot be offloaded, so that a client that has nothing else gets an alert.</summary>
    internal static string CipherListForKernel(string list) => $"{list}:{NotForKernel}";

    /// <summary>As <see cref="CipherListForKernel"/>, of TLS 1.3; what OpenSSL 3.0 does not offload it does not offer by default.</summary>
    internal static string CipherSuitesForKernel(string suites) =>
        string.Join(':', suites.Split(':').Where(suite => !suite.Contains("_CCM_", StringComparison.Ordinal)));

    /// <summary>The versions a policy allows.</summary>
    internal static SslProtocols VersionsOf(TlsCipherPolicy policy) => policy == TlsCipherPolicy.Modern ? TlsVersions.Tls13 : TlsVersions.All;
}
