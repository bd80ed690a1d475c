using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Aeronet.Testing;

/// <summary>Makes OCSP responses (RFC 6960, section 4.2.1) that <c>openssl ocsp</c> would not: of any time, by any signer.</summary>
public static class OcspResponses
{
    /// <summary>The hash that issuers are named by in requests.</summary>
    public const string Sha1 = "1.3.14.3.2.26";
    /// <summary>Another one.</summary>
    public const string Sha256 = "2.16.840.1.101.3.4.2.1";

    private const string BasicResponse = "1.3.6.1.5.5.7.48.1.1";
    private const string EcdsaWithSha256 = "1.2.840.10045.4.3.2";

    /// <summary>The responder will not now (tryLater).</summary>
    public static ReadOnlySpan<byte> TryLater => [0x30, 3, 0x0A, 1, 3];

    /// <summary>Makes one.</summary>
    /// <param name="issuer">Whose certificate it is.</param>
    /// <param name="certificate">The certificate.</param>
    /// <param name="thisUpdate">When it is known to be so.</param>
    /// <param name="nextUpdate">Until when; null for no word of that.</param>
    /// <param name="status">0 for good, 1 for revoked, 2 for unknown.</param>
    /// <param name="signer">Who signs; null for the issuer. Its certificate is part of the response.</param>
    /// <param name="digest">By which the issuer is named.</param>
    public static byte[] Make(
        X509Certificate2 issuer, X509Certificate2 certificate, DateTimeOffset thisUpdate, DateTimeOffset? nextUpdate, int status = 0, X509Certificate2? signer = null, string digest = Sha1)
    {
        ArgumentNullException.ThrowIfNull(issuer);
        ArgumentNullException.ThrowIfNull(certificate);
        signer ??= issuer;
        var data = MakeData(issuer, certificate, thisUpdate, nextUpdate, status, signer, digest);
        using var key = signer.GetECDsaPrivateKey()!;
        var basic = new AsnWriter(AsnEncodingRules.DER);
        using (basic.PushSequence())
        {
            basic.WriteEncodedValue(data);
            using (basic.PushSequence())
                basic.WriteObjectIdentifier(EcdsaWithSha256);

            basic.WriteBitString(key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
            using (basic.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            using (basic.PushSequence())
                basic.WriteEncodedValue(signer.RawData);
        }

        var response = new AsnWriter(AsnEncodingRules.DER);
        using (response.PushSequence())
        {
            response.WriteEnumeratedValue(Status.Successful);
            using (response.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            using (response.PushSequence())
            {
                response.WriteObjectIdentifier(BasicResponse);
                response.WriteOctetString(basic.Encode());
            }
        }

        return response.Encode();
    }

    private static byte[] MakeData(X509Certificate2 issuer, X509Certificate2 certificate, DateTimeOffset thisUpdate, DateTimeOffset? nextUpdate, int status, X509Certificate2 signer, string digest)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 1)))
                writer.WriteEncodedValue(signer.SubjectName.RawData);

            writer.WriteGeneralizedTime(thisUpdate, omitFractionalSeconds: true);
            using (writer.PushSequence())
            using (writer.PushSequence())
            {
                WriteId(writer, issuer, certificate, digest);
                WriteStatus(writer, thisUpdate, status);
                writer.WriteGeneralizedTime(thisUpdate, omitFractionalSeconds: true);
                if (nextUpdate is { } end)
                {
                    using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
                        writer.WriteGeneralizedTime(end, omitFractionalSeconds: true);
                }
            }
        }

        return writer.Encode();
    }

    private static void WriteId(AsnWriter writer, X509Certificate2 issuer, X509Certificate2 certificate, string digest)
    {
        Func<byte[], byte[]> hash = digest == Sha1 ? SHA1.HashData : SHA256.HashData;
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(digest);
                writer.WriteNull();
            }

            writer.WriteOctetString(hash(issuer.SubjectName.RawData));
            writer.WriteOctetString(hash(issuer.PublicKey.EncodedKeyValue.RawData));
            writer.WriteInteger(certificate.SerialNumberBytes.Span);
        }
    }

    private static void WriteStatus(AsnWriter writer, DateTimeOffset at, int status)
    {
        var tag = new Asn1Tag(TagClass.ContextSpecific, status);
        if (status != 1)
        {
            writer.WriteNull(tag);
            return;
        }

        using (writer.PushSequence(tag))
            writer.WriteGeneralizedTime(at, omitFractionalSeconds: true);
    }

    private enum Status
    {
        Successful = 0,
    }
}
