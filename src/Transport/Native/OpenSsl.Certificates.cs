using System.Runtime.InteropServices;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>Certificates, what clients' are checked against, and the ciphers a context offers.</summary>
internal static unsafe partial class OpenSsl
{
    internal const ulong SSL_OP_NO_TICKET = 1UL << 14;

    internal const int SSL_TICKET_EMPTY = 3;
    internal const int SSL_TICKET_SUCCESS = 5;
    internal const int SSL_TICKET_SUCCESS_RENEW = 6;
    internal const int SSL_TICKET_RETURN_ABORT = 0;
    internal const int SSL_TICKET_RETURN_IGNORE_RENEW = 2;
    internal const int SSL_TICKET_RETURN_USE = 3;
    internal const int SSL_TICKET_RETURN_USE_RENEW = 4;

    internal const uint X509_V_FLAG_CRL_CHECK = 0x4;
    internal const uint X509_V_FLAG_CRL_CHECK_ALL = 0x8;
    internal const uint X509_V_FLAG_PARTIAL_CHAIN = 0x80000;

    internal const int X509_V_OK = 0;
    internal const int X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT = 2;
    internal const int X509_V_ERR_UNABLE_TO_GET_CRL = 3;
    internal const int X509_V_ERR_CERT_HAS_EXPIRED = 10;
    internal const int X509_V_ERR_CRL_NOT_YET_VALID = 11;
    internal const int X509_V_ERR_CRL_HAS_EXPIRED = 12;
    internal const int X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT = 18;
    internal const int X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN = 19;
    internal const int X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY = 20;
    internal const int X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE = 21;
    internal const int X509_V_ERR_CERT_REVOKED = 23;
    internal const int X509_V_ERR_CERT_REJECTED = 28;
    internal const int X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER = 33;

    internal const int NID_auth_null = 1053;

    [LibraryImport(Crypto)]
    internal static partial int i2d_X509(nint certificate, byte** der);

    [LibraryImport(Crypto)]
    internal static partial int X509_check_private_key(nint certificate, nint key);

    [LibraryImport(Crypto)]
    internal static partial int X509_check_issued(nint issuer, nint subject);

    [LibraryImport(Crypto)]
    internal static partial int X509_self_signed(nint certificate, int verifySignature);

    [LibraryImport(Crypto)]
    internal static partial int X509_verify(nint certificate, nint key);

    [LibraryImport(Crypto)]
    internal static partial nint X509_get0_pubkey(nint certificate);

    [LibraryImport(Crypto)]
    internal static partial int X509_verify_cert(nint storeContext);

    [LibraryImport(Crypto)]
    internal static partial byte* X509_verify_cert_error_string(nint error);

    [LibraryImport(Crypto)]
    internal static partial int X509_STORE_CTX_get_error(nint storeContext);

    [LibraryImport(Crypto)]
    internal static partial void X509_STORE_CTX_set_error(nint storeContext, int error);

    [LibraryImport(Crypto)]
    internal static partial int X509_STORE_CTX_get_error_depth(nint storeContext);

    [LibraryImport(Crypto)]
    internal static partial nint X509_STORE_CTX_get0_cert(nint storeContext);

    [LibraryImport(Crypto)]
    internal static partial nint X509_STORE_CTX_get0_untrusted(nint storeContext);

    [LibraryImport(Crypto)]
    internal static partial int OPENSSL_sk_num(nint stack);

    [LibraryImport(Crypto)]
    internal static partial nint OPENSSL_sk_value(nint stack, int index);

    [LibraryImport(Ssl)]
    internal static partial void SSL_CTX_set_verify(nint context, int mode, delegate* unmanaged<int, nint, int> callback);

    [LibraryImport(Ssl)]
    internal static partial void SSL_set_verify(nint ssl, int mode, delegate* unmanaged<int, nint, int> callback);

    [LibraryImport(Ssl)]
    internal static partial void SSL_CTX_set_verify_depth(nint context, int depth);

    [LibraryImport(Ssl)]
    internal static partial void SSL_CTX_set_cert_verify_callback(nint context, delegate* unmanaged<nint, nint, int> callback, nint argument);

    [LibraryImport(Ssl)]
    internal static partial nint SSL_get1_peer_certificate(nint ssl);

    [LibraryImport(Ssl)]
    internal static partial nint SSL_get_verify_result(nint ssl);

    [LibraryImport(Ssl)]
    internal static partial ulong SSL_set_options(nint ssl, ulong options);

    [LibraryImport(Ssl)]
    internal static partial ulong SSL_clear_options(nint ssl, ulong options);

    [LibraryImport(Ssl)]
    internal static partial int SSL_set_num_tickets(nint ssl, nuint tickets);

    [LibraryImport(Ssl)]
    internal static partial nint SSL_CTX_get_ciphers(nint context);

    [LibraryImport(Ssl)]
    internal static partial byte* SSL_CIPHER_get_name(nint cipher);

    [LibraryImport(Ssl)]
    internal static partial int SSL_CIPHER_get_bits(nint cipher, int* algorithmBits);

    [LibraryImport(Ssl)]
    internal static partial int SSL_CIPHER_get_auth_nid(nint cipher);
}
