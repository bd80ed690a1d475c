using System.Formats.Asn1;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>The parts of an ECDSA key on a named curve, where they stand in its DER form: nothing is copied.</summary>
internal readonly ref struct EcPrivateKey
{
    private const string EcPublicKey = "1.2.840.10045.2.1";

    /// <summary>The curve's object identifier, in dots.</summary>
    internal required string Curve { get; init; }

    /// <summary>The private number, its highest byte first.</summary>
    internal required ReadOnlySpan<byte> Number { get; init; }

    /// <summary>The public point (SEC 1, section 2.3.3).</summary>
    internal required ReadOnlySpan<byte> Point { get; init; }

    /// <summary>Finds them in PKCS#8 (RFC 5958) or SEC 1 (RFC 5915). False for other keys, and for one without its curve's name or its point.</summary>
    internal static bool TryFind(ReadOnlySpan<byte> der, out EcPrivateKey key)
    {
        key = default;
        try
        {
            var content = Sequence(der, out _);
            if (!AsnDecoder.TryReadInt32(content, AsnEncodingRules.BER, out var version, out var read))
            {
                return false;
            }

            content = content[read..];
            if (version == 1 && AsnDecoder.TryReadPrimitiveOctetString(content, AsnEncodingRules.BER, out _, out _))
            {
                return TryFind(der, curve: null, out key);
            }

            var algorithm = Sequence(content, out read);
            if (AsnDecoder.ReadObjectIdentifier(algorithm, AsnEncodingRules.BER, out var end) != EcPublicKey)
            {
                return false;
            }

            var curve = CurveOf(algorithm[end..]);
            return curve is not null
                && AsnDecoder.TryReadPrimitiveOctetString(content[read..], AsnEncodingRules.BER, out var inner, out _)
                && TryFind(inner, curve, out key);
        }
        catch (AsnContentException)
        {
            // OpenSSL has the last word on it.
            return false;
        }
    }

    private static bool TryFind(ReadOnlySpan<byte> der, string? curve, out EcPrivateKey key)
    {
        key = default;
        var rest = Sequence(der, out _);
        _ = AsnDecoder.TryReadInt32(rest, AsnEncodingRules.BER, out _, out var read);
        rest = rest[read..];
        if (!AsnDecoder.TryReadPrimitiveOctetString(rest, AsnEncodingRules.BER, out var number, out read))
        {
            return false;
        }

        ReadOnlySpan<byte> point = default;
        for (rest = rest[read..]; !rest.IsEmpty; rest = rest[read..])
        {
            var tag = Asn1Tag.Decode(rest, out _);
            if (tag.TagClass != TagClass.ContextSpecific)
            {
                return false;
            }

            var field = Sequence(rest, out read, tag);
            switch (tag.TagValue)
            {
                case 0:
                    curve ??= CurveOf(field);
                    break;
                case 1 when AsnDecoder.TryReadPrimitiveBitString(field, AsnEncodingRules.BER, out _, out var bits, out _):
                    point = bits;
                    break;
                default:
                    break;
            }
        }

        if (curve is null || point.IsEmpty)
        {
            return false;
        }

        key = new EcPrivateKey { Curve = curve, Number = number, Point = point };
        return true;
    }

    private static string? CurveOf(ReadOnlySpan<byte> parameters) =>
        !parameters.IsEmpty && Asn1Tag.Decode(parameters, out _).HasSameClassAndValue(Asn1Tag.ObjectIdentifier)
            ? AsnDecoder.ReadObjectIdentifier(parameters, AsnEncodingRules.BER, out _)
            : null;

    private static ReadOnlySpan<byte> Sequence(ReadOnlySpan<byte> bytes, out int read, Asn1Tag? tag = null)
    {
        AsnDecoder.ReadSequence(bytes, AsnEncodingRules.BER, out var start, out var length, out read, tag);
        return bytes.Slice(start, length);
    }
}
