using System.Buffers.Binary;

namespace Aeronet.AspNetCore.Transport.Tls.Fingerprints;

/// <summary>Takes a message apart from its start (RFC 8446, section 3). What is not there reads as nothing, and is remembered.</summary>
internal ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    internal readonly bool IsEmpty => _rest.IsEmpty;

    /// <summary>Whether more was asked for than there was.</summary>
    internal bool Overran { get; private set; }

    internal ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
        {
            Overran = true;
            _rest = default;
            return default;
        }

        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    internal byte TakeByte() => Take(1) is [var value] ? value : (byte)0;

    internal ushort TakeUInt16() => Take(2) is { Length: 2 } value ? BinaryPrimitives.ReadUInt16BigEndian(value) : (ushort)0;

    /// <summary>A vector of up to 255 bytes, preceded by its length.</summary>
    internal ReadOnlySpan<byte> TakeVector8() => Take(TakeByte());

    /// <summary>A vector of up to 65,535 bytes, preceded by its length.</summary>
    internal ReadOnlySpan<byte> TakeVector16() => Take(TakeUInt16());
}
