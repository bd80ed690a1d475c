using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.Tls.Handshake;
using Aeronet.AspNetCore.Transport.Tls.Hosts;

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

    /// <summary>
    /// Called instead of the check itself, which it makes, where the application decides
    /// (SSL_CTX_set_cert_verify_callback(3)). On the thread pool: see <see cref="TlsHandshake"/>.
    /// </summary>
    [UnmanagedCallersOnly]
    internal static int OnChain(nint storeContext, nint argument)
    {
        try
        {
            return Accepts(storeContext) ? 1 : 0;
        }
        catch (Exception failure)
        {
            NativeFaults.Note(failure);
            return 0;
        }
    }

    private static bool Accepts(nint storeContext)
    {
        OpenSsl.ERR_clear_error();
        var verified = OpenSsl.X509_verify_cert(storeContext) == 1;
        var error = OpenSsl.X509_STORE_CTX_get_error(storeContext);
        var accepted = TlsContexts.Current is { } handshake && TryAsk(handshake, storeContext, verified ? null : Describe(error));
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

    private static bool TryAsk(TlsHandshake handshake, nint storeContext, string? error)
    {
        try
        {
            return AsksApplication(handshake, storeContext, error);
        }
        catch (Exception failure)
        {
            // Logged when OpenSSL has returned: a logger is the application's code too.
            handshake.ValidationFailure = failure;
            return false;
        }
    }

    internal static string Describe(nint error) =>
        Marshal.PtrToStringUTF8((nint)OpenSsl.X509_verify_cert_error_string(error)) ?? $"error {error}";

    /// <summary>A certificate's DER form.</summary>
    internal static byte[] Encode(nint certificate)
    {
        var der = new byte[Math.Max(0, OpenSsl.i2d_X509(certificate, null))];
        fixed (byte* start = der)
        {
            var position = start;
            _ = OpenSsl.i2d_X509(certificate, &position);
        }

        return der;
    }

    // The certificates are the application's from here on, to keep as long as it likes.
    private static bool AsksApplication(TlsHandshake handshake, nint storeContext, string? error)
    {
        var sent = OpenSsl.X509_STORE_CTX_get0_untrusted(storeContext);
        var chain = new X509Certificate2Collection();
        for (var i = 1; i < OpenSsl.OPENSSL_sk_num(sent); i++)
        {
            chain.Add(X509CertificateLoader.LoadCertificate(Encode(OpenSsl.OPENSSL_sk_value(sent, i))));
        }

        var certificate = X509CertificateLoader.LoadCertificate(Encode(OpenSsl.X509_STORE_CTX_get0_cert(storeContext)));
        return handshake.Host!.ClientCertificateValidation!(certificate, chain, error);
    }
}
