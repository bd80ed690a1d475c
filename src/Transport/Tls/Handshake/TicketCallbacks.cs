using System.Runtime.InteropServices;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.Tls.ClientCertificates;
using Aeronet.AspNetCore.Transport.Tls.Hosts;
using Aeronet.AspNetCore.Transport.Tls.Tickets;

namespace Aeronet.AspNetCore.Transport.Tls.Handshake;

/// <summary>What OpenSSL calls for the tickets of a handshake: for their keys, and for what it makes of the one that the client shows.</summary>
internal static unsafe class TicketCallbacks
{
    /// <summary>Has the contexts call here.</summary>
    internal static void Attach(TlsContexts contexts)
    {
        if (contexts.TicketKeys is null)
        {
            return;
        }

        // Of the default host alone: a handshake's tickets stay with the context it began with.
        _ = OpenSsl.SSL_CTX_set_tlsext_ticket_key_evp_cb(contexts.Default.Pointer, &OnKey);
        _ = OpenSsl.SSL_CTX_set_session_ticket_cb(contexts.Default.Pointer, null, &OnOpened, 0);
    }

    /// <summary>Called where a client that may have a certificate is about to be let in: its session is made one that it can come back with, or it gets no ticket.</summary>
    internal static void OnFinished(TlsHandshake handshake, nint ssl)
    {
        if (!TicketChain.TryKeep(ssl))
        {
            handshake.GivesNoTicket = true;
            _ = OpenSsl.SSL_set_num_tickets(ssl, 0);
        }
    }

    /// <summary>Called for the key of a ticket that OpenSSL makes, or that the client shows.</summary>
    [UnmanagedCallersOnly]
    private static int OnKey(nint ssl, byte* name, byte* iv, nint cipher, nint mac, int encrypts)
    {
        try
        {
            if (HandshakeCallbacks.Current is not { Contexts.TicketKeys: { } ring } handshake)
            {
                return 0;
            }

            if (encrypts != 0)
            {
                // In TLS 1.2, where a ticket was promised in the ServerHello: it gets an empty one (RFC 5077, section 3.3).
                return handshake.GivesNoTicket ? 0 : TicketCipher.Encrypt(ring, name, iv, cipher, mac);
            }

            var result = TicketCipher.Decrypt(ring, ssl, name, iv, cipher, mac, out var use);
            handshake.Ticket = new ShownTicket(use, use == TicketUse.Unknown ? TicketDecline.UnknownKey : TicketDecline.None, TimeSpan.Zero);
            return result;
        }
        catch (Exception failure)
        {
            NativeFaults.Note(failure);
            return 0;
        }
    }

    /// <summary>Called for what came of a ticket, before OpenSSL goes on with the session that it brought.</summary>
    [UnmanagedCallersOnly]
    private static int OnOpened(nint ssl, nint session, byte* name, nuint nameLength, int status, nint argument)
    {
        try
        {
            // In TLS 1.2 a client says by an empty one that it would like to have one.
            if (HandshakeCallbacks.Current is not { SessionIdContext: not null } handshake || status == OpenSsl.SSL_TICKET_EMPTY)
            {
                return OpenSsl.SSL_TICKET_RETURN_IGNORE_RENEW;
            }

            handshake.Ticket = Judge(handshake, ssl, session, status);
            return handshake.Ticket.Declined != TicketDecline.None ? OpenSsl.SSL_TICKET_RETURN_IGNORE_RENEW
                : status == OpenSsl.SSL_TICKET_SUCCESS ? OpenSsl.SSL_TICKET_RETURN_USE : OpenSsl.SSL_TICKET_RETURN_USE_RENEW;
        }
        catch (Exception failure)
        {
            NativeFaults.Note(failure);
            return 0;
        }
    }

    private static ShownTicket Judge(TlsHandshake handshake, nint ssl, nint session, int status)
    {
        var ticket = handshake.Ticket;
        if (session == 0 || status is not (OpenSsl.SSL_TICKET_SUCCESS or OpenSsl.SSL_TICKET_SUCCESS_RENEW))
        {
            // One too short for a key's name never got as far as the key.
            return ticket.Key == TicketUse.None || ticket.Declined == TicketDecline.None
                ? new ShownTicket(ticket.Key == TicketUse.None ? TicketUse.Unknown : ticket.Key, TicketDecline.Invalid, TimeSpan.Zero)
                : ticket;
        }

        var age = TicketAge.Of(session, out var isExpired);
        var declined = isExpired ? TicketDecline.Expired
            : !SessionContext.IsOf(session, handshake.SessionIdContext) ? TicketDecline.OtherHost
            : !MayResume(handshake, ssl, session) ? TicketDecline.ClientCertificate
            : TicketDecline.None;
        return ticket with { Declined = declined, Age = age };
    }

    /// <summary>Where certificates are asked for, the one in the ticket is checked anew.</summary>
    private static bool MayResume(TlsHandshake handshake, nint ssl, nint session)
    {
        Exception? thrown = null;
        var mayResume = handshake.Verifier?.MayResume(ssl, session, out thrown) != false;
        handshake.ValidationFailure ??= thrown;
        return mayResume;
    }
}
