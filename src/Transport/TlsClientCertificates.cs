namespace Aeronet.AspNetCore.Transport;

/// <summary>Whether clients are asked for a certificate.</summary>
public enum TlsClientCertificates
{
    /// <summary>They are not asked.</summary>
    Disabled,

    /// <summary>They are asked; one that sends none is served, one that sends a certificate which is not accepted is refused.</summary>
    Request,

    /// <summary>They are asked; one that sends none is refused.</summary>
    Require,
}
