namespace Aeronet.AspNetCore.Transport;

/// <summary>Whether handshakes carry a certificate's OCSP response (RFC 6066, section 8). More values may come.</summary>
public enum TlsStapleState
{
    /// <summary>None is wanted: stapling is off, the certificate names no responder, or Kestrel's TLS serves it.</summary>
    None,

    /// <summary>One is wanted and there is none that is valid: none has come yet, or the last is over.</summary>
    Missing,

    /// <summary>One is sent, which says that the certificate is not revoked.</summary>
    Good,

    /// <summary>One is sent, which says that the certificate is revoked.</summary>
    Revoked,
}
