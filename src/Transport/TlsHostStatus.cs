namespace Aeronet.AspNetCore.Transport;

/// <summary>One host of an endpoint that terminates TLS.</summary>
public sealed record TlsHostStatus
{
    /// <summary>Its name in the options, such as <c>*.example.com</c>; null for the endpoint's own policy.</summary>
    public required string? Name { get; init; }

    /// <summary>Its certificates, one for each kind of key.</summary>
    public required IReadOnlyList<TlsCertificateStatus> Certificates { get; init; }

    /// <summary>Whether clients may resume their sessions. Where they are asked for a certificate, as <see cref="SessionTicketOptions.ClientCertificates"/> says.</summary>
    public required bool IsResumable { get; init; }
}
