using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>Reads <c>struct sockaddr</c> as the kernel fills it (ip(7), ipv6(7), unix(7)).</summary>
internal static class SocketAddresses
{
    /// <summary>Room for every address family (sizeof(struct sockaddr_storage)).</summary>
    internal const int MaxLength = 128;

    private const ushort AF_UNIX = 1;
    private const ushort AF_INET = 2;
    private const ushort AF_INET6 = 10;

    // sizeof(struct sockaddr_in), of sockaddr_in6 up to its scope, and of sockaddr_un. The kernel reports a byte more for a path
    // that fills the last: it counts a terminator that is not there (unix(7), BUGS).
    private const int InternetLength = 8;
    private const int Internet6Length = 28;
    private const int UnixLength = 110;

    private static readonly UnixDomainSocketEndPoint s_unnamedPeer =
        (UnixDomainSocketEndPoint)new UnixDomainSocketEndPoint("\0").Create(new SocketAddress(AddressFamily.Unix, sizeof(ushort)));

    /// <summary>The end point in <paramref name="address"/>; null for a family the transport does not listen on.</summary>
    internal static EndPoint? Parse(ReadOnlySpan<byte> address)
    {
        if (address.Length < sizeof(ushort))
        {
            return null;
        }

        return MemoryMarshal.Read<ushort>(address) switch
        {
            AF_INET when address.Length >= InternetLength =>
                new IPEndPoint(new IPAddress(address.Slice(4, 4)), BinaryPrimitives.ReadUInt16BigEndian(address[2..])),
            AF_INET6 when address.Length >= Internet6Length =>
                new IPEndPoint(new IPAddress(address.Slice(8, 16), MemoryMarshal.Read<uint>(address[24..])), BinaryPrimitives.ReadUInt16BigEndian(address[2..])),
            AF_UNIX => ParseUnix(address[..Math.Min(address.Length, UnixLength)]),
            _ => null,
        };
    }

    /// <summary>The end point of a <c>sun_path</c> of fixed length, which ends at its first zero byte or, of an abstract name, before the zeros at its end (unix(7)).</summary>
    internal static UnixDomainSocketEndPoint UnixOf(ReadOnlySpan<byte> path)
    {
        var end = path[0] == 0 ? path.LastIndexOfAnyExcept((byte)0) + 1 : path.IndexOf((byte)0);
        path = end < 0 ? path : path[..end];
        Span<byte> address = stackalloc byte[UnixLength];
        path.CopyTo(address[sizeof(ushort)..]);
        return ParseUnix(address[..(sizeof(ushort) + path.Length)]);
    }

    /// <summary>
    /// By the framework's own reading of an address, which keeps the bytes: a name need be neither text nor terminated, and the
    /// constructor that takes a text refuses such names.
    /// </summary>
    private static UnixDomainSocketEndPoint ParseUnix(ReadOnlySpan<byte> address)
    {
        if (address.Length <= sizeof(ushort))
        {
            return s_unnamedPeer;
        }

        var copy = new SocketAddress(AddressFamily.Unix, address.Length);
        address[sizeof(ushort)..].CopyTo(copy.Buffer.Span[sizeof(ushort)..]);
        return (UnixDomainSocketEndPoint)s_unnamedPeer.Create(copy);
    }
}
