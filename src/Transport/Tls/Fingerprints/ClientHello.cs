using System.Buffers.Binary;

namespace Aeronet.AspNetCore.Transport.Tls.Fingerprints;

/// <summary>What fingerprints are made of (RFC 8446, section 4.1.2), in the client's order and without GREASE.</summary>
internal sealed class ClientHello
{
    /// <summary>
    /// The most values of the lists together. They are kept as long as the connection is; no client lists more than some
    /// hundred, and a ClientHello has room for 60,000.
    /// </summary>
    private const int MaxValues = 1000;

    private const int HandshakeHeader = 4;
    private const int RandomLength = 32;

    private const ushort ServerName = 0;
    private const ushort SupportedGroups = 10;
    private const ushort PointFormatsExtension = 11;
    private const ushort SignatureAlgorithmsExtension = 13;
    private const ushort ApplicationProtocolNegotiation = 16;
    private const ushort SupportedVersions = 43;

    private readonly List<ushort> _extensions = [];
    private int _values;

    private ClientHello()
    {
    }

    /// <summary>The version in its old place, which TLS 1.3 keeps at 0x0303.</summary>
    internal ushort LegacyVersion { get; private set; }

    /// <summary>The highest version offered, by the extension where there is one.</summary>
    internal ushort Version { get; private set; }

    internal bool HasServerName { get; private set; }

    internal IReadOnlyList<ushort> Ciphers { get; private set; } = [];

    internal IReadOnlyList<ushort> Extensions => _extensions;

    internal IReadOnlyList<ushort> Groups { get; private set; } = [];

    internal IReadOnlyList<ushort> SignatureAlgorithms { get; private set; } = [];

    internal byte[] PointFormats { get; private set; } = [];

    /// <summary>The first ALPN protocol id; empty when there is none.</summary>
    internal byte[] FirstApplicationProtocol { get; private set; } = [];

    /// <summary>Parses a handshake message; null when it is no ClientHello, its end is missing, or it lists too much.</summary>
    internal static ClientHello? Parse(ReadOnlySpan<byte> message)
    {
        var reader = new WireReader(message);
        _ = reader.Take(HandshakeHeader);
        var hello = new ClientHello();
        hello.LegacyVersion = hello.Version = reader.TakeUInt16();
        _ = reader.Take(RandomLength);
        _ = reader.TakeVector8();
        hello.Ciphers = hello.WithoutGrease(reader.TakeVector16());
        _ = reader.TakeVector8();

        // TLS 1.2 and older may end here.
        if (!reader.IsEmpty)
        {
            hello.ReadExtensions(reader.TakeVector16());
        }

        return reader.Overran || message[0] != 1 || hello.ListsTooMuch ? null : hello;
    }

    private bool ListsTooMuch => _values > MaxValues;

    private void ReadExtensions(ReadOnlySpan<byte> list)
    {
        var reader = new WireReader(list);
        while (!reader.IsEmpty && !ListsTooMuch)
        {
            var type = reader.TakeUInt16();
            var data = reader.TakeVector16();
            if (!reader.Overran && !Grease.Is(type))
            {
                _values++;
                _extensions.Add(type);
                ReadExtension(type, data);
            }
        }
    }

    private void ReadExtension(ushort type, ReadOnlySpan<byte> data)
    {
        var reader = new WireReader(data);
        switch (type)
        {
            case ServerName:
                HasServerName = true;
                break;
            case SupportedGroups:
                Groups = WithoutGrease(reader.TakeVector16());
                break;
            case PointFormatsExtension:
                PointFormats = reader.TakeVector8().ToArray();
                break;
            case SignatureAlgorithmsExtension:
                SignatureAlgorithms = WithoutGrease(reader.TakeVector16());
                break;
            case ApplicationProtocolNegotiation:
                var protocols = new WireReader(reader.TakeVector16());
                FirstApplicationProtocol = protocols.TakeVector8().ToArray();
                break;
            case SupportedVersions:
                Version = WithoutGrease(reader.TakeVector8()).DefaultIfEmpty(Version).Max();
                break;
        }
    }

    private List<ushort> WithoutGrease(ReadOnlySpan<byte> list)
    {
        _values += list.Length / 2;
        if (ListsTooMuch)
        {
            return [];
        }

        var values = new List<ushort>(list.Length / 2);
        for (; list.Length >= 2; list = list[2..])
        {
            var value = BinaryPrimitives.ReadUInt16BigEndian(list);
            if (!Grease.Is(value))
            {
                values.Add(value);
            }
        }

        return values;
    }
}
