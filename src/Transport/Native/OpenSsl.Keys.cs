using System.Runtime.InteropServices;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>Private keys: read, decrypted, and made of their parts.</summary>
internal static unsafe partial class OpenSsl
{
    // EVP_PKEY_fromdata(3): parameters, public and private part.
    internal const int EVP_PKEY_KEYPAIR = 0x87;

    [LibraryImport(Crypto)]
    internal static partial nint d2i_AutoPrivateKey(nint reused, byte** der, nint length);

    [LibraryImport(Crypto)]
    internal static partial nint d2i_X509_SIG(nint target, byte** der, nint length);

    [LibraryImport(Crypto)]
    internal static partial void X509_SIG_free(nint encrypted);

    [LibraryImport(Crypto)]
    internal static partial nint PKCS8_decrypt(nint encrypted, byte* password, int length);

    [LibraryImport(Crypto)]
    internal static partial int i2d_PKCS8_PRIV_KEY_INFO(nint key, byte** der);

    /// <summary>Wipes what it frees.</summary>
    [LibraryImport(Crypto)]
    internal static partial void PKCS8_PRIV_KEY_INFO_free(nint key);

    [LibraryImport(Crypto)]
    internal static partial void EVP_PKEY_free(nint key);

    [LibraryImport(Crypto, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint EVP_PKEY_CTX_new_from_name(nint library, string name, nint properties);

    [LibraryImport(Crypto)]
    internal static partial void EVP_PKEY_CTX_free(nint context);

    [LibraryImport(Crypto)]
    internal static partial int EVP_PKEY_fromdata_init(nint context);

    [LibraryImport(Crypto)]
    internal static partial int EVP_PKEY_fromdata(nint context, nint* key, int selection, OsslParam* parameters);

    /// <summary>An object's number by its identifier in dots or its name; 0 when OpenSSL does not know it.</summary>
    [LibraryImport(Crypto, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int OBJ_txt2nid(string text);

    [LibraryImport(Crypto)]
    internal static partial byte* OBJ_nid2sn(int number);
}
