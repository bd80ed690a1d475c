using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>Reads <c>struct sockaddr</c> as the kernel fills it (ip(7), ipv6(7), unix(7)).</summary>
internal static class SocketAddresses
{
    /// <summary>Room for every address family (sizeof(struct sockaddr_storage)).</summary>
    internal const int MaxLength = 128;

    private const ushort AF_UNIX = 1;
    private const ushort AF_INET = 2;
    private const ushort AF_INET6 = 10;

    /// <summary>The end point in <paramref name="address"/>; null for a family the transport does not listen on.</summary>
    internal static EndPoint? Parse(ReadOnlySpan<byte> address)
    {
        if (address.Length < sizeof(ushort))
        {
            return null;
        }

        switch (MemoryMarshal.Read<ushort>(address))
        {
            case AF_INET:
                return new IPEndPoint(new IPAddress(address.Slice(4, 4)), BinaryPrimitives.ReadUInt16BigEndian(address[2..]));
            case AF_INET6:
                var scope = MemoryMarshal.Read<uint>(address[24..]);
                return new IPEndPoint(new IPAddress(address.Slice(8, 16), scope), BinaryPrimitives.ReadUInt16BigEndian(address[2..]));
            case AF_UNIX:
                return ParseUnix(address[2..]);
            default:
                return null;
        }
    }

    private static UnixDomainSocketEndPoint ParseUnix(ReadOnlySpan<byte> path)
    {
        // An unnamed peer has an empty path; an abstract name starts with NUL and is not terminated.
        if (path.IsEmpty)
        {
            return UnnamedPeer;
        }

        if (path[0] == 0)
        {
            return new UnixDomainSocketEndPoint("\0" + Encoding.UTF8.GetString(path[1..]));
        }

        var end = path.IndexOf((byte)0);
        return new UnixDomainSocketEndPoint(Encoding.UTF8.GetString(end < 0 ? path : path[..end]));
    }

    private static UnixDomainSocketEndPoint UnnamedPeer { get; } =
        (UnixDomainSocketEndPoint)new UnixDomainSocketEndPoint("\0").Create(new SocketAddress(AddressFamily.Unix, 2));
}
