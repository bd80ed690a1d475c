using System.Runtime.InteropServices;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>What a ticket keeps of a session, and the check of the certificate in it.</summary>
internal static unsafe partial class OpenSsl
{
    /// <summary>Returns 1 when the callbacks were set (SSL_CTX_set_session_ticket_cb(3)).</summary>
    [LibraryImport(Ssl)]
    internal static partial int SSL_CTX_set_session_ticket_cb(
        nint context, delegate* unmanaged<nint, nint, int> generate, delegate* unmanaged<nint, nint, byte*, nuint, int, nint, int> decrypt, nint argument);

    [LibraryImport(Ssl)]
    internal static partial int SSL_SESSION_set1_ticket_appdata(nint session, void* data, nuint length);

    [LibraryImport(Ssl)]
    internal static partial int SSL_SESSION_get0_ticket_appdata(nint session, void** data, nuint* length);

    [LibraryImport(Ssl)]
    internal static partial byte* SSL_SESSION_get0_id_context(nint session, uint* length);

    /// <summary>Seconds since 1970.</summary>
    [LibraryImport(Ssl)]
    internal static partial nint SSL_SESSION_get_time(nint session);

    /// <summary>Seconds.</summary>
    [LibraryImport(Ssl)]
    internal static partial nint SSL_SESSION_get_timeout(nint session);

    [LibraryImport(Ssl)]
    internal static partial nint SSL_SESSION_get0_peer(nint session);

    [LibraryImport(Ssl)]
    internal static partial nint SSL_get_session(nint ssl);

    [LibraryImport(Ssl)]
    internal static partial nint SSL_get_peer_cert_chain(nint ssl);

    [LibraryImport(Ssl)]
    internal static partial nint SSL_get_SSL_CTX(nint ssl);

    [LibraryImport(Ssl)]
    internal static partial int SSL_get_security_level(nint ssl);

    [LibraryImport(Crypto)]
    internal static partial nint X509_STORE_CTX_new();

    [LibraryImport(Crypto)]
    internal static partial void X509_STORE_CTX_free(nint storeContext);

    [LibraryImport(Crypto)]
    internal static partial int X509_STORE_CTX_init(nint storeContext, nint store, nint certificate, nint untrusted);

    [LibraryImport(Crypto, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int X509_STORE_CTX_set_default(nint storeContext, string name);

    [LibraryImport(Crypto)]
    internal static partial void X509_STORE_CTX_set_verify_cb(nint storeContext, delegate* unmanaged<int, nint, int> callback);

    [LibraryImport(Crypto)]
    internal static partial nint X509_STORE_CTX_get0_param(nint storeContext);

    [LibraryImport(Crypto)]
    internal static partial void X509_VERIFY_PARAM_set_depth(nint parameters, int depth);

    [LibraryImport(Crypto)]
    internal static partial void X509_VERIFY_PARAM_set_auth_level(nint parameters, int level);
}
