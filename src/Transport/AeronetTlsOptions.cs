using System.Diagnostics.CodeAnalysis;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Aeronet.AspNetCore.Transport;

/// <summary>How one endpoint terminates TLS. Passed to <c>ListenOptions.UseAeronetTls</c>, and checked there.</summary>
[Experimental("AERONET001")]
public sealed class AeronetTlsOptions
{
    /// <summary>
    /// The certificates for names that <see cref="Hosts"/> does not list, each with its private key. Of several the one is
    /// used that the client supports (RSA and ECDSA side by side). At least one is required.
    /// </summary>
    public IList<X509Certificate2> Certificates { get; } = [];

    /// <summary>Intermediate certificates sent along, for all hosts; those that do not belong to a chain are left out.</summary>
    public X509Certificate2Collection Intermediates { get; } = [];

    /// <summary>
    /// Certificates by server name (RFC 6066, section 3). A name is exact (<c>www.example.com</c>) or a wildcard for one label
    /// (<c>*.example.com</c>); exact names win. Names are compared without regard to case.
    /// </summary>
    public IDictionary<string, IList<X509Certificate2>> Hosts { get; } =
        new Dictionary<string, IList<X509Certificate2>>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Refuses a client that names a host not listed, by alert <c>unrecognized_name</c>.</summary>
    /// <remarks>Defaults to <see langword="false"/>: such a client gets <see cref="Certificates"/>.</remarks>
    public bool RefuseUnknownHosts { get; set; }

    /// <summary>TLS 1.2, TLS 1.3, or both.</summary>
    /// <remarks>Defaults to both.</remarks>
    public SslProtocols Protocols { get; set; } = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>Whether the kernel encrypts.</summary>
    /// <remarks>Defaults to <see cref="KtlsMode.Opportunistic"/>.</remarks>
    public KtlsMode Ktls { get; set; } = KtlsMode.Opportunistic;

    /// <summary>How long a handshake may take from the first byte to the last. 100 ms to 10 minutes.</summary>
    /// <remarks>Defaults to 10 s, as Kestrel.</remarks>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);
}
