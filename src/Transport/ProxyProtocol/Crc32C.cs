using System.Buffers.Binary;
using System.Numerics;

namespace Aeronet.AspNetCore.Transport.ProxyProtocol;

/// <summary>The checksum of a header (section 2.2.3; RFC 9260, appendix A).</summary>
internal static class Crc32C
{
    /// <summary>Whether the checksum at <paramref name="offset"/> is that of <paramref name="header"/> with zeros in its place.</summary>
    internal static bool IsRight(ReadOnlySpan<byte> header, int offset) =>
        Of(header, offset) == BinaryPrimitives.ReadUInt32BigEndian(header[offset..]);

    /// <summary>The checksum of <paramref name="header"/> with zeros at <paramref name="offset"/>.</summary>
    internal static uint Of(ReadOnlySpan<byte> header, int offset)
    {
        var crc = Add(uint.MaxValue, header[..offset]);
        crc = BitOperations.Crc32C(crc, 0u);
        return ~Add(crc, header[(offset + sizeof(uint))..]);
    }

    private static uint Add(uint crc, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var one in bytes)
        {
            crc = BitOperations.Crc32C(crc, one);
        }

        return crc;
    }
}
