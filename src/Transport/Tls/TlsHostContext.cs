using System.Security.Authentication;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Tls;

/// <summary>
/// The SSL_CTX of one host. A handshake begins with the default host's; <see cref="Apply"/> moves it to another's when the
/// client has said whom it wants.
/// </summary>
internal sealed class TlsHostContext(TlsHost host) : IDisposable
{
    private readonly SslContextHandle _context = SslContextFactory.Create(host);

    internal TlsHost Host => host;

    internal nint Pointer => _context.Pointer;

    /// <summary>
    /// Makes a handshake that has seen no more than the ClientHello this host's. Certificates, signature algorithms, trust
    /// and session id context follow the SSL_CTX; what SSL_new had copied from the old one does not and is set here
    /// (SSL_set_SSL_CTX's source; ngx_http_ssl_servername does likewise).
    /// </summary>
    internal void Apply(nint ssl, TlsHost from)
    {
        OpenSsl.SSL_set_SSL_CTX(ssl, _context.Pointer);
        if (host.Protocols != from.Protocols)
        {
            OpenSsl.SSL_ctrl(ssl, OpenSsl.SSL_CTRL_SET_MIN_PROTO_VERSION, MinimumOf(host.Protocols), 0);
            OpenSsl.SSL_ctrl(ssl, OpenSsl.SSL_CTRL_SET_MAX_PROTO_VERSION, MaximumOf(host.Protocols), 0);
        }

        if (host.CipherList is { } list && list != from.CipherList)
        {
            _ = OpenSsl.SSL_set_cipher_list(ssl, list);
        }

        if (host.CipherSuites is { } suites && suites != from.CipherSuites)
        {
            _ = OpenSsl.SSL_set_ciphersuites(ssl, suites);
        }

        if (host.Groups is { } groups && groups != from.Groups)
        {
            OpenSsl.SSL_ctrl(ssl, OpenSsl.SSL_CTRL_SET_GROUPS_LIST, 0, groups);
        }

        OpenSsl.SSL_set_verify(ssl, ClientCertificateTrust.ModeOf(host), 0);
    }

    public void Dispose() => _context.Dispose();

    internal static int MinimumOf(SslProtocols protocols) => protocols.HasFlag(TlsVersions.Tls12) ? OpenSsl.TLS1_2_VERSION : OpenSsl.TLS1_3_VERSION;

    internal static int MaximumOf(SslProtocols protocols) => protocols.HasFlag(TlsVersions.Tls13) ? OpenSsl.TLS1_3_VERSION : OpenSsl.TLS1_2_VERSION;
}
