using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Microsoft.Extensions.Configuration;

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
    /// <param name="settings">Get where the certificate came from, and whether everybody can read its key.</param>
    internal static void ReadInto(OptionSection section, string contentRoot, AeronetTlsHostOptions host, TlsSettings settings)
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
            ? FromFile(section, Path.Combine(contentRoot, path), keyPath is null ? null : Path.Combine(contentRoot, keyPath), password, settings)
            : FromStore(section, subject!, store ?? nameof(StoreName.My), location, allowInvalid);
        if (loaded is not null)
        {
            host.Certificates.Add(loaded.Leaf);
            host.Intermediates.AddRange(loaded.Intermediates);
            if (loaded.Key is not null)
            {
                settings.Keys[loaded.Leaf] = loaded.Key;
            }

            settings.Origins[loaded.Leaf] = new CertificateOrigin(section.Path, path is null ? SubjectKey : PathKey, path ?? subject!, allowInvalid);
        }
    }

    /// <summary>As <see cref="ReadInto"/>, of a certificate that Kestrel has loaded by a section of its own.</summary>
    internal static void NoteKeyFile(IConfigurationSection section, string contentRoot, TlsSettings settings)
    {
        if (string.IsNullOrEmpty(section[PasswordKey]) && (section[KeyPathKey] ?? section[PathKey]) is { Length: > 0 } path)
        {
            NoteKeyFile(Path.Combine(contentRoot, path), settings);
        }
    }

    // Its key needs no password.
    private static void NoteKeyFile(string path, TlsSettings settings)
    {
        if (Files.IsReadableByAll(path))
        {
            settings.ExposedKeyFiles.Add(path);
        }
    }

    private static LoadedCertificate? FromFile(OptionSection section, string path, string? keyPath, string? password, TlsSettings settings)
    {
        if (Files.TryRead(section, PathKey, path, settings.Files) is not { } bytes)
        {
            return null;
        }

        try
        {
            using var pem = PemText.TryDecode(bytes);
            if (pem is not null)
            {
                return FromPem(section, path, pem, keyPath, password, settings);
            }

            switch (X509Certificate2.GetCertContentType(bytes))
            {
                case X509ContentType.Pfx when keyPath is null:
                    return FromPkcs12(section, path, bytes, password, settings);
                case X509ContentType.Pfx:
                    section.Fail(KeyPathKey, $"is '{keyPath}', and '{path}' is a PKCS#12 file, which holds its key: remove KeyPath.");
                    return null;
                case X509ContentType.Cert:
                    return FromPem(section, path, PemText.Of(X509CertificateLoader.LoadCertificate(bytes)), keyPath, password, settings);
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
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static LoadedCertificate? FromPem(OptionSection section, string path, PemText pem, string? keyPath, string? password, TlsSettings settings)
    {
        if (pem.Certificates.Count == 0)
        {
            section.Fail(PathKey, $"is '{path}', which holds no certificate: give it a PEM file with a CERTIFICATE block.");
            return null;
        }

        using var keyFile = keyPath is null ? null : ReadKey(section, keyPath, settings.Files);
        if (keyPath is not null && keyFile is null)
        {
            return null;
        }

        var keyText = (keyFile ?? pem).Text;
        var (key, holder) = keyPath is null ? (PathKey, path) : (KeyPathKey, keyPath);
        var loaded = PrivateKeys.TryJoin(pem.Certificates, keyText, password, section, key, holder);
        if (loaded is not null && PrivateKeys.HasPlainKey(keyText))
        {
            NoteKeyFile(holder, settings);
        }

        return loaded;
    }

    private static PemText? ReadKey(OptionSection section, string path, ReadFiles files)
    {
        if (Files.TryRead(section, KeyPathKey, path, files) is not { } bytes)
        {
            return null;
        }

        try
        {
            return PemText.Decode(bytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static LoadedCertificate? FromPkcs12(OptionSection section, string path, byte[] bytes, string? password, TlsSettings settings)
    {
        try
        {
            var all = X509CertificateLoader.LoadPkcs12Collection(bytes, password);
            if (all.FirstOrDefault(certificate => certificate.HasPrivateKey) is { } leaf)
            {
                if (string.IsNullOrEmpty(password))
                {
                    NoteKeyFile(path, settings);
                }

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
