using System.Buffers.Binary;
using System.Security.Cryptography;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Tls.Tickets;

/// <summary>
/// A key that tickets are encrypted with, in the form of nginx's files (ngx_http_ssl_module, ssl_session_ticket_key): a name of 16
/// bytes, by which a ticket says whose it is (RFC 5077, section 4), and then
/// <code>
/// 48 bytes: AES-128-CBC key 16, HMAC-SHA256 key 16
/// 80 bytes: HMAC-SHA256 key 32, AES-256-CBC key 32
/// </code>
/// </summary>
internal sealed class TicketKey : IDisposable
{
    internal const int NameLength = 16;
    internal const int ShortLength = 48;
    internal const int Length = 80;

    private readonly SecretMemory _bytes;
    private readonly UInt128 _name;

    /// <summary>Copies a key of 48 or 80 bytes. The caller wipes its own.</summary>
    internal TicketKey(ReadOnlySpan<byte> bytes, DateTimeOffset created)
    {
        IsShort = bytes.Length == ShortLength;
        Created = created;
        _name = NameOf(bytes);
        _bytes = new SecretMemory(bytes);
    }

    internal bool IsShort { get; }

    internal DateTimeOffset Created { get; }

    internal SecretMemory Bytes => _bytes;

    internal int HmacOffset => IsShort ? 32 : 16;

    internal int HmacLength => IsShort ? 16 : 32;

    internal int AesOffset => IsShort ? 16 : 48;

    /// <summary>A new key of random bytes.</summary>
    internal static TicketKey Random(DateTimeOffset created)
    {
        Span<byte> bytes = stackalloc byte[Length];
        RandomNumberGenerator.Fill(bytes);
        try
        {
            return new TicketKey(bytes, created);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>Whether a ticket with this name is under this key. Names are no secret.</summary>
    internal bool IsNamed(UInt128 name) => _name == name;

    /// <summary>Whether it is the key of these bytes: in all of them, for a file may change its key and not its name.</summary>
    internal unsafe bool Is(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != (IsShort ? ShortLength : Length) || !_bytes.TryUse())
        {
            return false;
        }

        try
        {
            return CryptographicOperations.FixedTimeEquals(bytes, new ReadOnlySpan<byte>(_bytes.Pointer, bytes.Length));
        }
        finally
        {
            _bytes.EndUse();
        }
    }

    internal static UInt128 NameOf(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt128LittleEndian(bytes);

    /// <summary>Wipes it, when the last handshake that uses it has.</summary>
    public void Dispose() => _bytes.Dispose();
}
