using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>An EVP_PKEY, a private key. OpenSSL wipes it when the last who uses it has freed it.</summary>
internal sealed unsafe class PrivateKeyHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    private PrivateKeyHandle(nint key)
        : base(ownsHandle: true) => SetHandle(key);

    internal nint Pointer => handle;

    /// <summary>Reads a key in PKCS#8 (RFC 5958), PKCS#1 or SEC1; null when OpenSSL cannot.</summary>
    /// <param name="der">Its DER form. The caller wipes it.</param>
    /// <param name="password">Of an encrypted one; null for a plain one.</param>
    internal static PrivateKeyHandle? TryRead(ReadOnlySpan<byte> der, string? password)
    {
        OpenSsl.ERR_clear_error();
        var key = new PrivateKeyHandle(password is null ? Parse(der) : Decrypt(der, password));
        OpenSsl.ERR_clear_error();
        if (!key.IsInvalid)
        {
            return key;
        }

        key.Dispose();
        return null;
    }

    /// <summary>Whether it is the key of a certificate.</summary>
    internal bool Fits(X509Handle certificate)
    {
        OpenSsl.ERR_clear_error();
        var fits = OpenSsl.X509_check_private_key(certificate.Pointer, handle) == 1;
        OpenSsl.ERR_clear_error();
        return fits;
    }

    protected override bool ReleaseHandle()
    {
        OpenSsl.EVP_PKEY_free(handle);
        return true;
    }

    private static nint Parse(ReadOnlySpan<byte> der)
    {
        fixed (byte* start = der)
        {
            var position = start;
            return OpenSsl.d2i_AutoPrivateKey(0, &position, der.Length);
        }
    }

    private static nint Decrypt(ReadOnlySpan<byte> der, string password)
    {
        // Without a callback the argument is the password, ended by a zero (PEM_read_bio_PrivateKey(3)).
        var secret = GC.AllocateArray<byte>(Encoding.UTF8.GetByteCount(password) + 1, pinned: true);
        Encoding.UTF8.GetBytes(password, secret);
        try
        {
            fixed (byte* start = der, text = secret)
            {
                var bio = OpenSsl.BIO_new_mem_buf(start, der.Length);
                if (bio == 0)
                {
                    return 0;
                }

                var key = OpenSsl.d2i_PKCS8PrivateKey_bio(bio, 0, 0, text);
                _ = OpenSsl.BIO_free(bio);
                return key;
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }
}
