using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Aeronet.AspNetCore.Transport.Tls.Admission;

/// <summary>What counts as one client: the first bits of its address.</summary>
internal readonly struct ClientPrefix(int ipv4Length, int ipv6Length)
{
    private const int AddressLength = 16;

    // IPv4 addresses are the last 32 bits of ::ffff:0:0/96 (RFC 4291, section 2.5.5.2), also where a client comes by IPv4 itself.
    private static readonly UInt128 s_ipv4 = (UInt128)0xffff << 32;

    private readonly UInt128 _ipv4Mask = UInt128.MaxValue << (32 - ipv4Length);
    private readonly UInt128 _ipv6Mask = UInt128.MaxValue << (128 - ipv6Length);

    /// <summary>False for what has no address, such as clients of a Unix socket.</summary>
    internal bool TryGet(EndPoint? client, out UInt128 prefix)
    {
        prefix = default;
        if (client is not IPEndPoint { Address: var address })
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[AddressLength];
        if (!address.TryWriteBytes(bytes, out var length))
        {
            return false;
        }

        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            prefix = (s_ipv4 | BinaryPrimitives.ReadUInt32BigEndian(bytes[..length])) & _ipv4Mask;
            return true;
        }

        var whole = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        prefix = whole & (whole >> 32 == 0xffff ? _ipv4Mask : _ipv6Mask);
        return true;
    }
}
