namespace Aeronet.AspNetCore.Transport;

/// <summary>
/// How one endpoint terminates TLS. Passed to <c>ListenOptions.UseAeronetTls</c>, and checked there. What stands here is for
/// clients that name no host or one that <see cref="Hosts"/> does not list, and the default of the hosts.
/// </summary>
public sealed class AeronetTlsOptions : AeronetTlsHostOptions
{
    /// <summary>
    /// What differs by server name (RFC 6066, section 3). A name is exact (<c>www.example.com</c>) or a wildcard for one label
    /// (<c>*.example.com</c>); exact names win. Names are compared without regard to case; those that are not ASCII as IDNA has
    /// them (RFC 5890). A request for a host that asks for client certificates is answered 421 (Misdirected Request) on a
    /// connection that another host let in.
    /// </summary>
    public IDictionary<string, AeronetTlsHostOptions> Hosts { get; } =
        new Dictionary<string, AeronetTlsHostOptions>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Refuses a client that names a host not listed, by alert <c>unrecognized_name</c>.</summary>
    /// <remarks>Defaults to <see langword="false"/>.</remarks>
    public bool RefuseUnknownHosts { get; set; }

    /// <summary>Whether the kernel encrypts.</summary>
    /// <remarks>Defaults to <see cref="KtlsMode.Opportunistic"/>.</remarks>
    public KtlsMode Ktls { get; set; } = KtlsMode.Opportunistic;

    /// <summary>How long a handshake may take from the first byte to the last. 100 ms to 10 minutes.</summary>
    /// <remarks>Defaults to 10 s, as Kestrel.</remarks>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);
}
