using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Transport.Tls.Policies;

namespace Aeronet.AspNetCore.Transport.Configuration;

/// <summary>Loads the files that say which client certificates are good.</summary>
internal static class TrustFiles
{
    private const string RevocationListLabel = "X509 CRL";

    /// <summary>Loads the certificates in PEM or DER files.</summary>
    internal static void ReadAuthorities(OptionSection section, string key, string contentRoot, X509Certificate2Collection authorities, ReadFiles files)
    {
        foreach (var (name, text) in section.Texts(key) ?? [])
        {
            var path = Path.Combine(contentRoot, text);
            if (Files.TryRead(section, name, path, files) is not { } bytes)
            {
                continue;
            }

            try
            {
                using var pem = PemText.TryDecode(bytes);
                if (pem is { HasTrustSettings: true })
                {
                    // They may say that it is trusted for nothing.
                    section.Fail(name, $"is '{path}', where OpenSSL's trust settings follow a certificate, which would be ignored: leave out what is not to be trusted, and the settings ('openssl x509 -in FILE' writes a certificate without).");
                    continue;
                }

                var found = pem?.Certificates ?? [X509CertificateLoader.LoadCertificate(bytes)];
                authorities.AddRange(found);
                if (found.Count == 0)
                {
                    section.Fail(name, $"is '{path}', which holds no certificate: give it a PEM file with CERTIFICATE blocks.");
                }
            }
            catch (CryptographicException e)
            {
                section.Fail(name, $"is '{path}', which cannot be read as certificates: {Files.Sentence(e.Message)}");
            }
        }
    }

    /// <summary>Loads the revocation lists in PEM or DER files.</summary>
    internal static void ReadRevocationLists(OptionSection section, string key, string contentRoot, IList<byte[]> lists, ReadFiles files)
    {
        foreach (var (name, text) in section.Texts(key) ?? [])
        {
            var path = Path.Combine(contentRoot, text);
            if (Files.TryRead(section, name, path, files) is not { } bytes)
            {
                continue;
            }

            byte[][] found;
            try
            {
                using var pem = PemText.TryDecode(bytes);
                found = pem is null ? [bytes] : [.. pem.Blocks(RevocationListLabel)];
            }
            catch (CryptographicException e)
            {
                section.Fail(name, $"is '{path}', which cannot be read as revocation lists: {Files.Sentence(e.Message)}");
                continue;
            }

            if (found.Length == 0 || !found.All(IsSequence))
            {
                section.Fail(name, $"is '{path}', which holds no revocation list: give it a PEM file with {RevocationListLabel} blocks, or a DER file.");
                continue;
            }

            foreach (var list in found)
            {
                lists.Add(list);
            }
        }
    }

    // A first look; OpenSSL reads it in earnest when the endpoint is set up.
    private static bool IsSequence(byte[] der) =>
        DerValue.LengthOfFirst(der, AsnEncodingRules.DER, out var tag) is > 0 and var length && tag == Asn1Tag.Sequence && length == der.Length;
}
