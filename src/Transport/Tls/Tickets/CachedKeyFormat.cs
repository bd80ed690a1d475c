using System.Security.Cryptography;
using System.Text;

namespace Aeronet.AspNetCore.Transport.Tls.Tickets;

/// <summary>
/// A key as it lies in a cache: as it is, or where a secret is shared, sealed by it (AES-256-GCM, the entry's name authenticated), so that
/// who reads the cache has no keys, and who writes it cannot have any used.
/// <code>
/// 1, key 80                       no secret
/// 2, nonce 12, tag 16, sealed 80  with a secret
/// </code>
/// </summary>
internal sealed class CachedKeyFormat(SharedSecret? secret) : IDisposable
{
    private const byte Plain = 1;
    private const byte Sealed = 2;
    private const int NonceLength = 12;
    private const int TagLength = 16;

    internal unsafe byte[] Write(string entry, TicketKey key)
    {
        if (!key.Bytes.TryUse())
        {
            throw new CryptographicException("the key has been wiped");
        }

        try
        {
            var bytes = new ReadOnlySpan<byte>(key.Bytes.Pointer, TicketKey.Length);
            if (secret is null)
            {
                return [Plain, .. bytes];
            }

            var value = new byte[1 + NonceLength + TagLength + TicketKey.Length];
            value[0] = Sealed;
            RandomNumberGenerator.Fill(value.AsSpan(1, NonceLength));
            using var cipher = CreateCipher(secret);
            cipher.Encrypt(
                value.AsSpan(1, NonceLength), bytes, value.AsSpan(1 + NonceLength + TagLength), value.AsSpan(1 + NonceLength, TagLength), Encoding.UTF8.GetBytes(entry));
            return value;
        }
        finally
        {
            key.Bytes.EndUse();
        }
    }

    /// <exception cref="CryptographicException">It is nothing that was written so.</exception>
    internal void Read(string entry, ReadOnlySpan<byte> value, Span<byte> key)
    {
        if (secret is null && value.Length == 1 + TicketKey.Length && value[0] == Plain)
        {
            value[1..].CopyTo(key);
        }
        else if (secret is not null && value.Length == 1 + NonceLength + TagLength + TicketKey.Length && value[0] == Sealed)
        {
            using var cipher = CreateCipher(secret);
            cipher.Decrypt(value.Slice(1, NonceLength), value[(1 + NonceLength + TagLength)..], value.Slice(1 + NonceLength, TagLength), key, Encoding.UTF8.GetBytes(entry));
        }
        else
        {
            throw new CryptographicException(
                $"the entry '{entry}' is {(value is [Sealed, ..] ? "sealed by a secret, and this server has none" : secret is null ? "no ticket key" : "not sealed by the servers' secret")}");
        }
    }

    public void Dispose() => secret?.Dispose();

    private static AesGcm CreateCipher(SharedSecret secret)
    {
        Span<byte> key = stackalloc byte[32];
        secret.Derive("aeronet tls ticket cache 1", key);
        try
        {
            return new AesGcm(key, TagLength);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }
}
