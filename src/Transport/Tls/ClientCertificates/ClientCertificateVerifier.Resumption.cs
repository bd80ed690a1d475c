using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Tls.ClientCertificates;

/// <content>The certificate that comes with a ticket: nobody showed its key again, and what was true of it may have changed.</content>
internal sealed unsafe partial class ClientCertificateVerifier
{
    private const string Purpose = "ssl_client";

    /// <summary>
    /// Whether a client may go on with the session that its ticket brought: the certificate in it is accepted today as it would be in a full handshake, by
    /// OpenSSL and by the application. When not, the handshake is a full one, and the client is told why in that.
    /// </summary>
    /// <param name="ssl">The handshake's, whose context is the host's already.</param>
    /// <param name="session">What the ticket brought, of this host.</param>
    /// <param name="thrown">What the application threw, to be logged when OpenSSL has returned.</param>
    internal bool MayResume(nint ssl, nint session, out Exception? thrown)
    {
        thrown = null;

        // A client that had no certificate to show may have one by now.
        var peer = OpenSsl.SSL_SESSION_get0_peer(session);
        if (peer == 0)
        {
            return false;
        }

        var chain = TicketChain.Read(session);
        var untrusted = OpenSsl.OPENSSL_sk_new_null();
        var storeContext = OpenSsl.X509_STORE_CTX_new();
        try
        {
            // The client's own first, as in a handshake.
            return untrusted != 0 && storeContext != 0
                && OpenSsl.OPENSSL_sk_push(untrusted, peer) > 0
                && Array.TrueForAll(chain, certificate => !certificate.IsInvalid && OpenSsl.OPENSSL_sk_push(untrusted, certificate.Pointer) > 0)
                && TrySetUp(storeContext, ssl, peer, untrusted)
                && Accepts(storeContext, out thrown);
        }
        finally
        {
            OpenSsl.X509_STORE_CTX_free(storeContext);
            OpenSsl.OPENSSL_sk_free(untrusted);
            Array.ForEach(chain, certificate => certificate.Dispose());
            OpenSsl.ERR_clear_error();
        }
    }

    /// <summary>As OpenSSL sets it up in a handshake (ssl_verify_cert_chain in its source).</summary>
    private bool TrySetUp(nint storeContext, nint ssl, nint peer, nint untrusted)
    {
        var store = OpenSsl.SSL_CTX_get_cert_store(OpenSsl.SSL_get_SSL_CTX(ssl));
        if (OpenSsl.X509_STORE_CTX_init(storeContext, store, peer, untrusted) != 1 || OpenSsl.X509_STORE_CTX_set_default(storeContext, Purpose) != 1)
        {
            return false;
        }

        var parameters = OpenSsl.X509_STORE_CTX_get0_param(storeContext);
        OpenSsl.X509_VERIFY_PARAM_set_depth(parameters, ClientCertificateTrust.MaxDepth);
        OpenSsl.X509_VERIFY_PARAM_set_auth_level(parameters, OpenSsl.SSL_get_security_level(ssl));
        OpenSsl.X509_STORE_CTX_set_verify_cb(storeContext, CallbackOf(host));
        return true;
    }
}
