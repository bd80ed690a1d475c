using System.Runtime.InteropServices;
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
        try
        {
            return password is null ? Parse(der) : Decrypt(der, password);
        }
        finally
        {
            OpenSsl.ERR_clear_error();
        }
    }

    /// <summary>
    /// Makes an ECDSA key of its parts; null when OpenSSL cannot, as of a curve that it does not know. Of a key that OpenSSL reads itself, or that
    /// the framework has made, it leaves copies in memory that it gives back without wiping it.
    /// </summary>
    /// <param name="curve">The curve's object identifier, in dots.</param>
    /// <param name="number">The private number, its highest byte first. The caller wipes it.</param>
    /// <param name="point">The public point.</param>
    internal static PrivateKeyHandle? TryMake(string curve, ReadOnlySpan<byte> number, ReadOnlySpan<byte> point)
    {
        var native = GC.AllocateArray<byte>(number.Length, pinned: true);
        OpenSsl.ERR_clear_error();
        var context = OpenSsl.EVP_PKEY_CTX_new_from_name(0, "EC", 0);
        try
        {
            var name = OpenSsl.OBJ_nid2sn(OpenSsl.OBJ_txt2nid(curve));
            number.CopyTo(native);
            if (BitConverter.IsLittleEndian)
            {
                native.AsSpan().Reverse();
            }

            fixed (byte* secret = native, open = point)
            {
                var parameters = stackalloc OsslParam[4];
                parameters[0] = OsslParam.Text("group"u8, name, MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name).Length);
                parameters[1] = OsslParam.Number("priv"u8, secret, native.Length);
                parameters[2] = OsslParam.Bytes("pub"u8, open, point.Length);
                parameters[3] = default;
                nint key = 0;
                return context != 0 && OpenSsl.EVP_PKEY_fromdata_init(context) == 1 && OpenSsl.EVP_PKEY_fromdata(context, &key, OpenSsl.EVP_PKEY_KEYPAIR, parameters) == 1
                    ? new PrivateKeyHandle(key)
                    : null;
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(native);
            OpenSsl.EVP_PKEY_CTX_free(context);
            OpenSsl.ERR_clear_error();
        }
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

    private static PrivateKeyHandle? Parse(ReadOnlySpan<byte> der)
    {
        if (EcPrivateKey.TryFind(der, out var parts) && TryMake(parts.Curve, parts.Number, parts.Point) is { } made)
        {
            return made;
        }

        fixed (byte* start = der)
        {
            var position = start;
            var key = OpenSsl.d2i_AutoPrivateKey(0, &position, der.Length);
            return key == 0 ? null : new PrivateKeyHandle(key);
        }
    }

    private static PrivateKeyHandle? Decrypt(ReadOnlySpan<byte> der, string password)
    {
        var secret = GC.AllocateArray<byte>(Encoding.UTF8.GetByteCount(password) + 1, pinned: true);
        var length = Encoding.UTF8.GetBytes(password, secret);
        nint encrypted = 0, opened = 0;
        byte[]? plain = null;
        try
        {
            fixed (byte* start = der, text = secret)
            {
                var position = start;
                encrypted = OpenSsl.d2i_X509_SIG(0, &position, der.Length);
                opened = encrypted == 0 ? 0 : OpenSsl.PKCS8_decrypt(encrypted, text, length);
            }

            var size = opened == 0 ? 0 : OpenSsl.i2d_PKCS8_PRIV_KEY_INFO(opened, null);
            if (size <= 0)
            {
                return null;
            }

            plain = GC.AllocateArray<byte>(size, pinned: true);
            fixed (byte* start = plain)
            {
                var position = start;
                return OpenSsl.i2d_PKCS8_PRIV_KEY_INFO(opened, &position) == size ? Parse(plain) : null;
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
            CryptographicOperations.ZeroMemory(plain);
            OpenSsl.PKCS8_PRIV_KEY_INFO_free(opened);
            OpenSsl.X509_SIG_free(encrypted);
        }
    }
}
