namespace Aeronet.AspNetCore.Transport.Tls.Session;

/// <summary>Why a TLS session was not established, or broke. In snake case these are the values of <c>error.type</c>.</summary>
internal enum TlsFailure
{
    None,

    /// <summary>The handshake took longer than it may.</summary>
    Timeout,

    /// <summary>The peer ended the connection in the middle of the handshake.</summary>
    PeerClosed,

    /// <summary>The peer reset the connection, or the kernel gave it up.</summary>
    PeerReset,

    /// <summary>The peer speaks HTTP without TLS.</summary>
    PlainHttp,

    /// <summary>The first bytes are not a TLS record.</summary>
    NotTls,

    /// <summary>The peer offers no version that the host allows.</summary>
    UnsupportedVersion,

    /// <summary>The peer offers no cipher suite that the host allows, or none for its certificates.</summary>
    NoSharedCipher,

    /// <summary>The peer offers no key exchange group that the host allows.</summary>
    NoSharedGroup,

    /// <summary>The peer offers no signature algorithm that the host's certificates can use.</summary>
    NoSharedSignatureAlgorithm,

    /// <summary>The peer named a host that is not served.</summary>
    UnknownName,

    /// <summary>ALPN: the peer offers no protocol that the host speaks.</summary>
    NoApplicationProtocol,

    /// <summary>The peer has no certificate, and must have one.</summary>
    CertificateRequired,

    /// <summary>The peer's certificate is not accepted.</summary>
    CertificateRefused,

    /// <summary>The peer does not accept the server's certificate.</summary>
    CertificateRefusedByPeer,

    /// <summary>The peer sent another fatal alert.</summary>
    PeerAlert,

    /// <summary>A record that was not made with the session's keys.</summary>
    BadRecord,

    /// <summary>Any other breach of the protocol.</summary>
    ProtocolError,

    /// <summary>More records without data than a peer has use for: changes of keys, handshakes that are refused.</summary>
    RecordFlood,

    /// <summary>The peer ended the stream without close_notify (RFC 8446, section 6.1).</summary>
    Truncated,

    /// <summary>The connection was aborted by the server.</summary>
    Aborted,

    /// <summary>The kernel cannot encrypt the session, and must.</summary>
    KernelTlsRequired,

    /// <summary>The application's observer of the ClientHello threw.</summary>
    ObserverFailed,

    /// <summary>The server could not do its part.</summary>
    Internal,
}
