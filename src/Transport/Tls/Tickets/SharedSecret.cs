using System.Security.Cryptography;
using System.Text;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Tls.Tickets;

/// <summary>A secret that servers share, which keys are derived from.</summary>
internal sealed unsafe class SharedSecret : IDisposable
{
    /// <summary>In bytes: 256 bits, if they are random.</summary>
    internal const int MinLength = 32;

    internal const int MaxLength = 4096;

    private readonly SecretMemory _memory;
    private readonly int _length;

    /// <summary>Copies it. The caller wipes its own.</summary>
    internal SharedSecret(ReadOnlySpan<byte> secret) => (_memory, _length) = (new SecretMemory(secret), secret.Length);

    /// <summary>Derives a key for a purpose by HKDF with SHA-256 (RFC 5869).</summary>
    internal void Derive(string purpose, Span<byte> key)
    {
        ObjectDisposedException.ThrowIf(!_memory.TryUse(), this);
        try
        {
            HKDF.DeriveKey(HashAlgorithmName.SHA256, new ReadOnlySpan<byte>(_memory.Pointer, _length), key, [], Encoding.ASCII.GetBytes(purpose));
        }
        finally
        {
            _memory.EndUse();
        }
    }

    public void Dispose() => _memory.Dispose();
}
