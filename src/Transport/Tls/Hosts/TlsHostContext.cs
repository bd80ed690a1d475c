using System.Security.Authentication;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.Tls.ClientCertificates;
using Aeronet.AspNetCore.Transport.Tls.Policies;

namespace Aeronet.AspNetCore.Transport.Tls.Hosts;

/// <summary>
/// The SSL_CTX of one host. A handshake begins with the default host's; <see cref="Apply"/> moves it to another's when the
/// client has said whom it wants.
/// </summary>
internal sealed unsafe class TlsHostContext(TlsHost host) : IDisposable
{
    private readonly SslContextHandle _context = SslContextFactory.Create(host);

    internal TlsHost Host => host;

    internal nint Pointer => _context.Pointer;

    /// <summary>Whether OpenSSL may hand the keys of a handshake over to the kernel.</summary>
    internal bool MayUseKernel { get; } = host.Ktls != KtlsMode.Disabled && KernelTls.IsAvailable;

    /// <summary>
    /// Makes a handshake that has seen no more than the ClientHello this host's. Certificates, signature algorithms, trust
    /// and session id context follow the SSL_CTX; what SSL_new had copied from the old one does not and is set here
    /// (SSL_set_SSL_CTX's source; ngx_http_ssl_servername does likewise).
    /// </summary>
    /// <returns>False when OpenSSL refused a part, and the handshake must not go on by a mixture of two policies.</returns>
    internal bool Apply(nint ssl, TlsHost from)
    {
        var applied = OpenSsl.SSL_set_SSL_CTX(ssl, _context.Pointer) != 0;
        if (host.Protocols != from.Protocols)
        {
            applied &= OpenSsl.SSL_ctrl(ssl, OpenSsl.SSL_CTRL_SET_MIN_PROTO_VERSION, MinimumOf(host.Protocols), 0) == 1
                && OpenSsl.SSL_ctrl(ssl, OpenSsl.SSL_CTRL_SET_MAX_PROTO_VERSION, MaximumOf(host.Protocols), 0) == 1;
        }

        if (host.CipherList != from.CipherList)
        {
            applied &= OpenSsl.SSL_set_cipher_list(ssl, host.OfferedCiphers) == 1;
        }

        if (host.CipherSuites != from.CipherSuites)
        {
            applied &= OpenSsl.SSL_set_ciphersuites(ssl, host.CipherSuites) == 1;
        }

        if (host.Groups != from.Groups)
        {
            applied &= OpenSsl.SSL_ctrl(ssl, OpenSsl.SSL_CTRL_SET_GROUPS_LIST, 0, host.Groups ?? CipherPolicies.Groups) == 1;
        }

        if (host.IsResumable != from.IsResumable)
        {
            _ = host.IsResumable ? OpenSsl.SSL_clear_options(ssl, OpenSsl.SSL_OP_NO_TICKET) : OpenSsl.SSL_set_options(ssl, OpenSsl.SSL_OP_NO_TICKET);
            applied &= OpenSsl.SSL_set_num_tickets(ssl, TicketsOf(host)) == 1;
        }

        OpenSsl.SSL_set_verify(ssl, ClientCertificateTrust.ModeOf(host), &ClientCertificateVerifier.OnCertificate);
        return applied;
    }

    public void Dispose() => _context.Dispose();

    internal static int MinimumOf(SslProtocols protocols) => protocols.HasFlag(TlsVersions.Tls12) ? OpenSsl.TLS1_2_VERSION : OpenSsl.TLS1_3_VERSION;

    internal static int MaximumOf(SslProtocols protocols) => protocols.HasFlag(TlsVersions.Tls13) ? OpenSsl.TLS1_3_VERSION : OpenSsl.TLS1_2_VERSION;

    /// <summary>How many tickets a TLS 1.3 handshake ends with.</summary>
    internal static nuint TicketsOf(TlsHost host) => host.IsResumable ? (nuint)host.Tickets.Count : 0u;
}
