using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Aeronet.AspNetCore.Tls.Tests.ClientCertificates;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Tls.Tests.Configuration;

/// <summary>PEM files as editors, tools and people leave them.</summary>
public sealed class PemFileTests : IDisposable
{
    private const string One = "Aeronet:Tls:Certificate";

    private readonly TempFiles _files = new();

    public static TheoryData<string> Orders => ["leaf first", "leaf last", "leaf between", "key first"];

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task Chain_InAnyOrder_LeafServed(string order)
    {
        var (leaf, intermediate, root) = Certificates.Chain;
        var (l, i, r, k) = (leaf.ExportCertificatePem() + "\n", intermediate.ExportCertificatePem() + "\n", root.ExportCertificatePem() + "\n", TempFiles.PlainKey(leaf));
        var path = _files.Write("site.pem", order switch
        {
            "leaf first" => l + i + r + k,
            "leaf last" => r + i + l + k,
            "leaf between" => i + l + r + k,
            _ => k + r + i + l,
        });
        await using var host = await ConfiguredHost.StartAsync($"{One}:Path={path}");

        var peer = await Peer.AskAsync(host.Port);

        Assert.Equal(leaf.Thumbprint, peer.Certificate.Thumbprint);
        Assert.Equal([intermediate.Thumbprint], peer.Intermediates.Select(certificate => certificate.Thumbprint));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Certificate_WithByteOrderMark_Read(bool keyToo)
    {
        var key = TempFiles.PlainKey(Certificates.Ecdsa);
        await using var host = await ConfiguredHost.StartAsync($"""
            {One}:Path={_files.Write("c.pem", Marked(Certificates.Ecdsa.ExportCertificatePem()))}
            {One}:KeyPath={_files.Write("k.pem", keyToo ? Marked(key) : Encoding.ASCII.GetBytes(key))}
            """);

        Assert.Equal(Certificates.Ecdsa.Thumbprint, (await Peer.AskAsync(host.Port)).Certificate.Thumbprint);
    }

    /// <summary>The first block was passed over, and its clients refused.</summary>
    [Fact]
    public async Task Bundle_WithByteOrderMark_FirstAuthorityCounts()
    {
        var bundle = string.Concat(ClientPki.Root.Certificate.ExportCertificatePem(), "\n", ClientPki.Stranger.Certificate.ExportCertificatePem(), "\n");
        await using var host = await ConfiguredHost.StartAsync(WithSite($"Aeronet:Tls:ClientCertificates=Require\nAeronet:Tls:TrustedClientAuthorities={_files.Write("ca.pem", Marked(bundle))}"));

        foreach (var client in new[] { ClientPki.Alice, ClientPki.Mallory })
        {
            Assert.Contains(
                ConfiguredHost.Answer,
                (await Peer.AskAsync(host.Port, configure: o => o.ClientCertificateContext = System.Net.Security.SslStreamCertificateContext.Create(client, null, offline: true))).Response,
                StringComparison.Ordinal);
        }
    }

    public static TheoryData<string, string> Encodings => new()
    {
        { "certificate", "Path is '{root}/x.pem', which is UTF-16 text: save it as UTF-8 or ASCII." },
        { "key", "KeyPath is '{root}/x.pem', which is UTF-16 text: save it as UTF-8 or ASCII." },
        { "authorities", "TrustedClientAuthorities is '{root}/x.pem', which is UTF-16 text: save it as UTF-8 or ASCII." },
        { "lists", "RevocationLists is '{root}/x.pem', which is UTF-16 text: save it as UTF-8 or ASCII." },
    };

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task Utf16_RefusedWithTheReason(string what, string message)
    {
        var text = what == "key" ? TempFiles.PlainKey(Certificates.Ecdsa) : Certificates.Ecdsa.ExportCertificatePem();
        foreach (var bytes in new byte[][] { [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(text)], [0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes(text)], Encoding.Unicode.GetBytes(text) })
        {
            var path = _files.Write("x.pem", bytes);
            var failure = await FailAsync(what switch
            {
                "certificate" => $"{One}:Path={path}",
                "key" => $"{One}:Path={_files.WriteCertificate("c.pem", Certificates.Ecdsa)}\n{One}:KeyPath={path}",
                "authorities" => WithSite($"Aeronet:Tls:ClientCertificates=Require\nAeronet:Tls:TrustedClientAuthorities={path}"),
                _ => WithSite($"Aeronet:Tls:ClientCertificates=Require\nAeronet:Tls:RevocationLists={path}"),
            });

            Assert.Contains(message.Replace("{root}", _files.Root, StringComparison.Ordinal), failure, StringComparison.Ordinal);
        }
    }

    /// <summary>A block that cannot be read is said, not passed over: what it stands for would be missing.</summary>
    [Theory]
    [InlineData("CERTIFICATE", "CERTIFICATE blocks is malformed")]
    [InlineData("X509 CRL", "X509 CRL blocks is malformed")]
    [InlineData("PRIVATE KEY", "has a PRIVATE KEY block that is malformed")]
    public async Task Block_Malformed_Said(string label, string message)
    {
        var broken = $"-----BEGIN {label}-----\nMIIB!!\n-----END {label}-----\n";
        var authority = ClientPki.Root.Certificate.ExportCertificatePem() + "\n";
        var list = PemEncoding.WriteString("X509 CRL", ClientPki.Root.RevocationList()) + "\n";
        var failure = await FailAsync(label switch
        {
            "CERTIFICATE" => WithSite($"Aeronet:Tls:ClientCertificates=Require\nAeronet:Tls:TrustedClientAuthorities={_files.Write("ca.pem", authority + broken)}"),
            "X509 CRL" => WithSite($"Aeronet:Tls:ClientCertificates=Require\nAeronet:Tls:RevocationLists={_files.Write("crl.pem", list + broken)}"),
            _ => $"{One}:Path={_files.Write("c.pem", Certificates.Ecdsa.ExportCertificatePem() + "\n" + broken)}",
        });

        Assert.Contains(message, failure, StringComparison.Ordinal);
    }

    /// <summary>OpenSSL's old label, and its certificates with trust settings, which nginx reads too.</summary>
    [Theory]
    [InlineData("X509 CERTIFICATE")]
    [InlineData("TRUSTED CERTIFICATE")]
    public async Task Label_OfOpenssl_Read(string label)
    {
        byte[] content = label[0] == 'T' ? [.. Certificates.Ecdsa.RawData, 0x30, 0x03, 0x0C, 0x01, (byte)'x'] : Certificates.Ecdsa.RawData;
        await using var host = await ConfiguredHost.StartAsync($"{One}:Path={_files.Write("c.pem", PemEncoding.WriteString(label, content) + "\n" + TempFiles.PlainKey(Certificates.Ecdsa))}");

        Assert.Equal(Certificates.Ecdsa.Thumbprint, (await Peer.AskAsync(host.Port)).Certificate.Thumbprint);
    }

    /// <summary>The settings may distrust it, so it is no authority of clients until somebody has looked.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Authority_WithTrustSettings_Refused(bool settings)
    {
        var authority = ClientPki.Root.Certificate.RawData;

        // CertAux (RFC 7468 knows none): an empty list of uses, and the client's among those rejected.
        byte[] content = settings ? [.. authority, 0x30, 0x0E, 0xA0, 0x0C, 0x06, 0x08, 0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02, 0x0C, 0x00] : authority;
        var path = _files.Write("ca.pem", PemEncoding.WriteString("TRUSTED CERTIFICATE", content) + "\n");
        var configuration = WithSite($"Aeronet:Tls:ClientCertificates=Require\nAeronet:Tls:TrustedClientAuthorities={path}");
        if (!settings)
        {
            await using var host = await ConfiguredHost.StartAsync(configuration);
            return;
        }

        Assert.Contains($"TrustedClientAuthorities is '{path}', where OpenSSL's trust settings follow a certificate, which would be ignored: ", await FailAsync(configuration), StringComparison.Ordinal);
    }

    /// <summary>Some tools write the public key beside the private one.</summary>
    [Fact]
    public async Task Key_WithItsPublicKeyBeside_Read()
    {
        using var key = Certificates.Ecdsa.GetECDsaPrivateKey()!;
        var text = key.ExportSubjectPublicKeyInfoPem() + "\n" + TempFiles.PlainKey(Certificates.Ecdsa);
        await using var host = await ConfiguredHost.StartAsync($"{One}:Path={_files.WriteCertificate("c.pem", Certificates.Ecdsa)}\n{One}:KeyPath={_files.Write("k.pem", text)}");

        Assert.Equal(Certificates.Ecdsa.Thumbprint, (await Peer.AskAsync(host.Port)).Certificate.Thumbprint);
    }

    [Theory]
    [InlineData("-scrypt", "has its key encrypted by scrypt, which the framework cannot read: convert it with 'openssl pkcs8 -topk8 -v2 aes-256-cbc'.")]
    [InlineData("-v2 camellia-256-cbc", "camellia")]
    [InlineData("-v2 aes-128-cbc", null)]
    [InlineData("-v1 PBE-SHA1-3DES", null)]
    public async Task EncryptedKey_ByWhatCannotBeRead_Named(string how, string? message)
    {
        var openssl = ExternalTool.Require("openssl");
        var plain = _files.WriteKey("plain.pem", Certificates.Ecdsa);
        var result = await openssl.RunAsync(["pkcs8", "-topk8", "-in", plain, "-out", _files["k.pem"], "-passout", $"pass:{TempFiles.Password}", .. how.Split(' ')]);
        Assert.True(result.ExitCode == 0, result.ToString());
        var configuration = $"{One}:Path={_files.WriteCertificate("c.pem", Certificates.Ecdsa)}\n{One}:KeyPath={_files["k.pem"]}\n{One}:Password={TempFiles.Password}";
        if (message is null)
        {
            await using var host = await ConfiguredHost.StartAsync(configuration);
            Assert.Equal(Certificates.Ecdsa.Thumbprint, (await Peer.AskAsync(host.Port)).Certificate.Thumbprint);
            return;
        }

        var failure = await FailAsync(configuration);
        Assert.Contains(message, failure, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("is not the password", failure, StringComparison.Ordinal);
    }

    /// <summary>What OpenSSL says is in the message: the framework, asked for the certificate's name, would have taken it away.</summary>
    [Fact]
    public async Task Certificate_RefusedByOpenssl_ItsReason()
    {
        using var key = RSA.Create(1024);
        using var weak = new CertificateRequest("CN=weak", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(9));

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => TlsHost.StartAsync(_ => Task.CompletedTask, tls => tls.Certificates.Add(weak)));

        Assert.Contains("'CN=weak'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("key too small", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("key", 1)]
    [InlineData("pem", 1)]
    [InlineData("pfx", 1)]
    [InlineData("kestrel", 1)]
    [InlineData("encrypted key", 0)]
    [InlineData("own key", 0)]
    [InlineData("closed folder", 0)]
    public async Task Key_EverybodyCanRead_WarnedOnce(string form, int warnings)
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("the permissions are Unix's");

        File.SetUnixFileMode(_files.Root, (UnixFileMode)(form == "closed folder" ? 0x1C0 : 0x1ED));
        var section = form == "kestrel" ? "Kestrel:Certificates:Default" : One;
        var certificate = _files.WriteCertificate("c.pem", Certificates.Ecdsa);
        var (path, configuration) = form switch
        {
            "pem" => (_files["both.pem"], $"{section}:Path={_files.Write("both.pem", Certificates.Ecdsa.ExportCertificatePem() + "\n" + TempFiles.PlainKey(Certificates.Ecdsa))}"),
            "pfx" => (_files["c.pfx"], $"{section}:Path={_files.WritePkcs12("c.pfx", null, Certificates.Ecdsa)}"),
            "encrypted key" => (_files["k.pem"], $"{section}:Path={certificate}\n{section}:KeyPath={_files.WriteEncryptedKey("k.pem", Certificates.Ecdsa)}\n{section}:Password={TempFiles.Password}"),
            _ => (_files["k.pem"], $"{section}:Path={certificate}\n{section}:KeyPath={_files.WriteKey("k.pem", Certificates.Ecdsa)}"),
        };
        File.SetUnixFileMode(path, (UnixFileMode)(form == "own key" ? 0x180 : 0x1A4));

        await using var host = await ConfiguredHost.StartKestrelAsync($"{configuration}\nKestrel:Endpoints:A:Url=https://127.0.0.1:0\nKestrel:Endpoints:B:Url=https://127.0.0.1:0");

        var said = host.Logs.From("Aeronet", LogLevel.Warning).Where(entry => entry.EventId.Name == "KeyReadableByAll").ToArray();
        Assert.Equal(warnings, said.Length);
        Assert.All(said, entry => Assert.Contains(path, entry.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Require", false, 1)]
    [InlineData("Request", false, 1)]
    [InlineData("Disabled", false, 0)]
    [InlineData("Require", true, 0)]
    public async Task EveryAuthorityTrusted_Warned(string mode, bool names, int warnings)
    {
        var authorities = names ? $"\nAeronet:Tls:TrustedClientAuthorities={_files.WriteCertificate("ca.pem", ClientPki.Root.Public())}" : "";
        await using var host = await ConfiguredHost.StartAsync(WithSite($"Aeronet:Tls:ClientCertificates={mode}{authorities}"));

        var said = host.Logs.From("Aeronet", LogLevel.Warning).Where(entry => entry.EventId.Name == "EveryAuthorityTrusted").ToArray();
        Assert.Equal(warnings, said.Length);
        Assert.All(said, entry => Assert.StartsWith($"Aeronet:Tls:ClientCertificates on https://127.0.0.1:0 is {mode}", entry.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task EveryAuthorityTrusted_ApplicationDecides_NoWarning()
    {
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("ok"), tls =>
        {
            tls.ClientCertificates = TlsClientCertificates.Require;
            tls.ClientCertificateValidation = (_, _, _) => true;
        });

        Assert.Empty(host.Logs.From("Aeronet", LogLevel.Warning));
    }

    public void Dispose() => _files.Dispose();

    private static byte[] Marked(string text) => [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(text)];

    private static async Task<string> FailAsync(string configuration) =>
        (await Assert.ThrowsAsync<OptionsValidationException>(() => ConfiguredHost.StartAsync(configuration))).Message;

    private string WithSite(string lines) =>
        $"{One}:Path={_files.WriteCertificate("site.pem", Certificates.Ecdsa)}\n{One}:KeyPath={_files.WriteKey("site.key", Certificates.Ecdsa)}\n{lines}";
}
