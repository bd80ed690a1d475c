using System.Security.Authentication;

namespace Aeronet.AspNetCore.Transport.Tls;

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

    private static readonly Lazy<string> s_groups = new(() =>
        string.Join(':', new[] { "X25519MLKEM768", "X25519", "P-256", "P-384" }.Where(SslContextFactory.HasGroup)));

    /// <summary>
    /// The groups of every policy, as far as OpenSSL has them: hybrid key exchange came with 3.5, and FIPS mode takes
    /// X25519 away.
    /// </summary>
    internal static string Groups => s_groups.Value;

    /// <summary>The TLS 1.2 suites, in OpenSSL's cipher list format. What Custom does not name is Intermediate's.</summary>
    internal static string CipherListOf(TlsCipherPolicy policy) => policy == TlsCipherPolicy.Compatibility ? WithCbc : Intermediate;

    /// <summary>The versions a policy allows.</summary>
    internal static SslProtocols VersionsOf(TlsCipherPolicy policy) => policy == TlsCipherPolicy.Modern ? TlsVersions.Tls13 : TlsVersions.All;
}
