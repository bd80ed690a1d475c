using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Aeronet.AspNetCore.Tls.Tests.Support;

/// <summary>A directory of certificate files that is gone after the test.</summary>
internal sealed class TempFiles : IDisposable
{
    public const string Password = "correct horse";

    public string Root { get; } = Directory.CreateTempSubdirectory("aeronet-tls-").FullName;

    public string this[string name] => Path.Combine(Root, name);

    public string Write(string name, string text)
    {
        File.WriteAllText(this[name], text);
        return this[name];
    }

    public string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(this[name], bytes);
        return this[name];
    }

    /// <summary>A certificate without its key.</summary>
    public string WriteCertificate(string name, params X509Certificate2[] certificates)
        => Write(name, string.Concat(certificates.Select(c => c.ExportCertificatePem() + "\n")));

    public string WriteKey(string name, X509Certificate2 certificate) => Write(name, PlainKey(certificate));

    public string WriteEncryptedKey(string name, X509Certificate2 certificate) => Write(name, EncryptedKey(certificate));

    public string WritePkcs12(string name, string? password, params X509Certificate2[] certificates)
        => Write(name, new X509Certificate2Collection(certificates).Export(X509ContentType.Pkcs12, password)!);

    public static string PlainKey(X509Certificate2 certificate)
    {
        using AsymmetricAlgorithm key = (AsymmetricAlgorithm?)certificate.GetECDsaPrivateKey() ?? certificate.GetRSAPrivateKey()!;
        return key.ExportPkcs8PrivateKeyPem() + "\n";
    }

    public static string EncryptedKey(X509Certificate2 certificate)
    {
        using AsymmetricAlgorithm key = (AsymmetricAlgorithm?)certificate.GetECDsaPrivateKey() ?? certificate.GetRSAPrivateKey()!;
        return key.ExportEncryptedPkcs8PrivateKeyPem(Password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 2000)) + "\n";
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
