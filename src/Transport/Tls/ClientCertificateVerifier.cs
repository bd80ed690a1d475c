using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Tls;

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
        if (accepted == 1
            || OpenSsl.X509_STORE_CTX_get_error_depth(storeContext) == 0
            || OpenSsl.X509_STORE_CTX_get_error(storeContext) is not (OpenSsl.X509_V_ERR_UNABLE_TO_GET_CRL or OpenSsl.X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER))
        {
            return accepted;
        }

        OpenSsl.X509_STORE_CTX_set_error(storeContext, OpenSsl.X509_V_OK);
        return 1;
    }

    /// <summary>
    /// Called instead of the check itself, which it makes, where the application decides
    /// (SSL_CTX_set_cert_verify_callback(3)). On the thread pool: see <see cref="TlsHandshake"/>.
    /// </summary>
    [UnmanagedCallersOnly]
    internal static int OnChain(nint storeContext, nint argument)
    {
        var verified = OpenSsl.X509_verify_cert(storeContext) == 1;
        var error = OpenSsl.X509_STORE_CTX_get_error(storeContext);
        try
        {
            if (TlsContexts.Current is { } handshake && AsksApplication(handshake, storeContext, verified ? null : Describe(error)))
            {
                OpenSsl.X509_STORE_CTX_set_error(storeContext, OpenSsl.X509_V_OK);
                return 1;
            }
        }
        catch (Exception failure)
        {
            // Nothing may be thrown through OpenSSL. Cannot be null: nobody else throws.
            TlsContexts.Current!.OnValidationFailed(failure);
        }

        if (error == OpenSsl.X509_V_OK)
        {
            // Its alert is bad_certificate.
            OpenSsl.X509_STORE_CTX_set_error(storeContext, OpenSsl.X509_V_ERR_CERT_REJECTED);
        }

        return 0;
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
