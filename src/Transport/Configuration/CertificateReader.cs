using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Transport.Tls;

namespace Aeronet.AspNetCore.Transport.Configuration;

/// <summary>
/// Loads what a certificate section names: a PEM or PKCS#12 file, or a certificate of the store. The keys are those of
/// Kestrel's certificate sections.
/// </summary>
internal static class CertificateReader
{
    private const string PathKey = "Path";
    private const string KeyPathKey = "KeyPath";
    private const string PasswordKey = "Password";
    private const string SubjectKey = "Subject";

    // ERROR_INVALID_PASSWORD, which the framework uses on every system.
    private const int WrongPassword = unchecked((int)0x80070056);

    /// <summary>Loads a certificate into a host's options; what is wrong is reported to <paramref name="section"/>.</summary>
    /// <param name="section">Says where the certificate is.</param>
    /// <param name="contentRoot">Where relative paths begin.</param>
    /// <param name="host">Gets the certificate and its intermediates.</param>
    /// <param name="origins">Gets where the certificate came from.</param>
    internal static void ReadInto(OptionSection section, string contentRoot, AeronetTlsHostOptions host, IDictionary<X509Certificate2, CertificateOrigin> origins)
    {
        var path = section.Text(PathKey);
        var keyPath = section.Text(KeyPathKey);
        var password = section.Text(PasswordKey);
        var subject = section.Text(SubjectKey);
        var store = section.Text("Store");
        var location = StoreLocation.CurrentUser;
        section.Read<StoreLocation>("Location", OptionParsers.TryParseName, OptionParsers.RemedyOf<StoreLocation>(), value => location = value);
        var allowInvalid = false;
        section.Read<bool>("AllowInvalid", bool.TryParse, OptionParsers.BoolRemedy, value => allowInvalid = value);
        section.RejectUnknown();
        if (section.IsEmpty || (path is null) == (subject is null))
        {
            section.Fail(path is null
                ? "names no certificate: set Path to a PEM or PKCS#12 file, or Subject to find one in the certificate store."
                : "has both Path and Subject: use Path for a file or Subject for the certificate store.");
            return;
        }

        var loaded = path is not null
            ? FromFile(section, Path.Combine(contentRoot, path), keyPath is null ? null : Path.Combine(contentRoot, keyPath), password)
            : FromStore(section, subject!, store ?? nameof(StoreName.My), location, allowInvalid);
        if (loaded is not null)
        {
            host.Certificates.Add(loaded.Leaf);
            host.Intermediates.AddRange(loaded.Intermediates);
            origins[loaded.Leaf] = new CertificateOrigin(section.Path, path is null ? SubjectKey : PathKey, path ?? subject!, allowInvalid);
        }
    }

    private static LoadedCertificate? FromFile(OptionSection section, string path, string? keyPath, string? password)
    {
        if (Files.TryRead(section, PathKey, path) is not { } bytes)
        {
            return null;
        }

        try
        {
            if (PemText.TryDecode(bytes) is { } pem)
            {
                return FromPem(section, path, pem, keyPath, password);
            }

            switch (X509Certificate2.GetCertContentType(bytes))
            {
                case X509ContentType.Pfx when keyPath is null:
                    return FromPkcs12(section, path, bytes, password);
                case X509ContentType.Pfx:
                    section.Fail(KeyPathKey, $"is '{keyPath}', and '{path}' is a PKCS#12 file, which holds its key: remove KeyPath.");
                    return null;
                case X509ContentType.Cert:
                    return FromPem(section, path, new PemText([X509CertificateLoader.LoadCertificate(bytes)], ""), keyPath, password);
                default:
                    section.Fail(PathKey, $"is '{path}', which is neither PEM nor PKCS#12 nor DER: convert it.");
                    return null;
            }
        }
        catch (CryptographicException e)
        {
            section.Fail(PathKey, $"is '{path}', which cannot be read as PEM, PKCS#12 or DER: {Files.Sentence(e.Message)}");
            return null;
        }
    }

    private static LoadedCertificate? FromPem(OptionSection section, string path, PemText pem, string? keyPath, string? password)
    {
        if (pem.Certificates.Count == 0)
        {
            section.Fail(PathKey, $"is '{path}', which holds no certificate: give it a PEM file with a CERTIFICATE block, the server's own first.");
            return null;
        }

        var keyText = pem.Text;
        if (keyPath is not null)
        {
            if (Files.TryRead(section, KeyPathKey, keyPath) is not { } bytes)
            {
                return null;
            }

            keyText = PemText.Decode(bytes);
        }

        var (key, holder) = keyPath is null ? (PathKey, path) : (KeyPathKey, keyPath);
        return PrivateKeys.TryJoin(pem.Certificates[0], keyText, password, section, key, holder) is { } leaf
            ? new LoadedCertificate(leaf, [.. pem.Certificates.Skip(1)])
            : null;
    }

    private static LoadedCertificate? FromPkcs12(OptionSection section, string path, byte[] bytes, string? password)
    {
        try
        {
            var all = X509CertificateLoader.LoadPkcs12Collection(bytes, password);
            if (all.FirstOrDefault(certificate => certificate.HasPrivateKey) is { } leaf)
            {
                return new LoadedCertificate(leaf, [.. all.Where(certificate => certificate != leaf)]);
            }

            section.Fail(PathKey, $"is '{path}', which holds no private key: export the certificate together with its key.");
        }
        catch (CryptographicException e) when (e.HResult != WrongPassword)
        {
            section.Fail(PathKey, $"is '{path}', which cannot be read as PKCS#12: {Files.Sentence(e.Message)}");
        }
        catch (CryptographicException)
        {
            section.Fail(PasswordKey, password is null
                ? $"is not set, and '{path}' has a password: set it."
                : $"is not the password of '{path}': correct it.");
        }

        return null;
    }

    private static LoadedCertificate? FromStore(OptionSection section, string subject, string store, StoreLocation location, bool allowInvalid)
    {
        try
        {
            if (StoredCertificates.Find(subject, store, location, allowInvalid) is { } found)
            {
                return new LoadedCertificate(found, StoredCertificates.Intermediates());
            }

            section.Fail(SubjectKey, $"is '{subject}', and the store {location}/{store} has no {(allowInvalid ? "" : "valid ")}certificate with such a subject and a private key: add one{(allowInvalid ? "." : ", or set AllowInvalid to true to take one that is not trusted or not current.")}");
        }
        catch (CryptographicException e)
        {
            section.Fail(SubjectKey, $"is '{subject}', and the store {location}/{store} cannot be opened: {Files.Sentence((e.InnerException ?? e).Message)}");
        }

        return null;
    }
}
