namespace Aeronet.AspNetCore.Transport;

/// <summary>What an <see cref="ITlsRevocationChecker"/> knows of a certificate.</summary>
public enum TlsRevocationStatus
{
    /// <summary>Nobody can say; <see cref="AeronetTlsHostOptions.RevocationFailure"/> decides.</summary>
    Unknown,

    /// <summary>It is not revoked.</summary>
    Good,

    /// <summary>It is revoked, and its client is refused.</summary>
    Revoked,
}
