namespace Aeronet.AspNetCore.Transport;

/// <summary>
/// Which TLS versions, cipher suites and groups are offered, after Mozilla's Server Side TLS guidelines, version 6.0. None has
/// suites without authenticated encryption except <see cref="Compatibility"/>; none has static RSA key exchange. Compression
/// and renegotiation are off in all.
/// </summary>
public enum TlsCipherPolicy
{
    /// <summary>TLS 1.2 with ephemeral keys and authenticated encryption, and TLS 1.3. For general use.</summary>
    Intermediate,

    /// <summary>TLS 1.3 alone.</summary>
    Modern,

    /// <summary>As <see cref="Intermediate"/>, and TLS 1.2 suites with ephemeral keys and CBC, for old clients.</summary>
    Compatibility,

    /// <summary>What <see cref="AeronetTlsHostOptions.CipherList"/> and <see cref="AeronetTlsHostOptions.CipherSuites"/> name.</summary>
    Custom,
}
