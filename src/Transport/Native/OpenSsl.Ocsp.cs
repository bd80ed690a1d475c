using System.Runtime.InteropServices;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>The functions that OCSP requests are made, and responses verified and stapled with.</summary>
internal static unsafe partial class OpenSsl
{
    internal const int SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB = 63;
    internal const int SSL_CTRL_SET_TLSEXT_STATUS_REQ_OCSP_RESP = 71;

    internal const int OCSP_RESPONSE_STATUS_SUCCESSFUL = 0;
    internal const int V_OCSP_CERTSTATUS_GOOD = 0;
    internal const int V_OCSP_CERTSTATUS_REVOKED = 1;

    /// <summary>The SSL_CTX's part of the macro SSL_CTX_set_tlsext_status_cb(3).</summary>
    [LibraryImport(Ssl)]
    internal static partial nint SSL_CTX_callback_ctrl(nint context, int command, delegate* unmanaged<nint, nint, int> callback);

    [LibraryImport(Ssl)]
    internal static partial nint SSL_get_certificate(nint ssl);

    /// <summary>OPENSSL_malloc(3) is a macro of it.</summary>
    [LibraryImport(Crypto)]
    internal static partial void* CRYPTO_malloc(nuint size, byte* file, int line);

    [LibraryImport(Crypto)]
    internal static partial void CRYPTO_free(void* memory, byte* file, int line);

    [LibraryImport(Crypto)]
    internal static partial nint EVP_sha1();

    [LibraryImport(Crypto)]
    internal static partial nint EVP_sha256();

    [LibraryImport(Crypto)]
    internal static partial nint OCSP_cert_to_id(nint digest, nint subject, nint issuer);

    [LibraryImport(Crypto)]
    internal static partial void OCSP_CERTID_free(nint id);

    [LibraryImport(Crypto)]
    internal static partial nint OCSP_REQUEST_new();

    [LibraryImport(Crypto)]
    internal static partial void OCSP_REQUEST_free(nint request);

    /// <summary>The request owns the id when it returns another value than 0.</summary>
    [LibraryImport(Crypto)]
    internal static partial nint OCSP_request_add0_id(nint request, nint id);

    [LibraryImport(Crypto)]
    internal static partial int i2d_OCSP_REQUEST(nint request, byte** der);

    [LibraryImport(Crypto)]
    internal static partial nint d2i_OCSP_RESPONSE(nint target, byte** der, nint length);

    [LibraryImport(Crypto)]
    internal static partial void OCSP_RESPONSE_free(nint response);

    [LibraryImport(Crypto)]
    internal static partial int OCSP_response_status(nint response);

    [LibraryImport(Crypto)]
    internal static partial byte* OCSP_response_status_str(nint status);

    [LibraryImport(Crypto)]
    internal static partial nint OCSP_response_get1_basic(nint response);

    [LibraryImport(Crypto)]
    internal static partial void OCSP_BASICRESP_free(nint response);

    [LibraryImport(Crypto)]
    internal static partial int OCSP_basic_verify(nint response, nint certificates, nint store, nuint flags);

    [LibraryImport(Crypto)]
    internal static partial int OCSP_resp_find_status(nint response, nint id, int* status, int* reason, nint* revoked, nint* thisUpdate, nint* nextUpdate);

    /// <summary>Fills a struct tm, of which the first six numbers are those from seconds to years.</summary>
    [LibraryImport(Crypto)]
    internal static partial int ASN1_TIME_to_tm(nint time, int* tm);

    [LibraryImport(Crypto)]
    internal static partial nint X509_STORE_new();

    [LibraryImport(Crypto)]
    internal static partial void X509_STORE_free(nint store);

    [LibraryImport(Crypto)]
    internal static partial nint X509_STORE_get0_param(nint store);

    [LibraryImport(Crypto)]
    internal static partial void X509_VERIFY_PARAM_set_time(nint parameters, nint seconds);

    [LibraryImport(Crypto)]
    internal static partial nint OPENSSL_sk_new_null();

    [LibraryImport(Crypto)]
    internal static partial int OPENSSL_sk_push(nint stack, nint item);

    [LibraryImport(Crypto)]
    internal static partial void OPENSSL_sk_free(nint stack);
}
