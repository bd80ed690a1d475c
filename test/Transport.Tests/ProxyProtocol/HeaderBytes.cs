using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Aeronet.AspNetCore.Transport.Tests.ProxyProtocol;

/// <summary>Writes headers as senders do, from the specification and not from the parser.</summary>
internal static class HeaderBytes
{
    internal const byte Local = 0x20;
    internal const byte Proxy = 0x21;
    internal const byte Tcp4 = 0x11;
    internal const byte Tcp6 = 0x21;
    internal const byte UnixStream = 0x31;

    internal static byte[] Signature { get; } = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A];

    internal static byte[] Line(string text) => Encoding.Latin1.GetBytes(text);

    /// <summary>A header of version 2 with a length that is right.</summary>
    internal static byte[] Block(byte command, byte family, params byte[] rest) => BlockOf(rest.Length, command, family, rest);

    /// <summary>One that says it is of <paramref name="length"/>.</summary>
    internal static byte[] BlockOf(int length, byte command, byte family, params byte[] rest) =>
        [.. Signature, command, family, (byte)(length >> 8), (byte)length, .. rest];

    /// <summary>A PROXY header for TCP, with values behind the addresses.</summary>
    internal static byte[] Tcp(IPEndPoint source, IPEndPoint destination, params byte[] tlvs)
    {
        var isIPv4 = source.Address.GetAddressBytes().Length == 4;
        return Block(Proxy, isIPv4 ? Tcp4 : Tcp6, [.. Addresses(source, destination), .. tlvs]);
    }

    internal static byte[] Addresses(IPEndPoint source, IPEndPoint destination) =>
        [.. source.Address.GetAddressBytes(), .. destination.Address.GetAddressBytes(), .. Port(source), .. Port(destination)];

    internal static byte[] Unix(string source, string destination, params byte[] tlvs) =>
        Block(Proxy, UnixStream, [.. Path(source), .. Path(destination), .. tlvs]);

    internal static byte[] Tlv(byte type, params byte[] value) => [type, (byte)(value.Length >> 8), (byte)value.Length, .. value];

    internal static byte[] Tlv(byte type, string value) => Tlv(type, Encoding.UTF8.GetBytes(value));

    internal static byte[] Ssl(byte client, uint verify, params byte[] tlvs)
    {
        var value = new byte[5];
        value[0] = client;
        BinaryPrimitives.WriteUInt32BigEndian(value.AsSpan(1), verify);
        return Tlv(0x20, [.. value, .. tlvs]);
    }

    /// <summary>Puts the right checksum where <see cref="Tlv(byte, byte[])"/> of type 3 has four zeros, the last of them in the header.</summary>
    internal static byte[] WithChecksum(byte[] header)
    {
        var at = header.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[3, 0, 4, 0, 0, 0, 0]) + 3;
        var result = header.ToArray();
        BinaryPrimitives.WriteUInt32BigEndian(result.AsSpan(at), ChecksumOf(header));
        return result;
    }

    // Bit by bit, with the reversed polynomial of Castagnoli.
    private static uint ChecksumOf(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) * 0x82F63B78);
        }

        return ~crc;
    }

    private static byte[] Port(IPEndPoint endPoint) => [(byte)(endPoint.Port >> 8), (byte)endPoint.Port];

    private static byte[] Path(string path)
    {
        var bytes = new byte[108];
        Encoding.UTF8.GetBytes(path).CopyTo(bytes, 0);
        return bytes;
    }
}
