using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Aeronet.AspNetCore.Fuzz.Targets;

/// <summary>An authority and a certificate of it, made anew in each process: what it signs is made of an input's parts, and is not the input.</summary>
internal static class Signer
{
    private const string EcdsaWithSha256 = "1.2.840.10045.4.3.2";
    private const string Sha1 = "1.3.14.3.2.26";
    private const string BasicResponse = "1.3.6.1.5.5.7.48.1.1";

    private static readonly ECDsa s_key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>The time at which everything is judged.</summary>
    internal static DateTimeOffset Now { get; } = new(2026, 6, 15, 12, 0, 0, TimeSpan.Zero);

    internal static X509Certificate2 Authority { get; } = MakeAuthority();

    internal static X509Certificate2 Leaf { get; } = MakeLeaf();

    /// <summary>An OCSP response (RFC 6960, section 4.2.1).</summary>
    /// <param name="status">0 good, 1 revoked, 2 unknown; the context-specific tag of its status.</param>
    /// <param name="thisUpdate">The bytes of a GeneralizedTime.</param>
    /// <param name="nextUpdate">The same; empty for none.</param>
    /// <param name="isOfLeaf">Whether it is of that certificate.</param>
    internal static byte[] Respond(int status, ReadOnlySpan<byte> thisUpdate, ReadOnlySpan<byte> nextUpdate, bool isOfLeaf)
    {
        var data = new AsnWriter(AsnEncodingRules.DER);
        using (data.PushSequence())
        {
            using (data.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 1)))
                data.WriteEncodedValue(Authority.SubjectName.RawData);

            data.WriteGeneralizedTime(Now.AddHours(-2), omitFractionalSeconds: true);
            using (data.PushSequence())
            using (data.PushSequence())
            {
                WriteCertificateId(data, isOfLeaf);
                WriteStatus(data, status);
                WriteTime(data, thisUpdate);
                if (!nextUpdate.IsEmpty)
                {
                    using (data.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
                        WriteTime(data, nextUpdate);
                }
            }
        }

        var response = new AsnWriter(AsnEncodingRules.DER);
        using (response.PushSequence())
        {
            response.WriteEncodedValue([0x0A, 1, 0]);
            using (response.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            using (response.PushSequence())
            {
                response.WriteObjectIdentifier(BasicResponse);
                response.WriteOctetString(Sign(data.Encode()));
            }
        }

        return response.Encode();
    }

    /// <summary>A revocation list (RFC 5280, section 5.1).</summary>
    /// <param name="thisUpdate">A time with its tag.</param>
    /// <param name="nextUpdate">The same; empty for none.</param>
    /// <param name="serial">The number of a certificate that is revoked.</param>
    internal static byte[] Revoke(ReadOnlySpan<byte> thisUpdate, ReadOnlySpan<byte> nextUpdate, ReadOnlySpan<byte> serial)
    {
        var list = new AsnWriter(AsnEncodingRules.DER);
        using (list.PushSequence())
        {
            list.WriteInteger(1);
            WriteAlgorithm(list);
            list.WriteEncodedValue(Authority.SubjectName.RawData);
            WriteTime(list, thisUpdate);
            if (!nextUpdate.IsEmpty)
                WriteTime(list, nextUpdate);

            using (list.PushSequence())
            using (list.PushSequence())
            {
                list.WriteInteger(new BigInteger(serial, isUnsigned: true));
                list.WriteUtcTime(Now.AddDays(-3));
            }
        }

        return Sign(list.Encode());
    }

    private static byte[] Sign(byte[] data)
    {
        var signed = new AsnWriter(AsnEncodingRules.DER);
        using (signed.PushSequence())
        {
            signed.WriteEncodedValue(data);
            WriteAlgorithm(signed);
            signed.WriteBitString(s_key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        }

        return signed.Encode();
    }

    private static void WriteAlgorithm(AsnWriter writer)
    {
        using (writer.PushSequence())
            writer.WriteObjectIdentifier(EcdsaWithSha256);
    }

    private static void WriteCertificateId(AsnWriter writer, bool isOfLeaf)
    {
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(Sha1);
                writer.WriteNull();
            }

            writer.WriteOctetString(Hash(Authority.SubjectName.RawData));
            writer.WriteOctetString(Hash(Authority.PublicKey.EncodedKeyValue.RawData));
            writer.WriteInteger(isOfLeaf ? new BigInteger(Leaf.SerialNumberBytes.Span, isBigEndian: true) : 4711);
        }
    }

    private static void WriteStatus(AsnWriter writer, int status)
    {
        if (status != 1)
        {
            writer.WriteNull(new Asn1Tag(TagClass.ContextSpecific, status));
            return;
        }

        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 1)))
            writer.WriteGeneralizedTime(Now.AddDays(-1), omitFractionalSeconds: true);
    }

    // Whatever the bytes are: the length is right, and no more.
    private static void WriteTime(AsnWriter writer, ReadOnlySpan<byte> time)
    {
        time = time[..Math.Min(time.Length, 100)];
        writer.WriteEncodedValue([0x18, (byte)time.Length, .. time]);
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "Every responder is asked by it.")]
    private static byte[] Hash(byte[] bytes) => SHA1.HashData(bytes);

    private static X509Certificate2 MakeAuthority()
    {
        var request = new CertificateRequest("CN=Authority", s_key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign | X509KeyUsageFlags.DigitalSignature, true));
        return request.CreateSelfSigned(Now.AddYears(-5), Now.AddYears(20));
    }

    private static X509Certificate2 MakeLeaf()
    {
        var request = new CertificateRequest("CN=leaf", s_key, HashAlgorithmName.SHA256);
        return request.Create(Authority, Now.AddYears(-1), Now.AddYears(10), [1, 2, 3, 4]);
    }
}
