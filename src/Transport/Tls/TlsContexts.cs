using System.Runtime.InteropServices;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.SendFile;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aeronet.AspNetCore.Transport.Tls;

/// <summary>
/// The SSL_CTX of each host of an endpoint, and the choice between them while a ClientHello is being answered. Kept for the
/// life of the process's endpoint and never freed while a thread might be in a handshake: OpenSSL counts references.
/// </summary>
internal sealed unsafe class TlsContexts : IDisposable
{
    [ThreadStatic]
    private static TlsHandshake? t_current;

    private readonly Dictionary<string, TlsHostContext> _hosts = new(StringComparer.OrdinalIgnoreCase);
    private readonly bool _refuseUnknown;
    private readonly bool _guards;

    /// <exception cref="InvalidOperationException">A certificate or an option cannot be used; the message says which and why.</exception>
    internal TlsContexts(AeronetTlsOptions options, HttpProtocols endpointProtocols)
    {
        _refuseUnknown = options.RefuseUnknownHosts;
        Default = new TlsHostContext(new TlsHost(options, options, "the default host", endpointProtocols));
        OpenSsl.SSL_CTX_set_client_hello_cb(Default.Pointer, &OnClientHello, 0);
        OpenSsl.SSL_CTX_set_alpn_select_cb(Default.Pointer, &OnSelectProtocol, 0);
        foreach (var (name, host) in options.Hosts)
        {
            var context = new TlsHostContext(new TlsHost(options, host, $"host '{name}'", endpointProtocols));
            OpenSsl.SSL_CTX_set_alpn_select_cb(context.Pointer, &OnSelectProtocol, 0);
            _hosts.Add(HostNames.TryNormalize(name)!, context);
        }

        _guards = TlsHostGuard.IsNeededFor(Default.Host, _hosts.Values.Select(context => context.Host));
    }

    internal TlsHostContext Default { get; }

    /// <summary>The handshake that OpenSSL's callbacks on this thread belong to.</summary>
    internal static TlsHandshake? Current
    {
        get => t_current;
        set => t_current = value;
    }

    /// <summary>What a connection that a host let in may ask for; null for everything.</summary>
    internal IHostGuard? GuardOf(TlsHost connected) =>
        _guards ? new TlsHostGuard(connected, name => (HostNames.Find(_hosts, name) ?? Default).Host) : null;

    public void Dispose()
    {
        Default.Dispose();
        foreach (var context in _hosts.Values)
        {
            context.Dispose();
        }
    }

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
        var context = HostNames.Find(contexts._hosts, handshake.HostName);
        if (context is null && contexts._refuseUnknown && handshake.HostName.Length > 0)
        {
            *alert = OpenSsl.SSL_AD_UNRECOGNIZED_NAME;
            return OpenSsl.SSL_CLIENT_HELLO_ERROR;
        }

        handshake.Host = (context ?? contexts.Default).Host;
        if (handshake.Host.AsksApplication && !handshake.MayAskApplication())
        {
            return OpenSsl.SSL_CLIENT_HELLO_RETRY;
        }

        context?.Apply(ssl, contexts.Default.Host);
        return OpenSsl.SSL_CLIENT_HELLO_SUCCESS;
    }

    [UnmanagedCallersOnly]
    private static int OnSelectProtocol(nint ssl, byte** selected, byte* selectedLength, byte* offered, uint offeredLength, nint argument)
    {
        var ours = t_current?.Host.ApplicationProtocols ?? [];
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
