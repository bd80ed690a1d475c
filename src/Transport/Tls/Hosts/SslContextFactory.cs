using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.Tls.Certificates;
using Aeronet.AspNetCore.Transport.Tls.ClientCertificates;
using Aeronet.AspNetCore.Transport.Tls.Policies;

namespace Aeronet.AspNetCore.Transport.Tls.Hosts;

/// <summary>Makes an SSL_CTX out of options and certificates.</summary>
internal static unsafe class SslContextFactory
{
    /// <param name="host">The options.</param>
    /// <param name="sessionIdContext">What is in the sessions of the host's clients.</param>
    /// <param name="used">Told of each certificate, with the X509 that the context has for it.</param>
    /// <exception cref="InvalidOperationException">A certificate cannot be used; the message says which and why.</exception>
    internal static SslContextHandle Create(TlsHost host, byte[] sessionIdContext, Action<nint, X509Certificate2> used)
    {
        OpenSsl.ERR_clear_error();
        var context = new SslContextHandle(OpenSsl.SSL_CTX_new(OpenSsl.TLS_server_method()));
        if (context.IsInvalid)
        {
            throw OpenSslErrors.Failure(OpenSslErrors.Take(), $"OpenSSL could not create a context for {host.Name}");
        }

        try
        {
            Configure(context.Pointer, host, sessionIdContext);
            var kinds = new Dictionary<string, X509Certificate2>();
            foreach (var certificate in host.Certificates)
            {
                // OpenSSL has one place for each; the second would take the first one's and share its chain.
                if (!kinds.TryAdd(certificate.GetKeyAlgorithm(), certificate))
                {
                    throw new InvalidOperationException(
                        $"Certificates of {host.Name} has '{kinds[certificate.GetKeyAlgorithm()].Subject}' and '{certificate.Subject}' with the same kind of key: give it one of each kind (RSA, ECDSA, Ed25519), and each name a host of its own.");
                }

                used(Use(context.Pointer, certificate, host), certificate);
            }

            return context;
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    private static void Configure(nint context, TlsHost host, byte[] sessionIdContext)
    {
        // A missing close_notify is told from BIO_eof (SslSession); OpenSSL would make it fatal for the response too.
        var flags = OpenSsl.SSL_OP_IGNORE_UNEXPECTED_EOF;
        flags |= OpenSsl.SSL_OP_NO_COMPRESSION | OpenSsl.SSL_OP_NO_RENEGOTIATION | OpenSsl.SSL_OP_CIPHER_SERVER_PREFERENCE | OpenSsl.SSL_OP_PRIORITIZE_CHACHA;
        // Not where there is none: each handshake would ask for it, and for root the kernel would look for the module each time.
        var byKernel = host.Ktls != KtlsMode.Disabled && KernelTls.IsAvailable;
        if (byKernel)
        {
            flags |= OpenSsl.SSL_OP_ENABLE_KTLS;
        }

        if (!host.IsResumable)
        {
            flags |= OpenSsl.SSL_OP_NO_TICKET;
        }

        OpenSsl.SSL_CTX_set_options(context, flags);

        // The chain is the one given here. OpenSSL would build one in each handshake, out of the store that is for clients: it
        // would verify our own certificate, and send the root.
        OpenSsl.SSL_CTX_ctrl(
            context,
            OpenSsl.SSL_CTRL_MODE,
            OpenSsl.SSL_MODE_ENABLE_PARTIAL_WRITE | OpenSsl.SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | OpenSsl.SSL_MODE_RELEASE_BUFFERS | OpenSsl.SSL_MODE_NO_AUTO_CHAIN,
            0);
        OpenSsl.SSL_CTX_ctrl(context, OpenSsl.SSL_CTRL_SET_MIN_PROTO_VERSION, TlsHostContext.MinimumOf(host.Protocols), 0);
        OpenSsl.SSL_CTX_ctrl(context, OpenSsl.SSL_CTRL_SET_MAX_PROTO_VERSION, TlsHostContext.MaximumOf(host.Protocols), 0);

        // One receive for head and body of a record. Where the kernel decrypts there are no records to read ahead.
        OpenSsl.SSL_CTX_ctrl(context, OpenSsl.SSL_CTRL_SET_READ_AHEAD, byKernel ? 0 : 1, 0);

        // Sessions live in the clients' tickets; OpenSSL's own cache would cost a lock and memory per handshake.
        OpenSsl.SSL_CTX_ctrl(context, OpenSsl.SSL_CTRL_SET_SESS_CACHE_MODE, 0, 0);
        _ = OpenSsl.SSL_CTX_set_num_tickets(context, TlsHostContext.TicketsOf(host));
        SetSessionContext(context, sessionIdContext);
        SetCiphers(context, host);
        if (host.RequiresPostQuantum && PostQuantum.Groups.Length == 0)
        {
            throw new InvalidOperationException($"{host.NameOf("RequirePostQuantum")} is true, and {OpenSslLibrary.Name} has no post-quantum key exchange: use OpenSSL 3.5 or newer, or set it to false.");
        }

        OpenSsl.ERR_clear_error();
        if (OpenSsl.SSL_CTX_ctrl(context, OpenSsl.SSL_CTRL_SET_GROUPS_LIST, 0, host.OfferedGroups) != 1)
        {
            throw OpenSslErrors.Failure(OpenSslErrors.Take(), $"{host.NameOf("Groups")} is '{host.Groups}', which OpenSSL refuses");
        }

        OpenSsl.ERR_clear_error();
        if (host.SignatureAlgorithms is { } algorithms && OpenSsl.SSL_CTX_ctrl(context, OpenSsl.SSL_CTRL_SET_SIGALGS_LIST, 0, algorithms) != 1)
        {
            throw OpenSslErrors.Failure(OpenSslErrors.Take(), $"{host.NameOf("SignatureAlgorithms")} is '{algorithms}', which OpenSSL refuses");
        }

        ClientCertificateTrust.Configure(context, host);
    }

    private static void SetCiphers(nint context, TlsHost host)
    {
        if (WeakCiphers.NamedIn(host.CipherList) is { } named)
        {
            throw Weak(named, host);
        }

        OpenSsl.ERR_clear_error();
        if (OpenSsl.SSL_CTX_set_cipher_list(context, host.OfferedCiphers) != 1)
        {
            throw OpenSslErrors.Failure(OpenSslErrors.Take(), $"{host.NameOf("CipherList")} is '{host.CipherList}', which names no cipher that OpenSSL has");
        }

        OpenSsl.ERR_clear_error();
        if (OpenSsl.SSL_CTX_set_ciphersuites(context, host.CipherSuites) != 1)
        {
            throw OpenSslErrors.Failure(OpenSslErrors.Take(), $"{host.NameOf("CipherSuites")} is '{host.CipherSuites}', which OpenSSL refuses");
        }

        if (WeakCiphers.OfferedBy(context) is { } offered)
        {
            throw Weak(offered, host);
        }
    }

    private static InvalidOperationException Weak(string cipher, TlsHost host) =>
        new($"{host.NameOf("CipherList")} '{host.CipherList}' or CipherSuites '{host.CipherSuites}' has {cipher}, which is weak: take it out, or exclude it (!aNULL:!eNULL).");

    // A ticket is good for the host and policy it was made for and no other: one may ask for a client certificate.
    private static void SetSessionContext(nint context, byte[] id)
    {
        fixed (byte* pointer = id)
        {
            _ = OpenSsl.SSL_CTX_set_session_id_context(context, pointer, (uint)id.Length);
        }
    }

    private static nint Use(nint context, X509Certificate2 certificate, TlsHost host)
    {
        using var leaf = X509Handle.Of(certificate);
        OpenSsl.ERR_clear_error();
        if (OpenSsl.SSL_CTX_use_certificate(context, leaf.Pointer) != 1)
        {
            throw OpenSslErrors.Failure(OpenSslErrors.Take(), $"The certificate '{certificate.Subject}' of {host.Name} was refused");
        }

        UseKey(context, certificate, host);
        foreach (var intermediate in CertificateChain.IssuersOf(certificate, host.Intermediates))
        {
            using var link = X509Handle.Of(intermediate);
            OpenSsl.ERR_clear_error();
            if (OpenSsl.SSL_CTX_ctrl(context, OpenSsl.SSL_CTRL_CHAIN_CERT, 1, link.Pointer) != 1)
            {
                throw OpenSslErrors.Failure(OpenSslErrors.Take(), $"The intermediate certificate '{intermediate.Subject}' of {host.Name} was refused");
            }
        }

        return leaf.Pointer;
    }

    private static void UseKey(nint context, X509Certificate2 certificate, TlsHost host)
    {
        var read = host.KeyOf(certificate);
        using var frameworks = read is null ? FrameworkKeys.Of(certificate) : null;
        var key = read?.Pointer ?? frameworks?.DangerousGetHandle()
            ?? throw new InvalidOperationException($"The certificate '{certificate.Subject}' of {host.Name} has no RSA or ECDSA private key: load it together with its key (one of Ed25519 by a file in the configuration).");
        OpenSsl.ERR_clear_error();
        if (OpenSsl.SSL_CTX_use_PrivateKey(context, key) != 1 || OpenSsl.SSL_CTX_check_private_key(context) != 1)
        {
            throw OpenSslErrors.Failure(OpenSslErrors.Take(), $"The private key does not belong to the certificate '{certificate.Subject}' of {host.Name}");
        }
    }
}
