using System.Buffers.Binary;
using System.Net;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.ProxyProtocol;

/// <summary>Version 2: a binary block (section 2.2).</summary>
internal static class ProxyBlock
{
    /// <summary>Signature, version and command, family and protocol, and the length of the rest.</summary>
    internal const int FixedLength = 16;

    /// <summary>The longest that the format allows.</summary>
    internal const int MaxLength = FixedLength + ushort.MaxValue;

    private const int VersionAt = 12;
    private const int FamilyAt = 13;
    private const int LengthAt = 14;

    private const int Local = 0;
    private const int Proxy = 1;

    private const int Unspecified = 0;
    private const int IPv4 = 1;
    private const int IPv6 = 2;
    private const int Unix = 3;

    private const int Datagram = 2;

    private const int IPv4Length = 4;
    private const int IPv6Length = 16;
    private const int UnixLength = 108;
    private const int PortLength = sizeof(ushort);

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>How long the header is that begins with <paramref name="bytes"/>, of which there are <see cref="FixedLength"/> at least.</summary>
    internal static int LengthOf(ReadOnlySpan<byte> bytes) => FixedLength + BinaryPrimitives.ReadUInt16BigEndian(bytes[LengthAt..]);

    internal static ProxyParse Parse(ReadOnlySpan<byte> bytes, int maxLength)
    {
        var refusal = CheckFixedPart(bytes, maxLength, out var addressesLength);
        if (refusal != ProxyRefusal.None)
        {
            return ProxyParse.Refused(refusal);
        }

        if (bytes.Length < FixedLength || bytes.Length < LengthOf(bytes))
        {
            return ProxyParse.Incomplete;
        }

        bytes = bytes[..LengthOf(bytes)];
        if ((bytes[VersionAt] & 0xf) == Local)
        {
            // The rest of it is to be discarded, the family too.
            return ProxyParse.Complete(new ProxyHeader { Version = 2, Command = ProxyProtocolCommand.Local }, bytes.Length);
        }

        var (family, protocol) = (bytes[FamilyAt] >> 4, bytes[FamilyAt] & 0xf);
        if (family == Unspecified)
        {
            // Addresses of a family that the sender has no name for may be there, of who knows what length.
            return ProxyParse.Complete(new ProxyHeader { Version = 2 }, bytes.Length);
        }

        refusal = ProxyValues.TryRead(bytes, FixedLength + addressesLength, out var values);
        if (refusal != ProxyRefusal.None)
        {
            return ProxyParse.Refused(refusal);
        }

        var (source, destination) = protocol == Unspecified ? default : ReadAddresses(family, bytes.Slice(FixedLength, addressesLength));
        var header = new ProxyHeader
        {
            Version = 2,
            Source = source,
            Destination = destination,
            IsDatagram = protocol == Datagram,
            Values = values,
        };
        return ProxyParse.Complete(header, bytes.Length);
    }

    /// <summary>Judges each byte when it is there, in their order.</summary>
    private static ProxyRefusal CheckFixedPart(ReadOnlySpan<byte> bytes, int maxLength, out int addressesLength)
    {
        addressesLength = 0;
        if (bytes.CommonPrefixLength(Signature) < Math.Min(bytes.Length, Signature.Length))
        {
            return ProxyRefusal.NoHeader;
        }

        if (bytes.Length <= VersionAt)
        {
            return ProxyRefusal.None;
        }

        var (version, command) = (bytes[VersionAt] >> 4, bytes[VersionAt] & 0xf);
        if (version != 2)
        {
            return ProxyRefusal.VersionUnknown;
        }

        if (command is not (Local or Proxy))
        {
            return ProxyRefusal.CommandUnknown;
        }

        if (bytes.Length <= FamilyAt)
        {
            return ProxyRefusal.None;
        }

        var (family, protocol) = (bytes[FamilyAt] >> 4, bytes[FamilyAt] & 0xf);
        if (command == Proxy)
        {
            if (family > Unix || protocol > Datagram)
            {
                return ProxyRefusal.FamilyUnknown;
            }

            addressesLength = AddressesLength(family);
        }

        if (bytes.Length < FixedLength)
        {
            return ProxyRefusal.None;
        }

        var length = LengthOf(bytes);
        return length > maxLength ? ProxyRefusal.TooLong
            : length - FixedLength < addressesLength ? ProxyRefusal.AddressesTruncated
            : ProxyRefusal.None;
    }

    private static int AddressesLength(int family) => family switch
    {
        IPv4 => 2 * (IPv4Length + PortLength),
        IPv6 => 2 * (IPv6Length + PortLength),
        Unix => 2 * UnixLength,
        _ => 0,
    };

    private static (EndPoint Source, EndPoint Destination) ReadAddresses(int family, ReadOnlySpan<byte> bytes)
    {
        if (family == Unix)
        {
            return (SocketAddresses.UnixOf(bytes[..UnixLength]), SocketAddresses.UnixOf(bytes[UnixLength..]));
        }

        var length = family == IPv4 ? IPv4Length : IPv6Length;
        var ports = bytes[(2 * length)..];
        return (
            new IPEndPoint(new IPAddress(bytes[..length]), BinaryPrimitives.ReadUInt16BigEndian(ports)),
            new IPEndPoint(new IPAddress(bytes.Slice(length, length)), BinaryPrimitives.ReadUInt16BigEndian(ports[PortLength..])));
    }
}
