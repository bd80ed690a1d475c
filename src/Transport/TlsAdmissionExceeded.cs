namespace Aeronet.AspNetCore.Transport;

/// <summary>What becomes of a TLS handshake that is over a limit of <see cref="AeronetTlsAdmissionOptions"/>.</summary>
public enum TlsAdmissionExceeded
{
    /// <summary>It begins when there is room, and is refused when that takes longer than <see cref="AeronetTlsAdmissionOptions.WaitTimeout"/>.</summary>
    Wait,

    /// <summary>The connection is reset at once.</summary>
    Refuse,
}
