using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Aeronet.AspNetCore.Transport.Configuration;

/// <summary>Puts a certificate and its private key together.</summary>
internal static class PrivateKeys
{
    private const string EncryptedLabel = "ENCRYPTED PRIVATE KEY";
    private static readonly string[] s_plainLabels = ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"];

    /// <summary>The certificate with its key; null when they cannot be joined, which is reported.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="pem">The text that holds the key, among other things perhaps.</param>
    /// <param name="password">The password of an encrypted key.</param>
    /// <param name="section">Gets the report.</param>
    /// <param name="key">The key that names the text's file.</param>
    /// <param name="path">The text's file.</param>
    internal static X509Certificate2? TryJoin(X509Certificate2 certificate, string pem, string? password, OptionSection section, string key, string path)
    {
        // The headers of RFC 1421 make such a block invisible to the framework's reader, which follows RFC 7468.
        if (pem.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal))
        {
            return Fail("has its key in OpenSSL's old encryption: convert it with 'openssl pkcs8 -topk8'.");
        }

        var labels = LabelsOf(pem);
        if (labels.Count == 0)
        {
            return Fail("holds no private key: set KeyPath to the PEM file that does.");
        }

        if (labels.Count > 1)
        {
            return Fail("holds several private keys: leave the one that belongs to the certificate.");
        }

        using var ecdsa = certificate.GetECDsaPublicKey();
        using var rsa = certificate.GetRSAPublicKey();
        if (ecdsa is null && rsa is null)
        {
            return Fail($"is for a certificate with a key of type {certificate.PublicKey.Oid.FriendlyName ?? certificate.PublicKey.Oid.Value}: use RSA or ECDSA.");
        }

        // The password is tried on its own: what fails afterwards is about the key.
        var encrypted = labels[0] == EncryptedLabel;
        if (encrypted && (password is null || !Opens(pem, password)))
        {
            section.Fail("Password", password is null
                ? $"is not set, and the key in '{path}' is encrypted: set it."
                : $"is not the password of '{path}': correct it.");
            return null;
        }

        try
        {
            return Join(certificate, ecdsa is not null ? ECDsa.Create() : RSA.Create(), pem, encrypted ? password : null);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return Fail($"holds a private key that is not that of the certificate '{certificate.Subject}': give it the key the certificate was made with.");
        }

        X509Certificate2? Fail(string problem)
        {
            section.Fail(key, $"is '{path}', which {problem}");
            return null;
        }
    }

    private static X509Certificate2 Join(X509Certificate2 certificate, AsymmetricAlgorithm key, string pem, string? password)
    {
        using (key)
        {
            if (password is not null)
            {
                key.ImportFromEncryptedPem(pem, password);
            }
            else
            {
                key.ImportFromPem(pem);
            }

            return key is ECDsa ecdsa ? certificate.CopyWithPrivateKey(ecdsa) : certificate.CopyWithPrivateKey((RSA)key);
        }
    }

    // A wrong password fails for both kinds of keys, a right one for one of them.
    private static bool Opens(string pem, string password) => CanImport(RSA.Create(), pem, password) || CanImport(ECDsa.Create(), pem, password);

    private static bool CanImport(AsymmetricAlgorithm key, string pem, string password)
    {
        using (key)
        {
            try
            {
                key.ImportFromEncryptedPem(pem, password);
                return true;
            }
            catch (CryptographicException)
            {
                return false;
            }
        }
    }

    private static List<string> LabelsOf(string pem)
    {
        var labels = new List<string>();
        var text = pem.AsSpan();
        while (PemEncoding.TryFind(text, out var fields))
        {
            var label = text[fields.Label].ToString();
            if (label == EncryptedLabel || s_plainLabels.Contains(label))
            {
                labels.Add(label);
            }

            text = text[fields.Location.End..];
        }

        return labels;
    }
}
