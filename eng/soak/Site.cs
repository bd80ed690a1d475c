using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Soak;

/// <summary>The files of the server under load: what it serves, its certificate and its ticket keys.</summary>
internal sealed class Site
{
    public const string Large = "large.bin";
    public const int LargeLength = 8 << 20;
    public const string Small = "small.txt";
    public const int SmallLength = 3000;
    private const int TicketKeyLength = 80;

    private readonly string _folder;

    private Site(string folder) => _folder = folder;

    public string Root => Path.Combine(_folder, "site");

    public string CertificatePath => Path.Combine(_folder, "certificate.pem");

    public string TicketKey => Path.Combine(_folder, "tickets.1");

    public string OldTicketKey => Path.Combine(_folder, "tickets.2");

    public string AccessLog => Path.Combine(_folder, "access.log");

    public static Site At(string folder) => new(folder);

    public static Site Create(string folder)
    {
        var site = new Site(folder);
        Directory.CreateDirectory(site.Root);
        File.WriteAllBytes(Path.Combine(site.Root, Large), Content(LargeLength));
        File.WriteAllBytes(Path.Combine(site.Root, Small), Content(SmallLength));
        site.RenewCertificate();
        site.RotateTicketKey();
        site.RotateTicketKey();
        return site;
    }

    /// <summary>What stands at an offset of a file: no two places within 64 KiB look alike.</summary>
    public static byte At(long offset) => (byte)((offset * 31) + (offset >> 8));

    /// <summary>Puts a new certificate in the old one's place.</summary>
    /// <returns>Its thumbprint.</returns>
    public string RenewCertificate()
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", ecdsa, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(60));
        Replace(CertificatePath, File.WriteAllText, certificate.ExportCertificatePem() + "\n" + ecdsa.ExportPkcs8PrivateKeyPem() + "\n");
        return certificate.Thumbprint;
    }

    /// <summary>Puts a new key in front of the one in use.</summary>
    public void RotateTicketKey()
    {
        if (File.Exists(TicketKey))
            Replace(OldTicketKey, File.WriteAllBytes, File.ReadAllBytes(TicketKey));

        Replace(TicketKey, File.WriteAllBytes, RandomNumberGenerator.GetBytes(TicketKeyLength));
    }

    // As who renews keys does: nobody sees half of one, nor one that others may read.
    private static void Replace<T>(string path, Action<string, T> write, T content)
    {
        var next = path + ".next";
        write(next, content);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(next, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        File.Move(next, path, overwrite: true);
    }

    private static byte[] Content(int length)
    {
        var content = new byte[length];
        for (var i = 0; i < length; i++)
            content[i] = At(i);

        return content;
    }
}
