using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Aeronet.AspNetCore.Transport.Configuration;

/// <summary>Puts a certificate and its private key together.</summary>
internal static class PrivateKeys
{
    private const string EncryptedLabel = "ENCRYPTED PRIVATE KEY";
    private const string Conversion = "convert it with 'openssl pkcs8 -topk8 -v2 aes-256-cbc'.";
    private static readonly string[] s_labels = [EncryptedLabel, "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"];

    /// <summary>Whether a text has a private key that opens without a password.</summary>
    internal static bool HasPlainKey(ReadOnlySpan<char> pem) => LabelsOf(pem).Any(label => label != EncryptedLabel);

    /// <summary>Of the certificates the one that belongs to the key, with it, and the others; null when there is none, which is reported.</summary>
    /// <param name="certificates">The server's certificate and others, in any order.</param>
    /// <param name="pem">The text that holds the key, among other things perhaps.</param>
    /// <param name="password">The password of an encrypted key.</param>
    /// <param name="section">Gets the report.</param>
    /// <param name="key">The key that names the text's file.</param>
    /// <param name="path">The text's file.</param>
    internal static LoadedCertificate? TryJoin(
        X509Certificate2Collection certificates, ReadOnlySpan<char> pem, string? password, OptionSection section, string key, string path)
    {
        var labels = LabelsOf(pem);
        if (Problem(pem, labels) is { } problem)
        {
            return Fail(problem);
        }

        if (certificates.All(certificate => KindOf(certificate) is null))
        {
            var algorithm = certificates[0].PublicKey.Oid;
            return Fail($"is for a certificate with a key of type {algorithm.FriendlyName ?? algorithm.Value}: use RSA or ECDSA.");
        }

        var encrypted = labels[0] == EncryptedLabel;
        if (encrypted && password is null)
        {
            section.Fail("Password", $"is not set, and the key in '{path}' is encrypted: set it.");
            return null;
        }

        using var imported = TryImport(pem, encrypted ? password : null);
        if (imported is null && encrypted)
        {
            section.Fail("Password", $"is not the password of '{path}': correct it.");
            return null;
        }

        var leaf = imported is null ? null : certificates.FirstOrDefault(certificate => Belongs(certificate, imported));
        return leaf is null
            ? Fail($"holds a private key that is not that of the certificate '{certificates[0].Subject}'{(certificates.Count > 1 ? " or of another beside it" : "")}: give it the key the certificate was made with.")
            : new LoadedCertificate(Join(leaf, imported!), [.. certificates.Where(certificate => certificate != leaf)]);

        LoadedCertificate? Fail(string what)
        {
            section.Fail(key, $"is '{path}', which {what}");
            return null;
        }
    }

    private static string? Problem(ReadOnlySpan<char> pem, List<string> labels)
    {
        // The headers of RFC 1421 make such a block invisible to the framework's reader, which follows RFC 7468.
        if (pem.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal))
        {
            return "has its key in OpenSSL's old encryption: convert it with 'openssl pkcs8 -topk8'.";
        }

        foreach (var label in s_labels)
        {
            if (PemText.HasMalformed(pem, label))
            {
                return $"has a {label} block that is malformed (RFC 7468): write the file again.";
            }
        }

        return labels.Count switch
        {
            0 => "holds no private key: set KeyPath to the PEM file that does.",
            > 1 => "holds several private keys: leave the one that belongs to the certificate.",
            _ when labels[0] == EncryptedLabel && KeyEncryption.Unreadable(ContentOf(pem)) is { } scheme => $"has its key encrypted by {scheme}, which the framework cannot read: {Conversion}",
            _ => null,
        };
    }

    // A wrong password fails for both kinds of keys, a right one for one of them.
    private static AsymmetricAlgorithm? TryImport(ReadOnlySpan<char> pem, string? password)
    {
        // Nothing but its block: the framework reads no key where there are several, and a public one beside it is one.
        var block = BlockOf(pem);
        foreach (var key in new AsymmetricAlgorithm[] { RSA.Create(), ECDsa.Create() })
        {
            try
            {
                if (password is not null)
                {
                    key.ImportFromEncryptedPem(block, password);
                }
                else
                {
                    key.ImportFromPem(block);
                }

                return key;
            }
            catch (Exception e) when (e is CryptographicException or ArgumentException)
            {
                key.Dispose();
            }
        }

        return null;
    }

    private static Type? KindOf(X509Certificate2 certificate)
    {
        using var ecdsa = certificate.GetECDsaPublicKey();
        using var rsa = certificate.GetRSAPublicKey();
        return ecdsa is not null ? typeof(ECDsa) : rsa is not null ? typeof(RSA) : null;
    }

    private static bool Belongs(X509Certificate2 certificate, AsymmetricAlgorithm key)
    {
        using AsymmetricAlgorithm? own = key is ECDsa ? certificate.GetECDsaPublicKey() : certificate.GetRSAPublicKey();
        return own is not null && own.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo());
    }

    private static X509Certificate2 Join(X509Certificate2 certificate, AsymmetricAlgorithm key) =>
        key is ECDsa ecdsa ? certificate.CopyWithPrivateKey(ecdsa) : certificate.CopyWithPrivateKey((RSA)key);

    private static List<string> LabelsOf(ReadOnlySpan<char> text)
    {
        var labels = new List<string>();
        while (PemEncoding.TryFind(text, out var fields))
        {
            var label = text[fields.Label].ToString();
            if (s_labels.Contains(label))
            {
                labels.Add(label);
            }

            text = text[fields.Location.End..];
        }

        return labels;
    }

    private static ReadOnlySpan<char> BlockOf(ReadOnlySpan<char> text)
    {
        while (PemEncoding.TryFind(text, out var fields))
        {
            if (s_labels.Contains(text[fields.Label].ToString()))
            {
                return text[fields.Location];
            }

            text = text[fields.Location.End..];
        }

        return [];
    }

    // Encrypted: nothing that had to be wiped.
    private static byte[] ContentOf(ReadOnlySpan<char> text)
    {
        while (PemEncoding.TryFind(text, out var fields))
        {
            if (text[fields.Label].SequenceEqual(EncryptedLabel))
            {
                var content = new byte[fields.DecodedDataLength];
                Convert.TryFromBase64Chars(text[fields.Base64Data], content, out _);
                return content;
            }

            text = text[fields.Location.End..];
        }

        return [];
    }
}
