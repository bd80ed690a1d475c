using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Tls.Hosts;

/// <summary>Private keys that the framework has read, as the EVP_PKEYs that a context signs with.</summary>
internal static unsafe class FrameworkKeys
{
    private const byte UncompressedPoint = 4;

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
    // that OpenSSL gives back without wiping it (OSSL_PARAM_free(3) wipes what is on the secure heap alone).
    private static PrivateKeyHandle? TryCopy(ECDsaOpenSsl key)
    {
        ECParameters parameters;
        try
        {
            parameters = key.ExportParameters(includePrivateParameters: true);
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
        {
            // Of a provider that keeps it, as a hardware module does, or on a curve that only OpenSSL knows.
            return null;
        }

        fixed (byte* pinned = parameters.D)
        {
            try
            {
                return parameters.Curve.IsNamed && parameters.Curve.Oid.Value is { } curve
                    ? PrivateKeyHandle.TryMake(curve, parameters.D, [UncompressedPoint, .. parameters.Q.X!, .. parameters.Q.Y!])
                    : null;
            }
            finally
            {
                CryptographicOperations.ZeroMemory(parameters.D);
            }
        }
    }
}
