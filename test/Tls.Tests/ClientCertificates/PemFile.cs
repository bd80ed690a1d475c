using System.Security.Cryptography.X509Certificates;

namespace Aeronet.AspNetCore.Tls.Tests.ClientCertificates;

/// <summary>Certificates and the key of the first, in a file for openssl and curl.</summary>
internal sealed class PemFile : IDisposable
{
    public PemFile(X509Certificate2 certificate, params X509Certificate2[] chain)
    {
        var parts = chain.Select(link => link.ExportCertificatePem()).Prepend(certificate.ExportCertificatePem());
        if (certificate.GetECDsaPrivateKey() is { } key)
        {
            using (key)
                parts = parts.Append(key.ExportPkcs8PrivateKeyPem());
        }

        File.WriteAllText(Path, string.Join('\n', parts) + '\n');
    }

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"aeronet-{Guid.NewGuid():N}.pem");

    public void Dispose() => File.Delete(Path);
}
