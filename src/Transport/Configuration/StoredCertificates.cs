using System.Security.Cryptography.X509Certificates;

namespace Aeronet.AspNetCore.Transport.Configuration;

/// <summary>Finds certificates in the certificate store, as Kestrel does.</summary>
internal static class StoredCertificates
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>
    /// Of the certificates with a private key whose subject contains a text and that are good for servers, the one that
    /// expires last; null when there is none.
    /// </summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The store cannot be opened.</exception>
    internal static X509Certificate2? Find(string subject, string storeName, StoreLocation location, bool allowInvalid)
    {
        using var store = new X509Store(storeName, location);
        store.Open(OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
        return store.Certificates
            .Find(X509FindType.FindBySubjectName, subject, validOnly: !allowInvalid)
            .Where(certificate => certificate.HasPrivateKey && IsForServers(certificate))
            .MaxBy(certificate => certificate.NotAfter);
    }

    /// <summary>The intermediate authorities the user has; OpenSSL is given those that belong to a chain.</summary>
    internal static X509Certificate2Collection Intermediates()
    {
        using var store = new X509Store(StoreName.CertificateAuthority, StoreLocation.CurrentUser);
        store.Open(OpenFlags.ReadOnly);
        return store.Certificates;
    }

    // A certificate that says nothing of its usage is good for any (RFC 5280, section 4.2.1.12).
    private static bool IsForServers(X509Certificate2 certificate)
    {
        var usages = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().ToArray();
        return usages.Length == 0 || usages.Any(usage => usage.EnhancedKeyUsages.Cast<System.Security.Cryptography.Oid>().Any(oid => oid.Value == ServerAuthentication));
    }
}
