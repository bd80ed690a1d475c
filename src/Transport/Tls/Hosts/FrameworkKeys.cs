using System.Formats.Asn1;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Tls.Hosts;

/// <summary>Private keys that the framework has read, as the EVP_PKEYs that a context signs with.</summary>
internal static unsafe class FrameworkKeys
{
    private const byte Sequence = 0x30;
    private const byte Integer = 0x02;
    private const byte OctetString = 0x04;
    private const byte LongLength = 0x81;

    /// <summary>The key of a certificate; null where it has none of RSA or ECDSA.</summary>
    internal static SafeHandle? Of(X509Certificate2 certificate)
    {
        using AsymmetricAlgorithm? key = (AsymmetricAlgorithm?)certificate.GetECDsaPrivateKey() ?? certificate.GetRSAPrivateKey();
        return key switch
        {
            // An EVP_PKEY of the same libcrypto; a duplicate is a counted reference.
            RSAOpenSsl rsa => rsa.DuplicateKeyHandle(),
            ECDsaOpenSsl ecdsa => (SafeHandle?)TryCopy(ecdsa) ?? ecdsa.DuplicateKeyHandle(),
            _ => null,
        };
    }

    // Its ECDSA keys are of OpenSSL's old kind. At its first use such a one is written down for the provider that signs, in memory
    // that OpenSSL gives back without wiping it (OSSL_PARAM_free(3) wipes what is on the secure heap alone). One that OpenSSL has
    // read itself is the provider's from the start.
    private static PrivateKeyHandle? TryCopy(ECDsaOpenSsl key)
    {
        ECParameters parameters;
        try
        {
            parameters = key.ExportParameters(includePrivateParameters: true);
        }
        catch (CryptographicException)
        {
            // Of a provider that keeps it, as a hardware module does.
            return null;
        }

        fixed (byte* pinned = parameters.D)
        {
            try
            {
                return parameters.Curve.IsNamed && parameters.Curve.Oid.Value is { } curve ? TryRead(parameters, curve) : null;
            }
            finally
            {
                CryptographicOperations.ZeroMemory(parameters.D);
            }
        }
    }

    private static PrivateKeyHandle? TryRead(in ECParameters parameters, string curve)
    {
        var rest = Public(parameters, curve);
        var length = 3 + 2 + parameters.D!.Length + rest.Length;
        if (length > byte.MaxValue)
        {
            return null;
        }

        // ECPrivateKey (RFC 5915, section 3).
        var der = GC.AllocateArray<byte>(3 + length, pinned: true);
        try
        {
            ((ReadOnlySpan<byte>)[Sequence, LongLength, (byte)length, Integer, 1, 1, OctetString, (byte)parameters.D.Length]).CopyTo(der);
            parameters.D.CopyTo(der, 8);
            rest.CopyTo(der, 8 + parameters.D.Length);
            return PrivateKeyHandle.TryRead(der, password: null);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
    }

    // Its last fields, the curve and the public point.
    private static byte[] Public(in ECParameters parameters, string curve)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            writer.WriteObjectIdentifier(curve);

        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 1)))
            writer.WriteBitString([4, .. parameters.Q.X!, .. parameters.Q.Y!]);

        return writer.Encode();
    }
}
