namespace Aeronet.AspNetCore.Transport;

/// <summary>
/// What the transport knows of a TLS session and the framework's features do not say. On the connection and on every request
/// of it where the transport's own TLS serves; absent where Kestrel's does.
/// </summary>
public interface ITlsSessionFeature
{
    /// <summary>Whether the client came back with a ticket (RFC 8446, section 2.2; RFC 5077) instead of a full handshake.</summary>
    bool Resumed { get; }

    /// <summary>
    /// The key exchange group by its name in TLS, such as <c>x25519</c> or <c>secp256r1</c>; null when there was none, as after a
    /// resumption in TLS 1.2.
    /// </summary>
    string? KeyExchangeGroup { get; }

    /// <summary>Whether the kernel encrypts what is sent.</summary>
    bool SendsByKernel { get; }

    /// <summary>Whether the kernel decrypts what is received.</summary>
    bool ReceivesByKernel { get; }

    /// <summary>Whether the client has shown a certificate.</summary>
    bool HasClientCertificate { get; }

    /// <summary>
    /// Whose policy holds, by its name in <see cref="AeronetTlsOptions.Hosts"/> (<c>*.example.com</c> for a wildcard); null for the
    /// endpoint's own. Unlike the name the client asked for, one of few.
    /// </summary>
    string? ServedHost { get; }
}
