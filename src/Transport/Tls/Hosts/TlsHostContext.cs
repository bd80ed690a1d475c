using System.Security.Authentication;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.Tls.ClientCertificates;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Aeronet.AspNetCore.Transport.Tls.Stapling;
using Aeronet.AspNetCore.Transport.Tls.Tickets;

namespace Aeronet.AspNetCore.Transport.Tls.Hosts;

/// <summary>
/// The SSL_CTX of one host. A handshake begins with the default host's; <see cref="Apply"/> moves it to another's when the
/// client has said whom it wants.
/// </summary>
internal sealed unsafe class TlsHostContext : IDisposable
{
    private readonly SslContextHandle _context;

    /// <param name="host">Its policy.</param>
    /// <param name="stapler">Has the staples of its certificates; null for none.</param>
    /// <exception cref="InvalidOperationException">A certificate or an option cannot be used; the message says which and why.</exception>
    internal TlsHostContext(TlsHost host, TlsStapler? stapler)
    {
        Host = host;
        MayUseKernel = host.Ktls != KtlsMode.Disabled && KernelTls.IsAvailable;
        Staples = stapler?.StaplesOf(host);
        SessionIdContext = SessionContext.Of(host);
        _context = SslContextFactory.Create(host, SessionIdContext, (pointer, certificate) =>
        {
            if (stapler?.For(host, certificate) is { } staple)
            {
                Staples!.Add(pointer, staple);
            }
        });
    }

    internal TlsHost Host { get; }

    /// <summary>What is in the sessions of its clients, and in no other's.</summary>
    internal byte[] SessionIdContext { get; }

    /// <summary>What its certificates are stapled with; null for nothing.</summary>
    internal HostStaples? Staples { get; }

    internal nint Pointer => _context.Pointer;

    /// <summary>Checks the certificates of its clients; null where they are asked for none.</summary>
    internal ClientCertificateVerifier? Verifier { get; set; }

    /// <summary>Whether OpenSSL may hand the keys of a handshake over to the kernel.</summary>
    internal bool MayUseKernel { get; }

    /// <summary>
    /// Makes a handshake that has seen no more than the ClientHello this host's. Certificates, signature algorithms, trust
    /// and session id context follow the SSL_CTX; what SSL_new had copied from the old one does not and is set here
    /// (SSL_set_SSL_CTX's source; ngx_http_ssl_servername does likewise).
    /// </summary>
    /// <returns>False when OpenSSL refused a part, and the handshake must not go on by a mixture of two policies.</returns>
    internal bool Apply(nint ssl, TlsHost from)
    {
        var applied = OpenSsl.SSL_set_SSL_CTX(ssl, _context.Pointer) != 0;
        if (Host.Protocols != from.Protocols)
        {
            applied &= OpenSsl.SSL_ctrl(ssl, OpenSsl.SSL_CTRL_SET_MIN_PROTO_VERSION, MinimumOf(Host.Protocols), 0) == 1
                && OpenSsl.SSL_ctrl(ssl, OpenSsl.SSL_CTRL_SET_MAX_PROTO_VERSION, MaximumOf(Host.Protocols), 0) == 1;
        }

        if (Host.CipherList != from.CipherList)
        {
            applied &= OpenSsl.SSL_set_cipher_list(ssl, Host.OfferedCiphers) == 1;
        }

        if (Host.CipherSuites != from.CipherSuites)
        {
            applied &= OpenSsl.SSL_set_ciphersuites(ssl, Host.CipherSuites) == 1;
        }

        if (Host.OfferedGroups != from.OfferedGroups)
        {
            applied &= OpenSsl.SSL_ctrl(ssl, OpenSsl.SSL_CTRL_SET_GROUPS_LIST, 0, Host.OfferedGroups) == 1;
        }

        if (Host.IsResumable != from.IsResumable)
        {
            _ = Host.IsResumable ? OpenSsl.SSL_clear_options(ssl, OpenSsl.SSL_OP_NO_TICKET) : OpenSsl.SSL_set_options(ssl, OpenSsl.SSL_OP_NO_TICKET);
            applied &= OpenSsl.SSL_set_num_tickets(ssl, TicketsOf(Host)) == 1;
        }

        OpenSsl.SSL_set_verify(ssl, ClientCertificateTrust.ModeOf(Host), ClientCertificateVerifier.CallbackOf(Host));
        return applied;
    }

    public void Dispose() => _context.Dispose();

    internal static int MinimumOf(SslProtocols protocols) => protocols.HasFlag(TlsVersions.Tls12) ? OpenSsl.TLS1_2_VERSION : OpenSsl.TLS1_3_VERSION;

    internal static int MaximumOf(SslProtocols protocols) => protocols.HasFlag(TlsVersions.Tls13) ? OpenSsl.TLS1_3_VERSION : OpenSsl.TLS1_2_VERSION;

    /// <summary>How many tickets a TLS 1.3 handshake ends with.</summary>
    internal static nuint TicketsOf(TlsHost host) => host.IsResumable ? (nuint)host.Tickets.Count : 0u;
}
