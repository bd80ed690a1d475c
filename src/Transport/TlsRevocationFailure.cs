namespace Aeronet.AspNetCore.Transport;

/// <summary>What becomes of a client when nobody can say whether its certificate was revoked.</summary>
public enum TlsRevocationFailure
{
    /// <summary>It is refused.</summary>
    Hard,

    /// <summary>It is let in, unless the certificate is known to be revoked.</summary>
    Soft,
}
