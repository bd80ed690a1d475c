namespace Aeronet.AspNetCore.Transport.Tls.Stapling;

/// <summary>What came of asking for a certificate's status.</summary>
internal enum OcspResult
{
    Good,
    Revoked,

    /// <summary>The responder does not know the certificate.</summary>
    Unknown,

    /// <summary>No connection to the responder, or it broke.</summary>
    Unreachable,

    /// <summary>The responder took too long.</summary>
    Timeout,

    /// <summary>Another HTTP status than 200.</summary>
    HttpError,

    /// <summary>The responder answers that it will not, or cannot now (RFC 6960, section 2.3).</summary>
    ResponderError,

    /// <summary>The file cannot be read.</summary>
    NoFile,

    TooLarge,
    Malformed,

    /// <summary>Not signed by the certificate's issuer, nor by whom it has authorized.</summary>
    Untrusted,

    /// <summary>It says nothing of the certificate.</summary>
    OtherCertificate,

    /// <summary>Its time is over, or has not come.</summary>
    NotCurrent,

    /// <summary>It was made before the one that is in use.</summary>
    Older,
}
