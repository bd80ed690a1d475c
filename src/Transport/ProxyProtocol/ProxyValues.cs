using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Aeronet.AspNetCore.Transport.ProxyProtocol;

/// <summary>The type-length-value parts of a header of version 2 (sections 2.2.1 to 2.2.8), over a copy of their bytes.</summary>
internal sealed class ProxyValues
{
    private const byte Alpn = 0x01;
    private const byte AuthorityName = 0x02;
    private const byte Checksum = 0x03;
    private const byte Unique = 0x05;
    private const byte Ssl = 0x20;
    private const byte Namespace = 0x30;

    private const byte SslVersion = 0x21;
    private const byte SslCommonName = 0x22;
    private const byte SslCipher = 0x23;
    private const byte SslSignatureAlgorithm = 0x24;
    private const byte SslKeyAlgorithm = 0x25;

    // The bits of PP2_TYPE_SSL's first byte.
    private const int ClientSsl = 1;
    private const int ClientCertificateOfConnection = 2;
    private const int ClientCertificateOfSession = 4;

    // Type, and length in two bytes; of PP2_TYPE_SSL the client's bits, and verify in four.
    private const int HeadLength = 3;
    private const int SslHeadLength = 5;
    private const int MaxUniqueId = 128;

    internal static ProxyValues None { get; } = new();

    internal List<ProxyProtocolTlv> All { get; } = [];

    internal string? Authority { get; private set; }

    internal ReadOnlyMemory<byte> ApplicationProtocol { get; private set; }

    internal ReadOnlyMemory<byte> UniqueId { get; private set; }

    internal string? NetworkNamespace { get; private set; }

    internal ProxyProtocolTls? Tls { get; private set; }

    /// <summary>Where in the header the checksum is; -1 where there is none.</summary>
    internal int ChecksumOffset { get; private set; } = -1;

    /// <summary>Reads the values of a whole header.</summary>
    /// <param name="header">The header.</param>
    /// <param name="start">Where in it they begin.</param>
    /// <param name="values">What was read.</param>
    /// <returns>What is wrong with them.</returns>
    internal static ProxyRefusal TryRead(ReadOnlySpan<byte> header, int start, out ProxyValues values)
    {
        values = None;
        if (start == header.Length)
        {
            return ProxyRefusal.None;
        }

        values = new ProxyValues();
        var refusal = Split(header[start..].ToArray(), values.All);
        for (var i = 0; i < values.All.Count && refusal == ProxyRefusal.None; i++)
        {
            refusal = values.Take(values.All[i], start);
            start += HeadLength + values.All[i].Value.Length;
        }

        return refusal == ProxyRefusal.None && values.ChecksumOffset >= 0 && !Crc32C.IsRight(header, values.ChecksumOffset)
            ? ProxyRefusal.ChecksumWrong
            : refusal;
    }

    private static ProxyRefusal Split(ReadOnlyMemory<byte> bytes, List<ProxyProtocolTlv> values)
    {
        while (!bytes.IsEmpty)
        {
            if (bytes.Length < HeadLength)
            {
                return ProxyRefusal.TlvTruncated;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(bytes.Span[1..]);
            if (bytes.Length - HeadLength < length)
            {
                return ProxyRefusal.TlvTruncated;
            }

            values.Add(new ProxyProtocolTlv(bytes.Span[0], bytes.Slice(HeadLength, length)));
            bytes = bytes[(HeadLength + length)..];
        }

        return ProxyRefusal.None;
    }

    private ProxyRefusal Take(ProxyProtocolTlv value, int offset)
    {
        if (value.Type is Alpn or AuthorityName or Checksum or Unique or Ssl or Namespace && IsRepeated(All, value))
        {
            return ProxyRefusal.TlvRepeated;
        }

        switch (value.Type)
        {
            case Alpn:
                ApplicationProtocol = value.Value;
                break;
            case AuthorityName:
                Authority = Text(value.Value);
                break;
            case Checksum when value.Value.Length != sizeof(uint):
            case Unique when value.Value.Length > MaxUniqueId:
                return ProxyRefusal.TlvMalformed;
            case Checksum:
                ChecksumOffset = offset + HeadLength;
                break;
            case Unique:
                UniqueId = value.Value;
                break;
            case Ssl:
                return TakeSsl(value.Value);
            case Namespace:
                NetworkNamespace = Text(value.Value);
                break;
        }

        return ProxyRefusal.None;
    }

    private ProxyRefusal TakeSsl(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length < SslHeadLength)
        {
            return ProxyRefusal.TlvMalformed;
        }

        var values = new List<ProxyProtocolTlv>();
        var refusal = Split(bytes[SslHeadLength..], values);
        if (refusal != ProxyRefusal.None)
        {
            return refusal;
        }

        if (values.Any(value => value.Type is >= SslVersion and <= SslKeyAlgorithm && IsRepeated(values, value)))
        {
            return ProxyRefusal.TlvRepeated;
        }

        var client = bytes.Span[0];
        var verify = BinaryPrimitives.ReadUInt32BigEndian(bytes.Span[1..]);
        var hasCertificate = (client & (ClientCertificateOfConnection | ClientCertificateOfSession)) != 0;
        Tls = new ProxyProtocolTls
        {
            IsTls = (client & ClientSsl) != 0,
            HasClientCertificate = hasCertificate,
            IsClientCertificateOfConnection = (client & ClientCertificateOfConnection) != 0,

            // Senders give what OpenSSL says, which is 0 also where there was nothing to verify.
            IsClientCertificateVerified = hasCertificate && verify == 0,
            VerifyResult = verify,
            Version = TextOf(values, SslVersion),
            CommonName = TextOf(values, SslCommonName),
            Cipher = TextOf(values, SslCipher),
            SignatureAlgorithm = TextOf(values, SslSignatureAlgorithm),
            KeyAlgorithm = TextOf(values, SslKeyAlgorithm),
            Tlvs = values,
        };
        return ProxyRefusal.None;
    }

    // Two of a type: who reads the first would be told something else than who reads the last.
    private static bool IsRepeated(List<ProxyProtocolTlv> values, ProxyProtocolTlv value)
    {
        var count = 0;
        foreach (var other in values)
        {
            count += other.Type == value.Type ? 1 : 0;
        }

        return count > 1;
    }

    private static string? TextOf(List<ProxyProtocolTlv> values, byte type)
    {
        foreach (var value in values)
        {
            if (value.Type == type)
            {
                return Text(value.Value);
            }
        }

        return null;
    }

    // Not with replacement characters, which would make one name of several.
    private static string? Text(ReadOnlyMemory<byte> value) => Utf8.IsValid(value.Span) ? Encoding.UTF8.GetString(value.Span) : null;
}
