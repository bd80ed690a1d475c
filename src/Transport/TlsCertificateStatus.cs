namespace Aeronet.AspNetCore.Transport;

/// <summary>One certificate in use.</summary>
public sealed record TlsCertificateStatus
{
    /// <summary>The distinguished name of its subject, such as <c>CN=www.example.com</c>.</summary>
    public required string Subject { get; init; }

    /// <summary>The distinguished name of its issuer.</summary>
    public required string Issuer { get; init; }

    /// <summary>The DNS names and IP addresses it is for (RFC 5280, section 4.2.1.6), in its order.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>The kind of its key, <c>RSA</c> or <c>ECDSA</c>.</summary>
    public required string KeyAlgorithm { get; init; }

    /// <summary>The key's size in bits.</summary>
    public required int KeySize { get; init; }

    /// <summary>When it begins to be valid.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>When it ceases to be valid.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>The SHA-256 of its DER, 64 hexadecimal digits.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Whether its revocation status is sent along.</summary>
    public required TlsStapleState Staple { get; init; }

    /// <summary>When what the staple says was known to be so; null while there is none.</summary>
    public DateTimeOffset? StapleUpdatedAt { get; init; }

    /// <summary>When the staple is over, also of one that is; null while there is none.</summary>
    public DateTimeOffset? StapleExpiresAt { get; init; }

    /// <summary>Why there is no newer staple; null when the last attempt to get one succeeded, and before the first.</summary>
    public string? StapleProblem { get; init; }

    /// <summary>Whether the certificate tells clients to refuse it without a staple (RFC 7633).</summary>
    public bool DemandsStaple { get; init; }
}
