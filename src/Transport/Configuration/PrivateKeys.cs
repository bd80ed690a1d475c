using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Configuration;

/// <summary>Puts a certificate and its private key together.</summary>
internal static class PrivateKeys
{
    private const string EncryptedLabel = "ENCRYPTED PRIVATE KEY";
    private const string Conversion = "convert it with 'openssl pkcs8 -topk8 -v2 aes-256-cbc'.";

    // Ed25519 and Ed448 (RFC 8410), and RSA keys that are for PSS alone (RFC 4055, section 1.2).
    private static readonly string[] s_openSsls = ["1.3.101.112", "1.3.101.113", "1.2.840.113549.1.1.10"];
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

        if (certificates.All(certificate => KindOf(certificate) == KeyKind.Unknown))
        {
            var algorithm = certificates[0].PublicKey.Oid;
            return Fail($"is for a certificate with a key of type {algorithm.FriendlyName ?? algorithm.Value}: use RSA, ECDSA or Ed25519.");
        }

        var encrypted = labels[0] == EncryptedLabel;
        if (encrypted && password is null)
        {
            section.Fail("Password", $"is not set, and the key in '{path}' is encrypted: set it.");
            return null;
        }

        var (joined, opened) = TryJoin(certificates, pem, encrypted ? password : null);
        if (joined is not null)
        {
            return joined;
        }

        if (!opened && encrypted)
        {
            section.Fail("Password", $"is not the password of '{path}': correct it.");
            return null;
        }

        return Fail($"holds a private key that is not that of the certificate '{certificates[0].Subject}'{(certificates.Count > 1 ? " or of another beside it" : "")}: give it the key the certificate was made with.");

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
            _ when labels[0] == EncryptedLabel && KeyEncryption.Unreadable(ContentOf(pem, [EncryptedLabel])) is { } scheme => $"has its key encrypted by {scheme}, which the framework cannot read: {Conversion}",
            _ => null,
        };
    }

    // Whether the key could be read, and what it belongs to. By OpenSSL where it is there: the framework leaves copies in memory that nobody wipes.
    private static (LoadedCertificate? Joined, bool Opened) TryJoin(X509Certificate2Collection certificates, ReadOnlySpan<char> pem, string? password)
    {
        if (OpenSslLibrary.Problem is null && TryRead(pem, password) is { } key)
        {
            if (certificates.FirstOrDefault(certificate => Belongs(certificate, key)) is { } leaf)
            {
                return (new LoadedCertificate(Join(leaf, key), Without(leaf), key), true);
            }

            // Nor would the framework's copy of it fit.
            key.Dispose();
            return (null, true);
        }

        using var imported = TryImport(pem, password);
        if (imported is not null && certificates.FirstOrDefault(certificate => Belongs(certificate, imported)) is { } other)
        {
            return (new LoadedCertificate(Join(other, imported), Without(other)), true);
        }

        return (null, imported is not null);

        X509Certificate2Collection Without(X509Certificate2 own) => [.. certificates.Where(certificate => certificate != own)];
    }

    private static PrivateKeyHandle? TryRead(ReadOnlySpan<char> pem, string? password)
    {
        var der = ContentOf(pem, s_labels);
        try
        {
            return PrivateKeyHandle.TryRead(der, password);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
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
            catch (Exception e) when (e is CryptographicException or ArgumentException or PlatformNotSupportedException)
            {
                key.Dispose();
            }
        }

        return null;
    }

    private static KeyKind KindOf(X509Certificate2 certificate)
    {
        using var ecdsa = PublicKeyOf(certificate, static each => each.GetECDsaPublicKey());
        using var rsa = PublicKeyOf(certificate, static each => each.GetRSAPublicKey());
        return ecdsa is not null || rsa is not null ? KeyKind.Framework
            : s_openSsls.Contains(certificate.GetKeyAlgorithm()) ? KeyKind.OpenSsl
            : KeyKind.Unknown;
    }

    // Null also where there is one that no key can belong to: a point that is not on its curve, or a curve that nobody knows.
    private static AsymmetricAlgorithm? PublicKeyOf(X509Certificate2 certificate, Func<X509Certificate2, AsymmetricAlgorithm?> read)
    {
        try
        {
            return read(certificate);
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
        {
            return null;
        }
    }

    private static bool Belongs(X509Certificate2 certificate, AsymmetricAlgorithm key)
    {
        using var own = PublicKeyOf(certificate, key is ECDsa ? static each => each.GetECDsaPublicKey() : static each => each.GetRSAPublicKey());
        return own is not null && own.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo());
    }

    private static bool Belongs(X509Certificate2 certificate, PrivateKeyHandle key)
    {
        using var parsed = X509Handle.Of(certificate);
        return key.Fits(parsed);
    }

    private static X509Certificate2 Join(X509Certificate2 certificate, AsymmetricAlgorithm key) =>
        key is ECDsa ecdsa ? certificate.CopyWithPrivateKey(ecdsa) : certificate.CopyWithPrivateKey((RSA)key);

    // With its key, where the framework has a type for it.
    private static X509Certificate2 Join(X509Certificate2 certificate, PrivateKeyHandle key)
    {
        if (OperatingSystem.IsWindows() || KindOf(certificate) != KeyKind.Framework)
        {
            return certificate;
        }

        using var shared = new SafeEvpPKeyHandle(key.Pointer, ownsHandle: false);
        using var ecdsa = certificate.GetECDsaPublicKey();
        using AsymmetricAlgorithm counted = ecdsa is null ? new RSAOpenSsl(shared) : new ECDsaOpenSsl(shared);
        return Join(certificate, counted);
    }

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

    // Pinned: who reads a key wipes it.
    private static byte[] ContentOf(ReadOnlySpan<char> text, string[] labels)
    {
        while (PemEncoding.TryFind(text, out var fields))
        {
            if (labels.Contains(text[fields.Label].ToString()))
            {
                var content = GC.AllocateUninitializedArray<byte>(fields.DecodedDataLength, pinned: true);
                Convert.TryFromBase64Chars(text[fields.Base64Data], content, out _);
                return content;
            }

            text = text[fields.Location.End..];
        }

        return [];
    }

    private enum KeyKind
    {
        Unknown,
        Framework,
        OpenSsl,
    }
}
