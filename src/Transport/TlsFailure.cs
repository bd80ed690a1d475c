namespace Aeronet.AspNetCore.Transport;

/// <summary>
/// Why a TLS handshake did not succeed, or an established session broke. In snake case (<c>no_shared_cipher</c>) these are the values
/// of <c>error.type</c> and the names in logs: they are stable, and newer versions may add others.
/// </summary>
public enum TlsFailure
{
    /// <summary>None: the handshake succeeded.</summary>
    None,

    /// <summary><c>timeout</c>: the handshake took longer than <see cref="AeronetTlsOptions.HandshakeTimeout"/>.</summary>
    Timeout,

    /// <summary><c>peer_closed</c>: the peer ended the connection in the middle of the handshake.</summary>
    PeerClosed,

    /// <summary><c>peer_reset</c>: the peer reset the connection, or the kernel gave it up.</summary>
    PeerReset,

    /// <summary><c>plain_http</c>: the peer speaks HTTP without TLS.</summary>
    PlainHttp,

    /// <summary><c>not_tls</c>: the first bytes are not a TLS record.</summary>
    NotTls,

    /// <summary><c>unsupported_version</c>: the peer offers no version that the host allows.</summary>
    UnsupportedVersion,

    /// <summary><c>no_shared_cipher</c>: the peer offers no cipher suite that the host allows, or none for its certificates.</summary>
    NoSharedCipher,

    /// <summary><c>no_shared_group</c>: the peer offers no key exchange group that the host allows.</summary>
    NoSharedGroup,

    /// <summary><c>no_shared_signature_algorithm</c>: the peer offers no signature algorithm that the host's certificates can use.</summary>
    NoSharedSignatureAlgorithm,

    /// <summary><c>unknown_sni</c>: the peer named a host that is not served (RFC 6066, section 3), and such are refused.</summary>
    UnknownSni,

    /// <summary><c>alpn_mismatch</c>: the peer's protocols have none that the host speaks (RFC 7301, section 3.2).</summary>
    AlpnMismatch,

    /// <summary><c>no_client_certificate</c>: the peer has no certificate, and must have one.</summary>
    NoClientCertificate,

    /// <summary><c>bad_certificate</c>: the peer's certificate is not accepted, by OpenSSL or by the application, for none of the reasons below.</summary>
    BadCertificate,

    /// <summary><c>expired</c>: the time of the peer's certificate, or of one above it, is over.</summary>
    Expired,

    /// <summary><c>revoked</c>: the peer's certificate, or one above it, was revoked.</summary>
    Revoked,

    /// <summary><c>revocation_unknown</c>: nobody can say whether the peer's certificate was revoked: there is no current list of its issuer, or an <see cref="ITlsRevocationChecker"/> does not know.</summary>
    RevocationUnknown,

    /// <summary><c>unknown_authority</c>: the peer's certificate comes from no authority that the host trusts.</summary>
    UnknownAuthority,

    /// <summary><c>certificate_refused_by_peer</c>: the peer does not accept the server's certificate.</summary>
    CertificateRefusedByPeer,

    /// <summary><c>peer_alert</c>: the peer sent another fatal alert.</summary>
    PeerAlert,

    /// <summary><c>bad_record</c>: a record that was not made with the session's keys.</summary>
    BadRecord,

    /// <summary><c>protocol_error</c>: any other breach of the protocol.</summary>
    ProtocolError,

    /// <summary><c>record_flood</c>: more records without data than a peer has use for: changes of keys, handshakes that are refused.</summary>
    RecordFlood,

    /// <summary><c>truncated</c>: the peer ended the stream without close_notify (RFC 8446, section 6.1).</summary>
    Truncated,

    /// <summary><c>aborted</c>: the connection was aborted by the server.</summary>
    Aborted,

    /// <summary><c>rate_limited</c>: refused before any cryptography, because of a limit on handshakes.</summary>
    RateLimited,

    /// <summary><c>kernel_tls_required</c>: the kernel cannot encrypt the session, and must.</summary>
    KernelTlsRequired,

    /// <summary><c>post_quantum_required</c>: the peer offers no post-quantum key exchange, and must (<see cref="AeronetTlsHostOptions.RequirePostQuantum"/>).</summary>
    PostQuantumRequired,

    /// <summary><c>observer_failed</c>: <see cref="AeronetTlsOptions.OnClientHello"/> threw.</summary>
    ObserverFailed,

    /// <summary><c>internal</c>: the server could not do its part.</summary>
    Internal,
}
