namespace Aeronet.AspNetCore.Transport;

/// <summary>
/// What gives a client's TLS library away: the ClientHello's choices, condensed by two published methods. On the connection
/// and on every request of it where <see cref="AeronetTlsOptions.Fingerprints"/> is set. Computed when first asked for.
/// Absent of a ClientHello that lists more than 1,000 ciphers, extensions, groups and signature algorithms, as no client's does.
/// </summary>
public interface ITlsFingerprintFeature
{
    /// <summary>JA3: the MD5 of <see cref="Ja3Raw"/>, 32 hexadecimal digits. Browsers that shuffle their extensions have many.
    /// Empty where the system forbids MD5 (FIPS mode).</summary>
    string Ja3 { get; }

    /// <summary>What JA3 hashes: version, ciphers, extensions, groups and point formats as decimal numbers.</summary>
    string Ja3Raw { get; }

    /// <summary>JA4, such as <c>t13d1516h2_8daaf6152771_e5627efa2ab1</c>. The same however the extensions are shuffled; another when the client resumes.</summary>
    string Ja4 { get; }

    /// <summary>JA4 with its two lists instead of their hashes (JA4_r).</summary>
    string Ja4Raw { get; }
}
