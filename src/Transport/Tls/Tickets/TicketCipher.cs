using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Tls.Tickets;

/// <summary>
/// Sets up OpenSSL's cipher and MAC of a ticket, inside a handshake, and says what to do with it
/// (SSL_CTX_set_tlsext_ticket_key_evp_cb(3)). No allocation, no lock.
/// </summary>
internal static unsafe class TicketCipher
{
    // The answers that the manual page has.
    private const int Failed = -1;
    private const int NoKey = 0;
    private const int Ok = 1;
    private const int OkAndRenew = 2;

    private const int IvLength = 16;

    // By name OpenSSL would look for them in each handshake. They live as long as the process.
    private static readonly nint s_aes128 = OpenSsl.EVP_CIPHER_fetch(0, "AES-128-CBC", 0);
    private static readonly nint s_aes256 = OpenSsl.EVP_CIPHER_fetch(0, "AES-256-CBC", 0);

    /// <summary>For a ticket that OpenSSL makes.</summary>
    internal static int Encrypt(TicketKeyRing ring, byte* name, byte* iv, nint cipher, nint mac)
    {
        // Where it was wiped since it was read, another is in its place.
        var key = ring.Window.Current;
        if (!key.Bytes.TryUse() && !(key = ring.Window.Current).Bytes.TryUse())
        {
            return Failed;
        }

        try
        {
            var bytes = key.Bytes.Pointer;
            new ReadOnlySpan<byte>(bytes, TicketKey.NameLength).CopyTo(new Span<byte>(name, TicketKey.NameLength));
            return OpenSsl.RAND_bytes(iv, IvLength) == 1
                && OpenSsl.EVP_EncryptInit_ex(cipher, CipherOf(key), 0, bytes + key.AesOffset, iv) == 1
                && SetMac(mac, key)
                ? Ok
                : Failed;
        }
        finally
        {
            key.Bytes.EndUse();
        }
    }

    /// <summary>For a ticket that the client shows.</summary>
    internal static int Decrypt(TicketKeyRing ring, nint ssl, byte* name, byte* iv, nint cipher, nint mac, out TicketUse use)
    {
        var key = ring.Window.Find(TicketKey.NameOf(new ReadOnlySpan<byte>(name, TicketKey.NameLength)), out use);
        if (key?.Bytes.TryUse() != true)
        {
            // It may have left the window since it was read.
            use = TicketUse.Unknown;
            return NoKey;
        }

        try
        {
            if (OpenSsl.EVP_DecryptInit_ex(cipher, CipherOf(key), 0, key.Bytes.Pointer + key.AesOffset, iv) != 1 || !SetMac(mac, key))
            {
                return Failed;
            }

            // In TLS 1.3 a client should show each ticket once (RFC 8446, appendix C.4), so it gets another for it.
            return use == TicketUse.Current && OpenSsl.SSL_version(ssl) != OpenSsl.TLS1_3_VERSION ? Ok : OkAndRenew;
        }
        finally
        {
            key.Bytes.EndUse();
        }
    }

    private static nint CipherOf(TicketKey key) => key.IsShort ? s_aes128 : s_aes256;

    private static bool SetMac(nint mac, TicketKey key)
    {
        var parameters = stackalloc OsslParam[3];
        parameters[0] = OsslParam.Bytes("key"u8, key.Bytes.Pointer + key.HmacOffset, key.HmacLength);
        parameters[1] = OsslParam.Text("digest"u8, "SHA256"u8);
        parameters[2] = default;
        return OpenSsl.EVP_MAC_CTX_set_params(mac, parameters) == 1;
    }
}
