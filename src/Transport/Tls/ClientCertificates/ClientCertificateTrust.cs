using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.Tls.Policies;

namespace Aeronet.AspNetCore.Transport.Tls.ClientCertificates;

/// <summary>Sets up whose client certificates a host asks for and accepts.</summary>
internal static unsafe class ClientCertificateTrust
{
    // Certificates between a client's and its authority; OpenSSL's own limit is 100.
    internal const int MaxDepth = 10;

    /// <summary>Fills a context's trust store and the names it sends to clients, and says who checks.</summary>
    /// <exception cref="InvalidOperationException">An authority or a revocation list cannot be used; the message says which.</exception>
    internal static void Configure(nint context, TlsHost host)
    {
        OpenSsl.SSL_CTX_set_verify(context, ModeOf(host), ClientCertificateVerifier.CallbackOf(host));
        OpenSsl.SSL_CTX_set_verify_depth(context, MaxDepth);
        if (host.ClientCertificates == TlsClientCertificates.Disabled)
        {
            return;
        }

        var store = OpenSsl.SSL_CTX_get_cert_store(context);
        if (host.TrustedClientAuthorities.Count == 0)
        {
            _ = OpenSsl.SSL_CTX_set_default_verify_paths(context);
        }
        else
        {
            // Whoever is named is trusted, also an intermediate without its root.
            _ = OpenSsl.X509_STORE_set_flags(store, OpenSsl.X509_V_FLAG_PARTIAL_CHAIN);
        }

        foreach (var authority in host.TrustedClientAuthorities)
        {
            using var parsed = X509Handle.Of(authority);
            OpenSsl.ERR_clear_error();
            if (OpenSsl.X509_STORE_add_cert(store, parsed.Pointer) != 1 || OpenSsl.SSL_CTX_add_client_CA(context, parsed.Pointer) != 1)
            {
                throw OpenSslErrors.Failure(OpenSslErrors.Take(), $"The trusted authority '{authority.Subject}' of {host.Name} was refused");
            }
        }

        foreach (var list in host.RevocationLists)
        {
            Add(store, list, host);
        }

        if (host.HasRevocationLists)
        {
            _ = OpenSsl.X509_STORE_set_flags(store, OpenSsl.X509_V_FLAG_CRL_CHECK | OpenSsl.X509_V_FLAG_CRL_CHECK_ALL);
        }
    }

    /// <summary>The verification mode of a host (SSL_CTX_set_verify(3)).</summary>
    internal static int ModeOf(TlsHost host) => host.ClientCertificates switch
    {
        TlsClientCertificates.Request => OpenSsl.SSL_VERIFY_PEER,
        TlsClientCertificates.Require => OpenSsl.SSL_VERIFY_PEER | OpenSsl.SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
        _ => OpenSsl.SSL_VERIFY_NONE,
    };

    private static void Add(nint store, byte[] list, TlsHost host)
    {
        fixed (byte* start = list)
        {
            var position = start;
            OpenSsl.ERR_clear_error();
            var parsed = OpenSsl.d2i_X509_CRL(0, &position, list.Length);
            var added = parsed != 0 && OpenSsl.X509_STORE_add_crl(store, parsed) == 1;
            var reason = OpenSslErrors.Take();
            OpenSsl.X509_CRL_free(parsed);
            if (!added)
            {
                throw OpenSslErrors.Failure(reason, $"A revocation list of {host.Name} cannot be used (it must be DER, not PEM)");
            }
        }
    }
}
