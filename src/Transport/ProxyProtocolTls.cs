namespace Aeronet.AspNetCore.Transport;

/// <summary>
/// What a proxy that ends TLS says of its client's (PROXY protocol, PP2_TYPE_SSL). Texts are null where the proxy says nothing, or something
/// that is not UTF-8; <see cref="Tlvs"/> has the bytes. Most of them are the client's own words.
/// </summary>
public sealed class ProxyProtocolTls
{
    /// <summary>Whether the client came over TLS.</summary>
    public bool IsTls { get; init; }

    /// <summary>Whether the client sent a certificate, on this connection or on the one whose session it resumed.</summary>
    public bool HasClientCertificate { get; init; }

    /// <summary>Whether the certificate was sent on this very connection.</summary>
    public bool IsClientCertificateOfConnection { get; init; }

    /// <summary>Whether there is a client certificate and the proxy found nothing wrong with it.</summary>
    public bool IsClientCertificateVerified { get; init; }

    /// <summary>What the proxy's verification came to, such as a code of OpenSSL's (X509_V_ERR_*); 0 also where there was nothing to verify.</summary>
    public uint VerifyResult { get; init; }

    /// <summary>The version, such as <c>TLSv1.3</c>.</summary>
    public string? Version { get; init; }

    /// <summary>The common name (CN) of the client certificate's subject. Trust it only where <see cref="IsClientCertificateVerified"/>.</summary>
    public string? CommonName { get; init; }

    /// <summary>The cipher, such as <c>TLS_AES_256_GCM_SHA384</c>.</summary>
    public string? Cipher { get; init; }

    /// <summary>The algorithm that the proxy's certificate is signed by, such as <c>RSA-SHA256</c>.</summary>
    public string? SignatureAlgorithm { get; init; }

    /// <summary>The algorithm of the proxy's key, such as <c>RSA2048</c>.</summary>
    public string? KeyAlgorithm { get; init; }

    /// <summary>All values within, in their order, those of unknown types too.</summary>
    public IReadOnlyList<ProxyProtocolTlv> Tlvs { get; init; } = [];
}
