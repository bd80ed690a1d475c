using System.Net.Security;
using System.Security.Authentication;
using Aeronet.AspNetCore.Transport;

namespace Aeronet.AspNetCore.Middleware;

/// <summary>
/// The TLS under a request, as far as the server tells; null stands for what it does not. The Aeronet transport tells all of it, Kestrel's
/// own TLS the version, the cipher suite, ALPN, the client's certificate, and the server name where it chooses certificates by it.
/// </summary>
public readonly record struct TlsInfo
{
    private readonly ITlsFingerprintFeature? _fingerprints;

    internal TlsInfo(ITlsFingerprintFeature? fingerprints) => _fingerprints = fingerprints;

    /// <summary>The protocol's version.</summary>
    public SslProtocols? Version { get; init; }

    /// <summary>The cipher suite.</summary>
    public TlsCipherSuite? CipherSuite { get; init; }

    /// <summary>
    /// The key exchange group by its name in TLS, such as <c>x25519</c>; null also where there was no key exchange (a resumption in
    /// TLS 1.2).
    /// </summary>
    public string? Group { get; init; }

    /// <summary>The protocol that was agreed on by ALPN (RFC 7301), such as <c>h2</c>; null also if none was.</summary>
    public string? ApplicationProtocol { get; init; }

    /// <summary>The name the client asked for (SNI; RFC 6066, section 3), which it may have made up; null also if it sent none.</summary>
    public string? ServerName { get; init; }

    /// <summary>
    /// The configured host whose policy holds, such as <c>*.example.com</c>: one of few, unlike <see cref="ServerName"/>. Null also for
    /// the endpoint's own policy.
    /// </summary>
    public string? ServedHost { get; init; }

    /// <summary>Whether the client came back with a ticket instead of a full handshake.</summary>
    public bool? Resumed { get; init; }

    /// <summary>Whether the kernel encrypts what is sent.</summary>
    public bool? SendsByKernel { get; init; }

    /// <summary>Whether the kernel decrypts what is received.</summary>
    public bool? ReceivesByKernel { get; init; }

    /// <summary>Whether the client has shown a certificate.</summary>
    public bool? HasClientCertificate { get; init; }

    /// <summary>The JA3 fingerprint of the client; null unless <see cref="AeronetTlsOptions.Fingerprints"/> is on.</summary>
    public string? Ja3 => _fingerprints?.Ja3;

    /// <summary>The JA4 fingerprint of the client; null unless <see cref="AeronetTlsOptions.Fingerprints"/> is on.</summary>
    public string? Ja4 => _fingerprints?.Ja4;
}
