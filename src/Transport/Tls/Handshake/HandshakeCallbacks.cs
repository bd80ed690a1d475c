using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.Tls.ClientCertificates;
using Aeronet.AspNetCore.Transport.Tls.Hosts;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Aeronet.AspNetCore.Transport.Tls.Revocation;
using Aeronet.AspNetCore.Transport.Tls.Stapling;

namespace Aeronet.AspNetCore.Transport.Tls.Handshake;

/// <summary>What OpenSSL calls in the middle of a step of a handshake: the choice of the host, of the protocol, and who is let in.</summary>
internal static unsafe class HandshakeCallbacks
{
    [ThreadStatic]
    private static TlsHandshake? t_current;

    /// <summary>The handshake that OpenSSL's callbacks on this thread belong to.</summary>
    internal static TlsHandshake? Current
    {
        get => t_current;
        set => t_current = value;
    }

    /// <summary>Has the contexts call here. Before their first handshake.</summary>
    /// <param name="contexts">The contexts.</param>
    /// <param name="revocation">How the application learns of revocation; null for not at all.</param>
    internal static TlsContexts Attach(TlsContexts contexts, ClientRevocation? revocation = null)
    {
        OpenSsl.SSL_CTX_set_client_hello_cb(contexts.Default.Pointer, &OnClientHello, 0);
        if (contexts.KeepsHello || contexts.KeepsWatching)
        {
            OpenSsl.SSL_CTX_set_msg_callback(contexts.Default.Pointer, &OnMessage);
        }

        TicketCallbacks.Attach(contexts);
        foreach (var context in contexts.Named.Prepend(contexts.Default))
        {
            OpenSsl.SSL_CTX_set_alpn_select_cb(context.Pointer, &OnSelectProtocol, 0);
            if (contexts.KeyLog is not null)
            {
                OpenSsl.SSL_CTX_set_keylog_callback(context.Pointer, &OnSecret);
            }

            if (context.Staples is { IsEmpty: false })
            {
                _ = OpenSsl.SSL_CTX_callback_ctrl(context.Pointer, OpenSsl.SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB, &OnStatusRequest);
            }

            context.Verifier = ClientCertificateVerifier.For(context.Host, revocation);
            if (context.Verifier is { DoesMore: true })
            {
                OpenSsl.SSL_CTX_set_cert_verify_callback(context.Pointer, &OnChain, 0);
            }
        }

        return contexts;
    }

    /// <summary>
    /// Called instead of the check of a client's chain, which it makes, where that is not all
    /// (SSL_CTX_set_cert_verify_callback(3)). Where the application is asked, on the thread pool: see <see cref="TlsHandshake"/>.
    /// </summary>
    [UnmanagedCallersOnly]
    private static int OnChain(nint storeContext, nint argument)
    {
        try
        {
            if (t_current is not { Verifier: { } verifier } handshake)
            {
                return 0;
            }

            var accepts = verifier.Accepts(storeContext, out var thrown);
            handshake.ValidationFailure ??= thrown;
            return accepts ? 1 : 0;
        }
        catch (Exception failure)
        {
            NativeFaults.Note(failure);
            return 0;
        }
    }

    /// <summary>Called where a client asks for the status of the certificate that it gets (SSL_CTX_set_tlsext_status_cb(3)).</summary>
    [UnmanagedCallersOnly]
    private static int OnStatusRequest(nint ssl, nint argument)
    {
        try
        {
            if (t_current is not { Staples: { } staples } handshake)
            {
                return OpenSsl.SSL_TLSEXT_ERR_NOACK;
            }

            var isSent = staples.TrySend(ssl, out var age);
            handshake.Staple = isSent ? StapleUse.Sent : StapleUse.Missing;
            handshake.StapleAge = age;
            return isSent ? OpenSsl.SSL_TLSEXT_ERR_OK : OpenSsl.SSL_TLSEXT_ERR_NOACK;
        }
        catch (Exception failure)
        {
            NativeFaults.Note(failure);
            return OpenSsl.SSL_TLSEXT_ERR_ALERT_FATAL;
        }
    }

    /// <summary>Called for every secret a handshake comes to (SSL_CTX_set_keylog_callback(3)), with a line of the key log.</summary>
    [UnmanagedCallersOnly]
    private static void OnSecret(nint ssl, byte* line)
    {
        try
        {
            t_current?.Contexts.KeyLog?.Append(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(line));
        }
        catch (Exception failure)
        {
            NativeFaults.Note(failure);
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
                OnReceived(handshake, new ReadOnlySpan<byte>(message, (int)length), ssl);
            }
        }
        catch (Exception failure)
        {
            NativeFaults.Note(failure);
        }
    }

    /// <summary>Keeps the first ClientHello as it came, and at the client's Finished, before its keys for data are set up, what it sends out of the kernel.</summary>
    private static void OnReceived(TlsHandshake handshake, ReadOnlySpan<byte> message, nint ssl)
    {
        var contexts = handshake.Contexts;
        if (message[0] == OpenSsl.SSL3_MT_CLIENT_HELLO && contexts.KeepsHello && handshake.ClientHello is null)
        {
            handshake.ClientHello = message.ToArray();
        }

        // The client's certificate was checked by now, and no ticket was made yet.
        var isFinished = message[0] == OpenSsl.SSL3_MT_FINISHED;
        if (isFinished && NeedsFitTicket(handshake))
        {
            TicketCallbacks.OnFinished(handshake, ssl);
        }

        // The kernel encrypts since our own Finished; TLS 1.2 has no changes of keys.
        if (isFinished && contexts.KeepsReceiving && OpenSsl.SSL_version(ssl) == OpenSsl.TLS1_3_VERSION)
        {
            _ = OpenSsl.SSL_clear_options(ssl, OpenSsl.SSL_OP_ENABLE_KTLS);
        }

        if (isFinished || !(contexts.KeepsWatching || NeedsFitTicket(handshake)))
        {
            OpenSsl.SSL_set_msg_callback(ssl, null);
        }
    }

    private static bool NeedsFitTicket(TlsHandshake handshake) => handshake is { Verifier: not null, Host.IsResumable: true };

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
        var context = contexts.Find(handshake.HostName);
        if (isTooLong || (context is null && contexts.RefuseUnknown && (namesHost || contexts.KestrelRules)))
        {
            handshake.Refusal = TlsFailure.UnknownSni;
            *alert = OpenSsl.SSL_AD_UNRECOGNIZED_NAME;
            return OpenSsl.SSL_CLIENT_HELLO_ERROR;
        }

        var chosen = context ?? contexts.Default;
        handshake.Host = chosen.Host;
        handshake.Staples = chosen.Staples;
        handshake.Verifier = chosen.Verifier;
        handshake.SessionIdContext = chosen.SessionIdContext;
        if (handshake.Host.RequiresPostQuantum
            && !(OpenSsl.SSL_client_hello_get0_ext(ssl, OpenSsl.TLSEXT_TYPE_supported_groups, &extension, &length) == 1
                && PostQuantum.IsOfferedIn(new ReadOnlySpan<byte>(extension, (int)length))))
        {
            // OpenSSL would refuse it too, by an alert that says less.
            handshake.Refusal = TlsFailure.PostQuantumRequired;
            *alert = OpenSsl.SSL_AD_INSUFFICIENT_SECURITY;
            return OpenSsl.SSL_CLIENT_HELLO_ERROR;
        }

        if (NeedsFitTicket(handshake))
        {
            OpenSsl.SSL_set_msg_callback(ssl, &OnMessage);
        }

        if (handshake.Verifier is { TakesLong: true } && !handshake.MayAskApplication())
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
