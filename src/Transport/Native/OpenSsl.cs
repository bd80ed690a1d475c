using System.Runtime.InteropServices;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>
/// OpenSSL 3's functions that the transport calls. The library is the one the framework itself uses where it is found; see
/// <see cref="OpenSslLibrary"/> for whether it is. Every call that can fail is preceded by <see cref="ERR_clear_error"/>
/// and its error read right after, on the same thread (the queue belongs to the thread).
/// </summary>
internal static unsafe partial class OpenSsl
{
    internal const string Ssl = "libssl.so.3";
    internal const string Crypto = "libcrypto.so.3";

    internal const ulong SSL_OP_ENABLE_KTLS = 1UL << 3;
    internal const ulong SSL_OP_IGNORE_UNEXPECTED_EOF = 1UL << 7;
    internal const ulong SSL_OP_NO_COMPRESSION = 1UL << 17;
    internal const ulong SSL_OP_CIPHER_SERVER_PREFERENCE = 1UL << 22;
    internal const ulong SSL_OP_PRIORITIZE_CHACHA = 1UL << 21;
    internal const ulong SSL_OP_NO_RENEGOTIATION = 1UL << 30;

    internal const int SSL_CTRL_MODE = 33;
    internal const int SSL_CTRL_SET_READ_AHEAD = 41;
    internal const int SSL_CTRL_SET_SESS_CACHE_MODE = 44;
    internal const int SSL_CTRL_CHAIN_CERT = 89;
    internal const int SSL_CTRL_SET_GROUPS_LIST = 92;
    internal const int SSL_CTRL_SET_SIGALGS_LIST = 98;
    internal const int SSL_CTRL_SET_DH_AUTO = 118;
    internal const int SSL_CTRL_SET_MIN_PROTO_VERSION = 123;
    internal const int SSL_CTRL_SET_MAX_PROTO_VERSION = 124;

    internal const int SSL_CTRL_GET_NEGOTIATED_GROUP = 134;

    internal const int SSL_VERIFY_NONE = 0;
    internal const int SSL_VERIFY_PEER = 1;
    internal const int SSL_VERIFY_FAIL_IF_NO_PEER_CERT = 2;

    internal const nint SSL_MODE_ENABLE_PARTIAL_WRITE = 1;
    internal const nint SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER = 2;
    internal const nint SSL_MODE_NO_AUTO_CHAIN = 8;
    internal const nint SSL_MODE_RELEASE_BUFFERS = 0x10;

    internal const int SSL_KEY_UPDATE_NONE = -1;
    internal const int SSL_KEY_UPDATE_REQUESTED = 1;

    internal const int SSL_RECEIVED_SHUTDOWN = 2;

    internal const int SSL_ERROR_SSL = 1;
    internal const int SSL_ERROR_WANT_READ = 2;
    internal const int SSL_ERROR_WANT_WRITE = 3;
    internal const int SSL_ERROR_SYSCALL = 5;
    internal const int SSL_ERROR_ZERO_RETURN = 6;
    internal const int SSL_ERROR_WANT_CLIENT_HELLO_CB = 11;

    internal const int SSL_TLSEXT_ERR_OK = 0;
    internal const int SSL_TLSEXT_ERR_ALERT_FATAL = 2;
    internal const int SSL_TLSEXT_ERR_NOACK = 3;
    internal const int SSL_CLIENT_HELLO_RETRY = -1;
    internal const int SSL_CLIENT_HELLO_ERROR = 0;
    internal const int SSL_CLIENT_HELLO_SUCCESS = 1;
    internal const int SSL_AD_INSUFFICIENT_SECURITY = 71;
    internal const int SSL_AD_INTERNAL_ERROR = 80;
    internal const int SSL_AD_UNRECOGNIZED_NAME = 112;
    internal const int SSL_AD_NO_APPLICATION_PROTOCOL = 120;
    internal const int TLSEXT_TYPE_server_name = 0;
    internal const int TLSEXT_TYPE_supported_groups = 10;

    internal const int SSL3_RT_ALERT = 21;
    internal const int SSL3_RT_HANDSHAKE = 22;
    internal const int SSL3_RT_MAX_PLAIN_LENGTH = 16384;
    internal const int SSL3_RT_APPLICATION_DATA = 23;
    internal const int SSL3_RT_HEADER = 0x100;
    internal const byte SSL3_MT_CLIENT_HELLO = 1;
    internal const byte SSL3_MT_FINISHED = 20;
    internal const byte SSL3_MT_KEY_UPDATE = 24;

    internal const int TLS1_2_VERSION = 0x0303;
    internal const int TLS1_3_VERSION = 0x0304;

    internal const int BIO_CTRL_EOF = 2;
    internal const int BIO_CTRL_PENDING = 10;
    internal const int BIO_CTRL_FLUSH = 11;
    internal const int BIO_CTRL_GET_KTLS_SEND = 73;
    internal const int BIO_CTRL_GET_KTLS_RECV = 76;

    internal const int BIO_FLAGS_READ = 1;
    internal const int BIO_FLAGS_WRITE = 2;
    internal const int BIO_FLAGS_SHOULD_RETRY = 8;

    [LibraryImport(Crypto)]
    internal static partial nuint OpenSSL_version_num();

    [LibraryImport(Crypto)]
    internal static partial void ERR_clear_error();

    [LibraryImport(Crypto)]
    internal static partial nuint ERR_get_error();

    [LibraryImport(Crypto)]
    internal static partial void ERR_error_string_n(nuint error, byte* buffer, nuint length);

    [LibraryImport(Crypto, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint BIO_meth_new(int type, string name);

    [LibraryImport(Crypto)]
    internal static partial int BIO_meth_set_create(nint method, delegate* unmanaged<nint, int> callback);

    [LibraryImport(Crypto)]
    internal static partial int BIO_meth_set_write(nint method, delegate* unmanaged<nint, byte*, int, int> callback);

    [LibraryImport(Crypto)]
    internal static partial int BIO_meth_set_ctrl(nint method, delegate* unmanaged<nint, int, nint, nint, nint> callback);

    [LibraryImport(Crypto)]
    internal static partial int BIO_meth_set_destroy(nint method, delegate* unmanaged<nint, int> callback);

    [LibraryImport(Crypto)]
    internal static partial void BIO_set_init(nint bio, int init);

    [LibraryImport(Crypto)]
    internal static partial void BIO_set_data(nint bio, nint data);

    [LibraryImport(Crypto)]
    internal static partial nint BIO_get_data(nint bio);

    [LibraryImport(Crypto)]
    internal static partial void BIO_set_flags(nint bio, int flags);

    [LibraryImport(Crypto)]
    internal static partial void BIO_clear_flags(nint bio, int flags);

    [LibraryImport(Crypto)]
    internal static partial nint BIO_s_mem();

    [LibraryImport(Crypto)]
    internal static partial nint BIO_new(nint method);

    [LibraryImport(Crypto)]
    internal static partial int BIO_up_ref(nint bio);

    [LibraryImport(Crypto)]
    internal static partial int BIO_write(nint bio, byte* bytes, int length);

    [LibraryImport(Crypto)]
    internal static partial nint BIO_ctrl(nint bio, int command, nint large, nint pointer);

    [LibraryImport(Crypto)]
    internal static partial ulong BIO_number_read(nint bio);

    [LibraryImport(Crypto)]
    internal static partial nint d2i_X509(nint target, byte** der, nint length);

    [LibraryImport(Crypto)]
    internal static partial void X509_free(nint certificate);

    [LibraryImport(Crypto)]
    internal static partial nint d2i_X509_CRL(nint target, byte** der, nint length);

    [LibraryImport(Crypto)]
    internal static partial void X509_CRL_free(nint list);

    [LibraryImport(Crypto)]
    internal static partial int X509_STORE_add_cert(nint store, nint certificate);

    [LibraryImport(Crypto)]
    internal static partial int X509_STORE_add_crl(nint store, nint list);

    [LibraryImport(Crypto)]
    internal static partial int X509_STORE_set_flags(nint store, uint flags);

    [LibraryImport(Ssl)]
    internal static partial int SSL_get_key_update_type(nint ssl);

    [LibraryImport(Ssl)]
    internal static partial nint TLS_server_method();

    [LibraryImport(Ssl)]
    internal static partial nint TLS_client_method();

    [LibraryImport(Ssl)]
    internal static partial nint SSL_CTX_new(nint method);

    [LibraryImport(Ssl)]
    internal static partial void SSL_CTX_free(nint context);

    [LibraryImport(Ssl)]
    internal static partial ulong SSL_CTX_set_options(nint context, ulong options);

    [LibraryImport(Ssl)]
    internal static partial nint SSL_CTX_ctrl(nint context, int command, nint large, nint pointer);

    [LibraryImport(Ssl, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint SSL_CTX_ctrl(nint context, int command, nint large, string text);

    [LibraryImport(Ssl)]
    internal static partial nint SSL_ctrl(nint ssl, int command, nint large, nint pointer);

    [LibraryImport(Ssl, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint SSL_ctrl(nint ssl, int command, nint large, string text);

    [LibraryImport(Ssl)]
    internal static partial nint SSL_CTX_get_cert_store(nint context);

    [LibraryImport(Ssl)]
    internal static partial int SSL_CTX_set_default_verify_paths(nint context);

    [LibraryImport(Ssl)]
    internal static partial int SSL_CTX_add_client_CA(nint context, nint certificate);

    [LibraryImport(Ssl, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SSL_set_cipher_list(nint ssl, string list);

    [LibraryImport(Ssl, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SSL_set_ciphersuites(nint ssl, string suites);

    [LibraryImport(Ssl, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SSL_CTX_set_ciphersuites(nint context, string suites);

    [LibraryImport(Ssl)]
    internal static partial int SSL_CTX_set_num_tickets(nint context, nuint tickets);

    [LibraryImport(Ssl)]
    internal static partial int SSL_CTX_set_session_id_context(nint context, byte* id, uint length);

    [LibraryImport(Ssl)]
    internal static partial int SSL_CTX_use_certificate(nint context, nint certificate);

    [LibraryImport(Ssl)]
    internal static partial int SSL_CTX_use_PrivateKey(nint context, nint key);

    [LibraryImport(Ssl)]
    internal static partial int SSL_CTX_check_private_key(nint context);

    [LibraryImport(Ssl, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SSL_CTX_set_cipher_list(nint context, string list);

    [LibraryImport(Ssl)]
    internal static partial void SSL_CTX_set_alpn_select_cb(nint context, delegate* unmanaged<nint, byte**, byte*, byte*, uint, nint, int> callback, nint argument);

    [LibraryImport(Ssl)]
    internal static partial void SSL_CTX_set_client_hello_cb(nint context, delegate* unmanaged<nint, int*, nint, int> callback, nint argument);

    [LibraryImport(Ssl)]
    internal static partial void SSL_CTX_set_keylog_callback(nint context, delegate* unmanaged<nint, byte*, void> callback);

    [LibraryImport(Ssl)]
    internal static partial void SSL_CTX_set_msg_callback(nint context, delegate* unmanaged<int, int, int, byte*, nuint, nint, nint, void> callback);

    [LibraryImport(Ssl)]
    internal static partial void SSL_set_msg_callback(nint ssl, delegate* unmanaged<int, int, int, byte*, nuint, nint, nint, void> callback);

    [LibraryImport(Ssl)]
    internal static partial void SSL_set_info_callback(nint ssl, delegate* unmanaged<nint, int, int, void> callback);

    [LibraryImport(Ssl)]
    internal static partial void SSL_set_shutdown(nint ssl, int mode);

    [LibraryImport(Ssl)]
    internal static partial nint SSL_new(nint context);

    [LibraryImport(Ssl)]
    internal static partial void SSL_free(nint ssl);

    [LibraryImport(Ssl)]
    internal static partial nint SSL_set_SSL_CTX(nint ssl, nint context);

    [LibraryImport(Ssl)]
    internal static partial int SSL_set_fd(nint ssl, int fd);

    [LibraryImport(Ssl)]
    internal static partial int SSL_set_rfd(nint ssl, int fd);

    [LibraryImport(Ssl)]
    internal static partial void SSL_set_accept_state(nint ssl);

    [LibraryImport(Ssl)]
    internal static partial void SSL_set_connect_state(nint ssl);

    [LibraryImport(Ssl)]
    internal static partial void SSL_set_read_ahead(nint ssl, int yes);

    [LibraryImport(Ssl)]
    internal static partial int SSL_do_handshake(nint ssl);

    [LibraryImport(Ssl)]
    internal static partial int SSL_read_ex(nint ssl, void* buffer, nuint length, nuint* read);

    [LibraryImport(Ssl)]
    internal static partial int SSL_write_ex(nint ssl, void* buffer, nuint length, nuint* written);

    [LibraryImport(Ssl)]
    internal static partial int SSL_shutdown(nint ssl);

    [LibraryImport(Ssl)]
    internal static partial int SSL_get_error(nint ssl, int result);

    [LibraryImport(Ssl)]
    internal static partial int SSL_has_pending(nint ssl);

    [LibraryImport(Ssl)]
    internal static partial void SSL_set0_rbio(nint ssl, nint bio);

    [LibraryImport(Ssl)]
    internal static partial void SSL_set0_wbio(nint ssl, nint bio);

    [LibraryImport(Ssl)]
    internal static partial nint SSL_get_rbio(nint ssl);

    [LibraryImport(Ssl)]
    internal static partial nint SSL_get_wbio(nint ssl);

    [LibraryImport(Ssl)]
    internal static partial int SSL_version(nint ssl);

    [LibraryImport(Ssl)]
    internal static partial nint SSL_get_current_cipher(nint ssl);

    [LibraryImport(Ssl)]
    internal static partial ushort SSL_CIPHER_get_protocol_id(nint cipher);

    [LibraryImport(Ssl)]
    internal static partial int SSL_session_reused(nint ssl);

    [LibraryImport(Ssl)]
    internal static partial byte* SSL_group_to_name(nint ssl, int group);

    [LibraryImport(Ssl)]
    internal static partial void SSL_get0_alpn_selected(nint ssl, byte** data, uint* length);

    [LibraryImport(Ssl)]
    internal static partial int SSL_client_hello_get0_ext(nint ssl, uint type, byte** data, nuint* length);
}
