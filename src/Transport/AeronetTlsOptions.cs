using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace Aeronet.AspNetCore.Transport;

/// <summary>
/// How one endpoint terminates TLS. Read from the configuration section <c>Aeronet:Tls</c>, then changed by the delegate
/// passed to <c>ListenOptions.UseAeronetTls</c>, and checked there. What stands here is for clients that name no host or one
/// that <see cref="Hosts"/> does not list, and the default of the hosts.
/// </summary>
public sealed class AeronetTlsOptions : AeronetTlsHostOptions
{
    /// <summary>The configuration section these options are read from.</summary>
    public const string SectionName = "Aeronet:Tls";

    /// <summary>
    /// What differs by server name (RFC 6066, section 3). A name is exact (<c>www.example.com</c>) or a wildcard for one label
    /// (<c>*.example.com</c>); exact names win. Names are compared without regard to case; those that are not ASCII as IDNA has
    /// them (RFC 5890). A request for a host that asks more of client certificates than the one that let the connection in, or does not have its
    /// version of TLS, is answered 421 (Misdirected Request).
    /// </summary>
    /// <remarks>Defaults to none: all are served alike.</remarks>
    public IDictionary<string, AeronetTlsHostOptions> Hosts { get; } =
        new Dictionary<string, AeronetTlsHostOptions>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Refuses a client that names a host not listed, or sends a malformed name, by alert <c>unrecognized_name</c>.</summary>
    /// <remarks>Defaults to <see langword="false"/>.</remarks>
    public bool RefuseUnknownHosts { get; set; }

    /// <summary>Whether the kernel encrypts.</summary>
    /// <remarks>Defaults to <see cref="KtlsMode.Opportunistic"/>.</remarks>
    public KtlsMode Ktls { get; set; } = KtlsMode.Opportunistic;

    /// <summary>
    /// Sees each client's first message before the handshake goes on: as one TLS record (RFC 8446, sections 5.1 and 4.1.2),
    /// the form in which Kestrel shows it. Aborting the connection refuses the client, and so does throwing.
    /// </summary>
    /// <remarks>
    /// Defaults to none. Runs on the thread pool while the handshake waits, within <see cref="HandshakeTimeout"/>. With
    /// <see cref="Fingerprints"/>, the connection has <see cref="ITlsFingerprintFeature"/> already.
    /// </remarks>
    public Action<ConnectionContext, ReadOnlySequence<byte>>? OnClientHello { get; set; }

    /// <summary>
    /// Keeps what each client lists in its first message, some 200 and at most 2,000 bytes a connection, and gives connections and
    /// requests <see cref="ITlsFingerprintFeature"/>.
    /// </summary>
    /// <remarks>Defaults to <see langword="false"/>.</remarks>
    public bool Fingerprints { get; set; }

    /// <summary>The tickets that clients come back with, and the keys they are under.</summary>
    public SessionTicketOptions SessionTickets { get; } = new();

    /// <summary>How it becomes known that client certificates were revoked.</summary>
    public AeronetTlsRevocationOptions Revocation { get; } = new();

    /// <summary>How long a handshake may take from the first byte to the last. 100 ms to 10 minutes.</summary>
    /// <remarks>Defaults to 10 s, as Kestrel.</remarks>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many handshakes are taken on at a time and in a second.</summary>
    public AeronetTlsAdmissionOptions Admission { get; } = new();

    /// <summary>
    /// Serves with certificates whose time is over or has not come. Otherwise one of those fails the start.
    /// </summary>
    /// <remarks>Defaults to <see langword="false"/>.</remarks>
    public bool AllowExpiredCertificates { get; set; }

    /// <summary>
    /// Reads the section and its files again when they change, and serves new connections by what was read, if all of it can be used.
    /// Otherwise they are read again by <see cref="ITlsCertificateManager.ReloadAsync"/> alone.
    /// </summary>
    /// <remarks>
    /// Defaults to <see langword="true"/>.
    /// </remarks>
    public bool ReloadCertificates { get; set; } = true;

    /// <summary>
    /// How often files are looked at for changes, beside the notices of the system (inotify(7)), which not every file system gives.
    /// 1 second to 1 day.
    /// </summary>
    /// <remarks>Defaults to 10 s.</remarks>
    public TimeSpan ReloadInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Where the secrets of sessions are appended for Wireshark and its like, in the format of SSLKEYLOGFILE; relative paths begin at the content
    /// root. Whoever reads the file can decrypt the traffic: it is made for this user alone (mode 0600), refused where others may read it or
    /// it is a symbolic link, and a warning is logged at start. Only in the environment <c>Development</c>, unless
    /// <see cref="AllowKeyLogOutsideDevelopment"/>. Not where Kestrel's TLS serves.
    /// </summary>
    /// <remarks>Defaults to none.</remarks>
    public string? KeyLogFile { get; set; }

    /// <summary>Allows <see cref="KeyLogFile"/> in every environment.</summary>
    /// <remarks>Defaults to <see langword="false"/>.</remarks>
    public bool AllowKeyLogOutsideDevelopment { get; set; }
}
