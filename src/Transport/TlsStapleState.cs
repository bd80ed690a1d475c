namespace Aeronet.AspNetCore.Transport;

/// <summary>Whether handshakes carry a certificate's OCSP response (RFC 6066, section 8). More values may come.</summary>
public enum TlsStapleState
{
    /// <summary>None is sent.</summary>
    None,
}
