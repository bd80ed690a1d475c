using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.Tls.Policies;

namespace Aeronet.AspNetCore.Transport.Tls.ClientCertificates;

/// <summary>
/// What OpenSSL calls while it checks a client's certificate, inside the handshake, so that a refusal goes out as the alert
/// that says why.
/// </summary>
internal static unsafe class ClientCertificateVerifier
{
    /// <summary>
    /// Called for each certificate of a chain with what OpenSSL thinks of it (SSL_CTX_set_verify(3)). The client's own must
    /// have a revocation list; the authorities above it are checked against the lists that were given.
    /// </summary>
    [UnmanagedCallersOnly]
    internal static int OnCertificate(int accepted, nint storeContext)
    {
        try
        {
            if (accepted == 1
                || OpenSsl.X509_STORE_CTX_get_error_depth(storeContext) == 0
                || OpenSsl.X509_STORE_CTX_get_error(storeContext) is not (OpenSsl.X509_V_ERR_UNABLE_TO_GET_CRL or OpenSsl.X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER))
            {
                return accepted;
            }

            OpenSsl.X509_STORE_CTX_set_error(storeContext, OpenSsl.X509_V_OK);
            return 1;
        }
        catch (Exception failure)
        {
            NativeFaults.Note(failure);
            return 0;
        }
    }

    /// <summary>Checks the chain of a client, and asks the application what it makes of the result.</summary>
    /// <param name="storeContext">OpenSSL's.</param>
    /// <param name="host">Whose policy holds; null refuses.</param>
    /// <param name="thrown">What the application threw, to be logged when OpenSSL has returned: a logger is the application's code too.</param>
    internal static bool Accepts(nint storeContext, TlsHost? host, out Exception? thrown)
    {
        thrown = null;
        OpenSsl.ERR_clear_error();
        var verified = OpenSsl.X509_verify_cert(storeContext) == 1;
        var error = OpenSsl.X509_STORE_CTX_get_error(storeContext);
        var accepted = host is not null && TryAsk(host, storeContext, verified ? null : OpenSslErrors.DescribeVerdict(error), out thrown);
        if (accepted)
        {
            OpenSsl.X509_STORE_CTX_set_error(storeContext, OpenSsl.X509_V_OK);
        }
        else if (error == OpenSsl.X509_V_OK)
        {
            // Its alert is bad_certificate.
            OpenSsl.X509_STORE_CTX_set_error(storeContext, OpenSsl.X509_V_ERR_CERT_REJECTED);
        }

        // Neither the check nor the application's calls may leave anything: SSL_get_error would take it for the handshake's.
        OpenSsl.ERR_clear_error();
        return accepted;
    }

    private static bool TryAsk(TlsHost host, nint storeContext, string? error, out Exception? thrown)
    {
        thrown = null;
        try
        {
            return AsksApplication(host, storeContext, error);
        }
        catch (Exception failure)
        {
            thrown = failure;
            return false;
        }
    }

    // The certificates are the application's from here on, to keep as long as it likes.
    private static bool AsksApplication(TlsHost host, nint storeContext, string? error)
    {
        var sent = OpenSsl.X509_STORE_CTX_get0_untrusted(storeContext);
        var chain = new X509Certificate2Collection();
        for (var i = 1; i < OpenSsl.OPENSSL_sk_num(sent); i++)
        {
            chain.Add(X509CertificateLoader.LoadCertificate(X509Handle.Encode(OpenSsl.OPENSSL_sk_value(sent, i))));
        }

        var certificate = X509CertificateLoader.LoadCertificate(X509Handle.Encode(OpenSsl.X509_STORE_CTX_get0_cert(storeContext)));
        return host.ClientCertificateValidation!(certificate, chain, error);
    }
}
