using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.SendFile;
using Aeronet.AspNetCore.Transport.Tls.Handshake;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Aeronet.AspNetCore.Transport.Tls.Session;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aeronet.AspNetCore.Transport.Tls.Hosts;

/// <summary>
/// The SSL_CTX of each host of an endpoint, and the choice between them while a ClientHello is being answered. Kept for the
/// life of the process's endpoint and never freed while a thread might be in a handshake: OpenSSL counts references.
/// </summary>
internal sealed unsafe class TlsContexts : IDisposable
{
    [ThreadStatic]
    private static TlsHandshake? t_current;

    private readonly HostTable<TlsHostContext> _hosts;
    private readonly bool _refuseUnknown;
    private readonly bool _kestrelRules;
    private readonly bool _guards;
    private readonly bool _keepsHello;
    private readonly bool _keepsReceiving;
    private readonly bool _keepsWatching;

    /// <exception cref="InvalidOperationException">A certificate or an option cannot be used; the message says which and why.</exception>
    internal TlsContexts(TlsSettings settings, HttpProtocols endpointProtocols)
    {
        var options = settings.Options;
        _refuseUnknown = options.RefuseUnknownHosts;
        _kestrelRules = settings.KestrelHostRules;
        _hosts = new HostTable<TlsHostContext>(deepWildcards: _kestrelRules);
        Default = new TlsHostContext(new TlsHost(settings, options, null, endpointProtocols));
        OpenSsl.SSL_CTX_set_client_hello_cb(Default.Pointer, &OnClientHello, 0);
        OpenSsl.SSL_CTX_set_alpn_select_cb(Default.Pointer, &OnSelectProtocol, 0);
        _keepsHello = ClientHelloObservation.ObserverOf(options) is not null;
        _keepsReceiving = options.Ktls != KtlsMode.Disabled && KernelTls.MustKeepReceiving;

        // Such a version shows the records of a connection only where a callback was set when their keys were (SslSession.ControlRecords).
        _keepsWatching = _keepsReceiving || OpenSslLibrary.IsAtLeast(3, 2);
        if (_keepsHello || _keepsWatching)
        {
            OpenSsl.SSL_CTX_set_msg_callback(Default.Pointer, &OnMessage);
        }

        foreach (var (name, host) in options.Hosts)
        {
            var context = new TlsHostContext(new TlsHost(settings, host, name, endpointProtocols));
            OpenSsl.SSL_CTX_set_alpn_select_cb(context.Pointer, &OnSelectProtocol, 0);
            _hosts.Add(HostNames.TryNormalize(name)!, context);
        }

        _guards = TlsHostGuard.IsNeededFor(Default.Host, Hosts);
    }

    internal TlsHostContext Default { get; }

    /// <summary>The hosts that have a name.</summary>
    internal IEnumerable<TlsHost> Hosts => _hosts.Values.Select(context => context.Host);

    /// <summary>The handshake that OpenSSL's callbacks on this thread belong to.</summary>
    internal static TlsHandshake? Current
    {
        get => t_current;
        set => t_current = value;
    }

    /// <summary>What a connection that a host let in may ask for; null for everything.</summary>
    internal IHostGuard? GuardOf(TlsHost connected) =>
        _guards ? new TlsHostGuard(connected, name => (_hosts.Find(name) ?? Default).Host) : null;

    public void Dispose()
    {
        Default.Dispose();
        foreach (var context in _hosts.Values)
        {
            context.Dispose();
        }
    }

    /// <summary>Called for every message and record of a handshake until <see cref="OnReceived"/> has seen what it wants.</summary>
    [UnmanagedCallersOnly]
    private static void OnMessage(int sent, int version, int type, byte* message, nuint length, nint ssl, nint argument)
    {
        try
        {
            if (sent == 0 && type == OpenSsl.SSL3_RT_HANDSHAKE && length > 0 && t_current is { } handshake)
            {
                handshake.Contexts.OnReceived(handshake, new ReadOnlySpan<byte>(message, (int)length), ssl);
            }
        }
        catch (Exception failure)
        {
            NativeFaults.Note(failure);
        }
    }

    /// <summary>Keeps the first ClientHello as it came, and at the client's Finished, before its keys for data are set up, what it sends out of the kernel.</summary>
    private void OnReceived(TlsHandshake handshake, ReadOnlySpan<byte> message, nint ssl)
    {
        if (message[0] == OpenSsl.SSL3_MT_CLIENT_HELLO && _keepsHello && handshake.ClientHello is null)
        {
            handshake.ClientHello = message.ToArray();
        }

        // The kernel encrypts since our own Finished; TLS 1.2 has no changes of keys.
        var isFinished = message[0] == OpenSsl.SSL3_MT_FINISHED;
        if (isFinished && _keepsReceiving && OpenSsl.SSL_version(ssl) == OpenSsl.TLS1_3_VERSION)
        {
            _ = OpenSsl.SSL_clear_options(ssl, OpenSsl.SSL_OP_ENABLE_KTLS);
        }

        if (isFinished || !_keepsWatching)
        {
            OpenSsl.SSL_set_msg_callback(ssl, null);
        }
    }

    /// <summary>Holds the handshake up until the application's observer has seen the ClientHello.</summary>
    private static int Observe(TlsHandshake handshake, ClientHelloObservation observation, byte[] message, int* alert)
    {
        if (observation.Failure is not null)
        {
            handshake.Refusal = TlsFailure.ObserverFailed;
            *alert = OpenSsl.SSL_AD_INTERNAL_ERROR;
            return OpenSsl.SSL_CLIENT_HELLO_ERROR;
        }

        if (!observation.HasBegun)
        {
            observation.Begin(message, handshake);
        }

        return OpenSsl.SSL_CLIENT_HELLO_RETRY;
    }

    [UnmanagedCallersOnly]
    private static int OnClientHello(nint ssl, int* alert, nint argument)
    {
        try
        {
            return t_current is { } handshake ? ChooseHost(handshake, ssl, alert) : OpenSsl.SSL_CLIENT_HELLO_ERROR;
        }
        catch (Exception failure)
        {
            NativeFaults.Note(failure);
            return OpenSsl.SSL_CLIENT_HELLO_ERROR;
        }
    }

    [UnmanagedCallersOnly]
    private static int OnSelectProtocol(nint ssl, byte** selected, byte* selectedLength, byte* offered, uint offeredLength, nint argument)
    {
        try
        {
            return SelectProtocol(t_current?.Host?.ApplicationProtocols, selected, selectedLength, new ReadOnlySpan<byte>(offered, (int)offeredLength));
        }
        catch (Exception failure)
        {
            NativeFaults.Note(failure);
            return OpenSsl.SSL_TLSEXT_ERR_ALERT_FATAL;
        }
    }

    private static int ChooseHost(TlsHandshake handshake, nint ssl, int* alert)
    {
        if (handshake is { Observation: { IsOver: false } observation, ClientHello: { } message })
        {
            return Observe(handshake, observation, message, alert);
        }

        byte* extension;
        nuint length;
        var namesHost = OpenSsl.SSL_client_hello_get0_ext(ssl, OpenSsl.TLSEXT_TYPE_server_name, &extension, &length) == 1;
        var isTooLong = false;
        if (namesHost)
        {
            handshake.HostName = ServerNameExtension.Parse(new ReadOnlySpan<byte>(extension, (int)length), out isTooLong);
        }

        var contexts = handshake.Contexts;
        var context = contexts._hosts.Find(handshake.HostName);
        if (isTooLong || (context is null && contexts._refuseUnknown && (namesHost || contexts._kestrelRules)))
        {
            handshake.Refusal = TlsFailure.UnknownName;
            *alert = OpenSsl.SSL_AD_UNRECOGNIZED_NAME;
            return OpenSsl.SSL_CLIENT_HELLO_ERROR;
        }

        handshake.Host = (context ?? contexts.Default).Host;
        if (handshake.Host.AsksApplication && !handshake.MayAskApplication())
        {
            return OpenSsl.SSL_CLIENT_HELLO_RETRY;
        }

        if (context?.Apply(ssl, contexts.Default.Host) == false)
        {
            handshake.Refusal = TlsFailure.Internal;
            *alert = OpenSsl.SSL_AD_INTERNAL_ERROR;
            return OpenSsl.SSL_CLIENT_HELLO_ERROR;
        }

        return OpenSsl.SSL_CLIENT_HELLO_SUCCESS;
    }

    private static int SelectProtocol(byte[]? ours, byte** selected, byte* selectedLength, ReadOnlySpan<byte> offered)
    {
        if (ours is null or [])
        {
            return OpenSsl.SSL_TLSEXT_ERR_NOACK;
        }

        for (var i = 0; i < ours.Length; i += ours[i] + 1)
        {
            var wanted = ours.AsSpan(i, ours[i] + 1);
            for (var rest = offered; !rest.IsEmpty; rest = rest[(rest[0] + 1)..])
            {
                if (rest.StartsWith(wanted))
                {
                    // OpenSSL's memory: it does not move.
                    *selected = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(rest)) + 1;
                    *selectedLength = rest[0];
                    return OpenSsl.SSL_TLSEXT_ERR_OK;
                }
            }
        }

        // RFC 7301, section 3.2: no protocol in common is fatal.
        return OpenSsl.SSL_TLSEXT_ERR_ALERT_FATAL;
    }
}
