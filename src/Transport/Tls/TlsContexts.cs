using System.Runtime.InteropServices;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Tls;

/// <summary>
/// The SSL_CTX of each host of an endpoint, and the choice between them while a ClientHello is being answered. Kept for the
/// life of the process's endpoint and never freed while a thread might be in a handshake: OpenSSL counts references.
/// </summary>
internal sealed unsafe class TlsContexts
{
    [ThreadStatic]
    private static TlsHandshake? t_current;

    private readonly Dictionary<string, SslContextHandle> _hosts = new(StringComparer.OrdinalIgnoreCase);
    private readonly bool _refuseUnknown;

    /// <exception cref="InvalidOperationException">A certificate cannot be used; the message says which and why.</exception>
    internal TlsContexts(AeronetTlsOptions options, byte[] applicationProtocols)
    {
        ApplicationProtocols = applicationProtocols;
        _refuseUnknown = options.RefuseUnknownHosts;
        Default = SslContextFactory.Create(options, options.Certificates, "the default host");
        OpenSsl.SSL_CTX_set_client_hello_cb(Default.Pointer, &OnClientHello, 0);
        OpenSsl.SSL_CTX_set_alpn_select_cb(Default.Pointer, &OnSelectProtocol, 0);
        foreach (var (name, certificates) in options.Hosts)
        {
            var context = SslContextFactory.Create(options, certificates, $"host '{name}'");
            OpenSsl.SSL_CTX_set_alpn_select_cb(context.Pointer, &OnSelectProtocol, 0);
            _hosts.Add(name, context);
        }
    }

    internal SslContextHandle Default { get; }

    /// <summary>ALPN ids in the server's order, each preceded by its length (RFC 7301, section 3.1).</summary>
    internal byte[] ApplicationProtocols { get; }

    /// <summary>Names the handshake that OpenSSL's callbacks on this thread belong to.</summary>
    internal static void Enter(TlsHandshake? handshake) => t_current = handshake;

    [UnmanagedCallersOnly]
    private static int OnClientHello(nint ssl, int* alert, nint argument)
    {
        if (t_current is not { } handshake)
        {
            return OpenSsl.SSL_CLIENT_HELLO_ERROR;
        }

        byte* extension;
        nuint length;
        if (OpenSsl.SSL_client_hello_get0_ext(ssl, OpenSsl.TLSEXT_TYPE_server_name, &extension, &length) == 1)
        {
            handshake.HostName = ServerNameExtension.Parse(new ReadOnlySpan<byte>(extension, (int)length));
        }

        var contexts = handshake.Contexts;
        if (HostNames.Find(contexts._hosts, handshake.HostName) is { } context)
        {
            OpenSsl.SSL_set_SSL_CTX(ssl, context.Pointer);
        }
        else if (contexts._refuseUnknown && handshake.HostName.Length > 0)
        {
            *alert = OpenSsl.SSL_AD_UNRECOGNIZED_NAME;
            return OpenSsl.SSL_CLIENT_HELLO_ERROR;
        }

        return OpenSsl.SSL_CLIENT_HELLO_SUCCESS;
    }

    [UnmanagedCallersOnly]
    private static int OnSelectProtocol(nint ssl, byte** selected, byte* selectedLength, byte* offered, uint offeredLength, nint argument)
    {
        var ours = t_current?.Contexts.ApplicationProtocols ?? [];
        var theirs = new ReadOnlySpan<byte>(offered, (int)offeredLength);
        for (var i = 0; i < ours.Length; i += ours[i] + 1)
        {
            var wanted = ours.AsSpan(i, ours[i] + 1);
            for (var j = 0; j < theirs.Length; j += theirs[j] + 1)
            {
                if (theirs[j..].StartsWith(wanted))
                {
                    *selected = offered + j + 1;
                    *selectedLength = offered[j];
                    return OpenSsl.SSL_TLSEXT_ERR_OK;
                }
            }
        }

        // RFC 7301, section 3.2: no protocol in common is fatal.
        return ours.Length == 0 ? OpenSsl.SSL_TLSEXT_ERR_NOACK : OpenSsl.SSL_TLSEXT_ERR_ALERT_FATAL;
    }
}
