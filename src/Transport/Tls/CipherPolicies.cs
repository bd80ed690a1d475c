using System.Security.Authentication;

namespace Aeronet.AspNetCore.Transport.Tls;

/// <summary>What each <see cref="TlsCipherPolicy"/> offers (Mozilla Server Side TLS, version 5.7).</summary>
internal static class CipherPolicies
{
    private const string Intermediate =
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
        + "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

    private const string WithCbc =
        Intermediate
        + ":ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA"
        + ":ECDHE-ECDSA-AES256-SHA384:ECDHE-RSA-AES256-SHA384:ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES256-SHA";

    private const string Suites = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
    private const string Groups = "X25519:P-256:P-384";

    /// <summary>The TLS 1.2 cipher list, the TLS 1.3 suites and the groups, of which null leaves OpenSSL's default.</summary>
    internal static (string? CipherList, string? CipherSuites, string? Groups) Of(TlsCipherPolicy policy) => policy switch
    {
        TlsCipherPolicy.Compatibility => (WithCbc, Suites, Groups),
        TlsCipherPolicy.Custom => (null, null, null),
        _ => (Intermediate, Suites, Groups),
    };

    /// <summary>The versions a policy allows.</summary>
    internal static SslProtocols VersionsOf(TlsCipherPolicy policy) => policy == TlsCipherPolicy.Modern ? TlsVersions.Tls13 : TlsVersions.All;
}
