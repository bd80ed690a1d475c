using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Aeronet.AspNetCore.Transport.Configuration;
using Microsoft.Extensions.Configuration;

namespace Aeronet.AspNetCore.Fuzz.Targets;

/// <summary>
/// PEM files with certificates and keys. They are read the same with other line ends, and when they are written again; a key joins the
/// certificate that it belongs to, or why not is said in one line; the text is wiped.
/// </summary>
internal sealed class PemTarget : IFuzzTarget
{
    private static readonly IConfigurationRoot s_empty = new ConfigurationBuilder().Build();

    public string Name => "pem";

    public IEnumerable<byte[]> Seeds
    {
        get
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var certificate = new CertificateRequest("CN=a", key, HashAlgorithmName.SHA256).CreateSelfSigned(Signer.Now.AddYears(-1), Signer.Now.AddYears(9));
            var pem = certificate.ExportCertificatePem();
            return
            [
                Encoding.ASCII.GetBytes($"{pem}\n{key.ExportPkcs8PrivateKeyPem()}\n"),
                Encoding.ASCII.GetBytes($"{key.ExportECPrivateKeyPem()}\n{pem}\n"),
                Encoding.ASCII.GetBytes($"# comment\r\n{pem.ReplaceLineEndings("\r\n")}\r\n"),
                Encoding.ASCII.GetBytes(pem.Replace("CERTIFICATE", "TRUSTED CERTIFICATE", StringComparison.Ordinal)),
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n"u8.ToArray(),
                "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END EC PRIVATE KEY-----\n"u8.ToArray(),
            ];
        }
    }

    public void Run(ReadOnlySpan<byte> input)
    {
        var bytes = input.ToArray();
        if (TryDecode(bytes) is not { } pem)
            return;

        using (pem)
        {
            CheckWrittenAgain(pem);
            if (!input.Contains((byte)'\r'))
            {
                using var other = TryDecode(Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(input).ReplaceLineEndings("\r\n")));
                Must.Hold(other is not null && Same(pem.Certificates, other.Certificates), "line ends do not matter");
            }

            if (pem.Certificates.Count > 0)
                CheckKey(pem);
        }

        Must.Hold(!pem.Text.ContainsAnyExcept('\0'), "the text is wiped");
        foreach (var certificate in pem.Certificates)
            certificate.Dispose();
    }

    private static PemText? TryDecode(byte[] bytes)
    {
        try
        {
            return PemText.TryDecode(bytes);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static void CheckWrittenAgain(PemText pem)
    {
        if (pem.Certificates.Count == 0)
            return;

        using var again = PemText.TryDecode(Encoding.ASCII.GetBytes(pem.Certificates.ExportCertificatePems()));
        Must.Hold(again is { HasTrustSettings: false } && Same(pem.Certificates, again.Certificates), "certificates written again are the same");
    }

    private static void CheckKey(PemText pem)
    {
        var failures = new List<string>();
        var joined = PrivateKeys.TryJoin(pem.Certificates, pem.Text, null, new OptionSection(s_empty, failures), "Path", "a.pem");
        Must.Equal(joined is null ? 1 : 0, failures.Count, "how much is wrong");
        foreach (var failure in failures)
            Must.BeOneLine(failure);

        if (joined is null)
            return;

        Must.Hold(PrivateKeys.HasPlainKey(pem.Text), "who has joined a key has one");
        Must.Equal(pem.Certificates.Count - 1, joined.Intermediates.Count, "how many others there are");
        joined.Key?.Dispose();
    }

    private static bool Same(X509Certificate2Collection one, X509Certificate2Collection other) =>
        one.Select(certificate => certificate.Thumbprint).SequenceEqual(other.Select(certificate => certificate.Thumbprint));
}
