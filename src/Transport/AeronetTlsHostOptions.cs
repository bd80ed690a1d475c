using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aeronet.AspNetCore.Transport;

/// <summary>How one host name is served over TLS. What is not set is taken from the endpoint's options.</summary>
public class AeronetTlsHostOptions
{
    /// <summary>
    /// The certificates, each with its private key. Of several the one is used that the client supports (RSA and ECDSA side
    /// by side).
    /// </summary>
    /// <remarks>Defaults to none: a host then has the endpoint's, and an endpoint needs one.</remarks>
    public IList<X509Certificate2> Certificates { get; } = [];

    /// <summary>Intermediate certificates sent along; those that do not belong to a certificate's chain are left out.</summary>
    public X509Certificate2Collection Intermediates { get; } = [];

    /// <summary>Whether and from where handshakes get the authority's word that the certificates are not revoked.</summary>
    public OcspStaplingOptions OcspStapling { get; } = new();

    /// <summary>TLS 1.2, TLS 1.3, or both.</summary>
    /// <remarks>Defaults to both.</remarks>
    public SslProtocols? Protocols { get; set; }

    /// <summary>Which cipher suites and key exchange groups are offered.</summary>
    /// <remarks>Defaults to <see cref="TlsCipherPolicy.Intermediate"/>.</remarks>
    public TlsCipherPolicy? CipherPolicy { get; set; }

    /// <summary>
    /// The TLS 1.2 suites of <see cref="TlsCipherPolicy.Custom"/>, in OpenSSL's cipher list format (openssl-ciphers(1)).
    /// Ciphers without encryption or authentication, with less than 128 bits, RC4, MD5 and CCM8 are refused.
    /// </summary>
    /// <remarks>Defaults to those of <see cref="TlsCipherPolicy.Intermediate"/>.</remarks>
    public string? CipherList { get; set; }

    /// <summary>The TLS 1.3 suites of <see cref="TlsCipherPolicy.Custom"/>, by their IANA names, separated by colons.</summary>
    /// <remarks>Defaults to those of <see cref="TlsCipherPolicy.Intermediate"/>.</remarks>
    public string? CipherSuites { get; set; }

    /// <summary>
    /// Key exchange groups, separated by colons, such as <c>X25519:P-256</c>. With TLS 1.2 the first that the client supports
    /// is used. With TLS 1.3 it is one that the client has sent a share of: the client's first that is listed, with OpenSSL 3.5
    /// and newer the first of the list. There groups before a slash (<c>X25519MLKEM768/X25519:P-256</c>) go before those after
    /// it also where the client only supports them, and must be asked for a share: that costs it a round trip.
    /// </summary>
    /// <remarks>
    /// Defaults to X25519:P-256:P-384, with OpenSSL 3.5 and newer to X25519MLKEM768/X25519:P-256:P-384; on a host without a
    /// <see cref="CipherPolicy"/> of its own to those of the endpoint.
    /// </remarks>
    public string? Groups { get; set; }

    /// <summary>
    /// Whether only clients are let in that agree on post-quantum key exchange (X25519MLKEM768 and its like): what they send and get
    /// cannot be read later from a recording, by a quantum computer. Others are refused by the alert <c>insufficient_security</c> and counted as
    /// <see cref="TlsFailure.PostQuantumRequired"/>. It is TLS 1.3, and of <see cref="Groups"/> those that are. Needs OpenSSL 3.5.
    /// </summary>
    /// <remarks>Defaults to <see langword="false"/>, and to the endpoint's on a host.</remarks>
    public bool? RequirePostQuantum { get; set; }

    /// <summary>Signature algorithms, separated by colons, such as <c>ECDSA+SHA256:rsa_pss_rsae_sha256</c>.</summary>
    /// <remarks>Defaults to those of OpenSSL.</remarks>
    public string? SignatureAlgorithms { get; set; }

    /// <summary>The HTTP versions offered by ALPN (RFC 7301); HTTP/2 before HTTP/1.1.</summary>
    /// <remarks>Defaults to those of the endpoint (<see cref="ListenOptions.Protocols"/>).</remarks>
    public HttpProtocols? HttpProtocols { get; set; }

    /// <summary>
    /// Whether clients are asked for a certificate, and must have one. It is checked anew on each connection, also when a client comes back with a ticket
    /// (<see cref="SessionTicketOptions.ClientCertificates"/>).
    /// </summary>
    /// <remarks>Defaults to <see cref="TlsClientCertificates.Disabled"/>.</remarks>
    public TlsClientCertificates? ClientCertificates { get; set; }

    /// <summary>
    /// The authorities whose client certificates are accepted; their names are sent to the client. Each is trusted by itself,
    /// also an intermediate without its root. Empty: those the system trusts, which is rarely what is wanted.
    /// </summary>
    /// <remarks>Defaults to none.</remarks>
    public X509Certificate2Collection TrustedClientAuthorities { get; } = [];

    /// <summary>
    /// Certificate revocation lists (RFC 5280, section 5), DER. When there are any, the issuer of each client
    /// certificate must have a current one that does not list it. The authorities above it are checked against the lists of
    /// theirs that are given.
    /// </summary>
    /// <remarks>Defaults to none.</remarks>
    public IList<byte[]> RevocationLists { get; } = [];

    /// <summary>
    /// Where revocation lists are fetched from, in the background: absolute http or https addresses of lists (DER or PEM), each signed by one of
    /// <see cref="TrustedClientAuthorities"/>, without which nothing is fetched. They count like <see cref="RevocationLists"/>, and are fetched
    /// again before they end; see <see cref="AeronetTlsOptions.Revocation"/>.
    /// </summary>
    /// <remarks>Defaults to none.</remarks>
    public IList<string> RevocationUrls { get; } = [];

    /// <summary>
    /// What becomes of a client when nobody can say whether its certificate was revoked: there are lists, and none of its issuer is current, or the
    /// <see cref="ITlsRevocationChecker"/> does not know, fails or takes too long.
    /// </summary>
    /// <remarks>Defaults to <see cref="TlsRevocationFailure.Hard"/>: it is refused.</remarks>
    public TlsRevocationFailure? RevocationFailure { get; set; }

    /// <summary>
    /// Decides about a client certificate after the chain was checked: gets the certificate, the chain the client sent, and
    /// OpenSSL's reason for refusing it (null when it is accepted). The answer is final, and an exception is a refusal. Runs
    /// on the thread pool, inside the handshake and its timeout, and may block. Not called for a client without certificate.
    /// </summary>
    public Func<X509Certificate2, X509Certificate2Collection, string?, bool>? ClientCertificateValidation { get; set; }
}
