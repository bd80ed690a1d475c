using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Tls.Tests.Configuration;

/// <summary>What is wrong in the configuration fails the start, in one line that begins with the key and ends with the remedy.</summary>
public sealed class MistakeTests : IDisposable
{
    private const string One = "Aeronet:Tls:Certificate";
    private const string Tickets = "Aeronet:Tls:SessionTickets";
    private const string Staples = "Aeronet:Tls:OcspStapling";
    private const string Secret = "0123456789abcdef0123456789abcdef";

    private readonly TempFiles _files = new();

    public static TheoryData<string, string, string> Mistakes => new()
    {
        { "no section", "TLS option Certificates is empty", "add at least one" },
        { "no certificate", "Aeronet:Tls:Certificates is empty", "set Certificate:Path" },
        { "empty certificate", "Aeronet:Tls:Certificate names no certificate", "set Path" },
        { "empty certificates", "Aeronet:Tls:Certificates is empty", "give it a certificate" },
        { "certificate is text", "Aeronet:Tls:Certificate is 'site.pem'", "use an object" },
        { "path and subject", "Aeronet:Tls:Certificate has both Path and Subject", "use Path" },
        { "NUL in a path", "Aeronet:Tls:Certificate:Path is 'a\\u0000b'", "has no NUL" },
        { "NUL in a list of paths", "Aeronet:Tls:TrustedClientAuthorities:0 is 'a\\u0000b'", "has no NUL" },
        { "missing file", "Aeronet:Tls:Certificate:Path is '/no/such.pem'", "does not exist" },
        { "missing file of a host", "Aeronet:Tls:Hosts:www.example.com:Certificates:0:Path is '/no/such.pem'", "does not exist" },
        { "directory", "Aeronet:Tls:Certificate:Path is '{root}'", "is a directory" },
        { "fifo", "Aeronet:Tls:Certificate:Path is '/dev/zero'", "not a plain file" },
        { "unreadable", "Aeronet:Tls:Certificate:Path is '{root}/c.pem'", "may not read" },
        { "garbage", "Aeronet:Tls:Certificate:Path is '{root}/c.pem'", "PEM, PKCS#12 or DER" },
        { "broken pem", "Aeronet:Tls:Certificate:Path is '{root}/c.pem'", "cannot be read" },
        { "pem without certificate", "Aeronet:Tls:Certificate:Path is '{root}/c.pem'", "holds no certificate" },
        { "no private key", "Aeronet:Tls:Certificate:Path is '{root}/c.pem'", "set KeyPath" },
        { "missing key file", "Aeronet:Tls:Certificate:KeyPath is '{root}/k.pem'", "does not exist" },
        { "key file without key", "Aeronet:Tls:Certificate:KeyPath is '{root}/k.pem'", "holds no private key" },
        { "two keys", "Aeronet:Tls:Certificate:KeyPath is '{root}/k.pem'", "several private keys" },
        { "wrong key", "Aeronet:Tls:Certificate:KeyPath is '{root}/k.pem'", "is not that of the certificate 'CN=localhost'" },
        { "wrong kind of key", "Aeronet:Tls:Certificate:KeyPath is '{root}/k.pem'", "is not that of the certificate 'CN=localhost'" },
        { "wrong encrypted key", "Aeronet:Tls:Certificate:KeyPath is '{root}/k.pem'", "is not that of the certificate 'CN=localhost'" },
        { "old encryption", "Aeronet:Tls:Certificate:KeyPath is '{root}/k.pem'", "openssl pkcs8 -topk8" },
        { "no password", "Aeronet:Tls:Certificate:Password is not set", "{root}/k.pem" },
        { "wrong password", "Aeronet:Tls:Certificate:Password is not the password of '{root}/k.pem'", "correct it" },
        { "no pfx password", "Aeronet:Tls:Certificate:Password is not set", "{root}/c.pfx" },
        { "wrong pfx password", "Aeronet:Tls:Certificate:Password is not the password of '{root}/c.pfx'", "correct it" },
        { "pfx without key", "Aeronet:Tls:Certificate:Path is '{root}/c.pfx'", "holds no private key" },
        { "pfx and key path", "Aeronet:Tls:Certificate:KeyPath is '{root}/k.pem'", "remove KeyPath" },
        { "unknown store", "Aeronet:Tls:Certificate:Subject is 'localhost'", "cannot be opened" },
        { "unknown location", "Aeronet:Tls:Certificate:Location is 'Here'", "CurrentUser or LocalMachine" },
        { "bad allow invalid", "Aeronet:Tls:Certificate:AllowInvalid is 'maybe'", "true or false" },
        { "expired", "Aeronet:Tls:Certificate:Path is '{root}/c.pem', and the certificate 'CN=dated.test' expired on ", "set Aeronet:Tls:Certificate:AllowInvalid" },
        { "not yet valid", "Aeronet:Tls:Certificate:Path is '{root}/c.pem', and the certificate 'CN=dated.test' is not valid before ", "set Aeronet:Tls:Certificate:AllowInvalid" },
        { "kind of key", "Aeronet:Tls:Certificate:KeyPath is '{root}/k.pem'", "use RSA, ECDSA or Ed25519" },
        { "edwards curve with another key", "Aeronet:Tls:Certificate:KeyPath is '{root}/other.pem', which holds a private key that is not that of the certificate 'CN=edwards.test'", "give it the key" },
        { "edwards curve with a wrong password", "Aeronet:Tls:Certificate:Password is not the password of '{root}/secret.pem'", "correct it" },
        { "unknown key", "Aeronet:Tls:Cipherpolcy is not an option", "did you mean CipherPolicy?" },
        { "unknown strange key", "Aeronet:Tls:Xyz is not an option", "use one of Certificate, Certificates, " },
        { "unknown host key", "Aeronet:Tls:Hosts:www.example.com:Ktls is not an option", "remove it" },
        { "unknown certificate key", "Aeronet:Tls:Certificate:Keypath2 is not an option", "did you mean KeyPath?" },
        { "bad ktls", "Aeronet:Tls:Ktls is 'On'", "Disabled, Opportunistic, Enabled or Required" },
        { "number for ktls", "Aeronet:Tls:Ktls is '3'", "Disabled, Opportunistic, Enabled or Required" },
        { "bad cipher policy", "Aeronet:Tls:CipherPolicy is 'Old'", "Intermediate, Modern, Compatibility or Custom" },
        { "bad protocols", "Aeronet:Tls:Protocols is 'Tls11, Tls12'", "Tls12, Tls13 or both" },
        { "bad http protocols", "Aeronet:Tls:HttpProtocols is 'Http3'", "Http1" },
        { "bad client certificates", "Aeronet:Tls:ClientCertificates is 'Yes'", "Disabled, Request or Require" },
        { "bare timeout", "Aeronet:Tls:HandshakeTimeout is '10'", "00:00:10" },
        { "long timeout", "Aeronet:Tls:HandshakeTimeout is 01:00:00", "00:10:00" },
        { "ticket option", "Aeronet:Tls:SessionTickets:Rotaton is not an option", "did you mean Rotation?" },
        { "ticket count", "Aeronet:Tls:SessionTickets:Count is 0", "1 to 8" },
        { "ticket lifetime", "Aeronet:Tls:SessionTickets:Lifetime is 8.00:00:00", "7.00:00:00" },
        { "ticket rotation", "Aeronet:Tls:SessionTickets:Rotation is 00:00:01", "00:00:10 to 30.00:00:00" },
        { "ticket window", "Aeronet:Tls:SessionTickets:Window is 2", "3 to 16" },
        { "ticket source", "Aeronet:Tls:SessionTickets:Keys:Source is 'Redis'", "Process, File, Secret or DistributedCache" },
        { "ticket poll", "Aeronet:Tls:SessionTickets:Keys:PollInterval is 00:00:00", "00:00:01 to 01:00:00" },
        { "no ticket file", "Aeronet:Tls:SessionTickets:Keys:Files has 0 files", "1 to 16" },
        { "missing ticket file", "Aeronet:Tls:SessionTickets:Keys:Files has '/no/such.key'", "does not exist" },
        { "short ticket file", "Aeronet:Tls:SessionTickets:Keys:Files has '{root}/k.pem', which has 47 bytes", "openssl rand -out {root}/k.pem 80" },
        { "writable ticket file", "Aeronet:Tls:SessionTickets:Keys:Files has '{root}/k.pem', which every user of this machine can write", "chmod o-w" },
        { "ticket file without source", "Aeronet:Tls:SessionTickets:Keys:Files is for Source File", "set it to File" },
        { "no ticket secret", "Aeronet:Tls:SessionTickets:Keys:Secret is not set", "SecretFile" },
        { "short ticket secret", "Aeronet:Tls:SessionTickets:Keys:Secret has 5 bytes", "32 to 4096" },
        { "two ticket secrets", "Aeronet:Tls:SessionTickets:Keys:SecretFile is '{root}/k.pem', and Secret is set too", "remove one" },
        { "short ticket secret file", "Aeronet:Tls:SessionTickets:Keys:SecretFile is '{root}/k.pem', which has 5 bytes", "32 or more" },
        { "ticket secret without source", "Aeronet:Tls:SessionTickets:Keys:Secret is for Source Secret or DistributedCache", "remove the secret" },
        { "client certificates under keys of an open cache", "Aeronet:Tls:SessionTickets:ClientCertificates is true, and Keys:Source is DistributedCache without a secret", "set Keys:SecretFile" },
        { "no ticket cache", "Aeronet:Tls:SessionTickets:Keys:Source is DistributedCache, and no IDistributedCache", "AddStackExchangeRedisCache" },
        { "staple option", "Aeronet:Tls:OcspStapling:Respnder is not an option", "did you mean Responder?" },
        { "staple responder", "Aeronet:Tls:Hosts:www.example.com:OcspStapling:Responder is 'ocsp.example.com'", "http or https" },
        { "staple timeout", "Aeronet:Tls:OcspStapling:Timeout is 00:02:00", "00:01:00" },
        { "staple wait", "Aeronet:Tls:OcspStapling:StartupWait is -00:00:01", "00:00:00 to 00:01:00" },
        { "staple file and responder", "Aeronet:Tls:OcspStapling:Responder is 'http://127.0.0.1/', and ResponseFiles is set", "remove one" },
        { "missing staple file", "Aeronet:Tls:OcspStapling:ResponseFiles has '/no/such.ocsp', which does not exist", "correct the path" },
        { "bad refuse", "Aeronet:Tls:RefuseUnknownHosts is 'perhaps'", "true or false" },
        { "refuse without hosts", "Aeronet:Tls:Hosts is empty, and RefuseUnknownHosts is on", "list the hosts" },
        { "bad host name", "Aeronet:Tls:Hosts has '127.0.0.1'", "use a DNS name" },
        { "unknown cipher", "Aeronet:Tls:CipherList is 'AES-OF-BASE'", "no cipher that OpenSSL has" },
        { "unknown cipher of a host", "Aeronet:Tls:Hosts:www.example.com:CipherList is 'AES-OF-BASE'", "no cipher that OpenSSL has" },
        { "unknown suite", "Aeronet:Tls:CipherSuites is 'TLS_AES_OF_BASE'", "refuses" },
        { "unknown group", "Aeronet:Tls:Groups is 'X25519:Curve1'", "refuses" },
        { "unknown signature", "Aeronet:Tls:SignatureAlgorithms is 'RSA+MD99'", "refuses" },
        { "cipher list without custom", "Aeronet:Tls:CipherList is for CipherPolicy Custom", "set it to Custom" },
        { "custom without ciphers", "Aeronet:Tls:CipherPolicy is Custom", "CipherList" },
        { "modern with 1.2", "Aeronet:Tls:CipherPolicy is Modern", "add Tls13" },
        { "post-quantum with 1.2", "Aeronet:Tls:RequirePostQuantum is true", "add Tls13" },
        { "post-quantum with 1.2 of a host", "Aeronet:Tls:Hosts:www.example.com:RequirePostQuantum is true", "add Tls13" },
        { "post-quantum with other groups", "Aeronet:Tls:Groups is 'X25519:P-256'", "add X25519MLKEM768" },
        { "bad post-quantum", "Aeronet:Tls:RequirePostQuantum is 'maybe'", "true or false" },
        { "missing authority", "Aeronet:Tls:TrustedClientAuthorities:1 is '/no/ca.pem'", "does not exist" },
        { "authority without certificate", "Aeronet:Tls:TrustedClientAuthorities is '{root}/k.pem'", "holds no certificate" },
        { "authority garbage", "Aeronet:Tls:TrustedClientAuthorities is '{root}/k.pem'", "cannot be read" },
        { "revocation url", "Aeronet:Tls:RevocationUrls has 'crl.example.com/a.crl'", "an absolute http or https address" },
        { "revocation url without trust", "Aeronet:Tls:RevocationUrls is set, and TrustedClientAuthorities is empty", "name the authorities" },
        { "revocation url without asking", "Aeronet:Tls:ClientCertificates is Disabled", "RevocationUrls" },
        { "revocation failure", "Aeronet:Tls:RevocationFailure is 'Maybe'", "Hard or Soft" },
        { "revocation option", "Aeronet:Tls:Revocation:RefreshIntervall is not an option", "did you mean RefreshInterval?" },
        { "revocation refresh", "Aeronet:Tls:Revocation:RefreshInterval is 00:00:01", "00:01:00 to 7.00:00:00" },
        { "revocation timeout", "Aeronet:Tls:Revocation:CheckTimeout is 00:02:00", "00:00:00.1 to 00:01:00" },
        { "revocation lifetime", "Aeronet:Tls:Revocation:CheckLifetime is 2.00:00:00", "00:00:00 to 1.00:00:00" },
        { "revocation garbage", "Aeronet:Tls:RevocationLists:0 is '{root}/k.pem'", "X509 CRL" },
        { "empty text", "Aeronet:Tls:Groups is empty", "remove it" },
        { "object for text", "Aeronet:Tls:Ktls is a list or an object", "Disabled" },
        { "ktls required", "Aeronet:Tls:Ktls is Required", "modprobe tls" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task Mistake_FailsStart_InOneLineThatBeginsWithTheKey(string mistake, string beginning, string remedy)
    {
        if (mistake == "ktls required" && Directory.Exists("/sys/module/tls"))
            Assert.Skip("this kernel has TLS");

        if (mistake == "unreadable" && Environment.UserName == "root")
            Assert.Skip("root may read everything");

        var configuration = Write(mistake);

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => ConfiguredHost.StartAsync(configuration));

        TestContext.Current.TestOutputHelper?.WriteLine(failure.Message);
        Assert.True(failure is OptionsValidationException or InvalidOperationException, failure.ToString());
        Assert.StartsWith(beginning.Replace("{root}", _files.Root, StringComparison.Ordinal), failure.Message, StringComparison.Ordinal);
        Assert.Contains(remedy.Replace("{root}", _files.Root, StringComparison.Ordinal), failure.Message, StringComparison.Ordinal);
        Assert.EndsWith(failure.Message.EndsWith('?') ? "?" : ".", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
        Assert.DoesNotContain(TempFiles.Password, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SeveralMistakes_AreReportedAtOnce()
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => ConfiguredHost.StartAsync($"""
            {One}:Path=/no/such.pem
            Aeronet:Tls:Ktls=On
            Aeronet:Tls:Hosts:a.test:Protocol=Tls13
            """));

        Assert.Equal(3, failure.Failures.Count());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ExpiredInCode_FailsStart_UnlessAllowed(bool allowed)
    {
        using var expired = Create(-3, -1);
        var start = () => ConfiguredHost.StartAsync("", listen => listen.UseAeronetTls(options =>
        {
            options.Certificates.Add(expired);
            options.AllowExpiredCertificates = allowed;
        }));
        if (allowed)
        {
            await using var host = await start();
            Assert.Equal(expired.Thumbprint, (await Peer.AskAsync(host.Port)).Certificate.Thumbprint);
            return;
        }

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(start);
        Assert.StartsWith("TLS option Certificates has 'CN=dated.test', which expired on ", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith("set AllowExpiredCertificates.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sample_ReportsOneLineWithoutStackTrace()
    {
        // .../test/Tls.Tests/bin/Release/net10.0/
        var output = Path.GetRelativePath(Path.Combine(AppContext.BaseDirectory, "../../.."), AppContext.BaseDirectory);
        var sample = Path.Combine(AppContext.BaseDirectory, "../../../../../samples/FileServer", output, "FileServer.dll");
        if (!File.Exists(sample))
            Assert.Skip("the sample FileServer is not built");

        var result = await ExternalTool.Require("dotnet").RunAsync(
            sample, "--Kestrel:Endpoints:Https:Url=https://127.0.0.1:0", "--Aeronet:Tls:Certificate:Path=/no/such.pem", "--Aeronet:StaticFiles:Root=.");

        Assert.Equal(1, result.ExitCode);
        Assert.Equal(
            "FileServer: Aeronet:Tls:Certificate:Path is '/no/such.pem', which does not exist: correct the path (relative ones begin at the content root).",
            result.Error.Trim());
    }

    public void Dispose() => _files.Dispose();

    private static X509Certificate2 Create(int fromDays, int toDays)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=dated.test", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(fromDays), DateTimeOffset.UtcNow.AddDays(toDays));
    }

    private string Write(string mistake)
    {
        var good = $"{One}:Path={_files.Write("good.pem", Certificates.Ecdsa.ExportCertificatePem() + "\n" + TempFiles.PlainKey(Certificates.Ecdsa))}";
        return mistake switch
        {
            "no section" => "",
            "no certificate" => "Aeronet:Tls:Ktls=Disabled",
            "empty certificate" => One,
            "empty certificates" => "Aeronet:Tls:Certificates=",
            "certificate is text" => $"{One}=site.pem",
            "path and subject" => $"{good}\n{One}:Subject=localhost",
            "NUL in a path" => $"{One}:Path=a\0b",
            "NUL in a list of paths" => $"{good}\nAeronet:Tls:TrustedClientAuthorities:0=a\0b",
            "missing file" => $"{One}:Path=/no/such.pem",
            "missing file of a host" => $"{good}\nAeronet:Tls:Hosts:www.example.com:Certificates:0:Path=/no/such.pem",
            "directory" => $"{One}:Path={_files.Root}",
            "fifo" => $"{One}:Path=/dev/zero",
            "unreadable" => $"{One}:Path={Unreadable(_files.WriteCertificate("c.pem", Certificates.Ecdsa))}",
            "garbage" => $"{One}:Path={_files.Write("c.pem", "no certificate at all")}",
            "broken pem" => $"{One}:Path={_files.Write("c.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")}",
            "pem without certificate" => $"{One}:Path={_files.WriteKey("c.pem", Certificates.Ecdsa)}",
            "no private key" => $"{One}:Path={_files.WriteCertificate("c.pem", Certificates.Ecdsa)}",
            "missing key file" => WithKey(_files["k.pem"]),
            "key file without key" => WithKey(_files.WriteCertificate("k.pem", Certificates.Ecdsa)),
            "two keys" => WithKey(_files.Write("k.pem", TempFiles.PlainKey(Certificates.Ecdsa) + TempFiles.PlainKey(Certificates.Rsa))),
            "wrong key" => WithKey(_files.WriteKey("k.pem", Certificates.Exact)),
            "wrong kind of key" => WithKey(_files.WriteKey("k.pem", Certificates.Rsa)),
            "wrong encrypted key" => WithKey(_files.WriteEncryptedKey("k.pem", Certificates.Rsa)) + $"\n{One}:Password={TempFiles.Password}",
            "old encryption" => WithKey(_files.Write("k.pem", "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END EC PRIVATE KEY-----\n")),
            "no password" => WithKey(_files.WriteEncryptedKey("k.pem", Certificates.Ecdsa)),
            "wrong password" => WithKey(_files.WriteEncryptedKey("k.pem", Certificates.Ecdsa)) + $"\n{One}:Password=wrong",
            "no pfx password" => $"{One}:Path={_files.WritePkcs12("c.pfx", TempFiles.Password, Certificates.Ecdsa)}",
            "wrong pfx password" => $"{One}:Path={_files.WritePkcs12("c.pfx", TempFiles.Password, Certificates.Ecdsa)}\n{One}:Password=wrong",
            "pfx without key" => $"{One}:Path={_files.WritePkcs12("c.pfx", null, X509CertificateLoader.LoadCertificate(Certificates.Ecdsa.RawData))}",
            "pfx and key path" => $"{One}:Path={_files.WritePkcs12("c.pfx", null, Certificates.Ecdsa)}\n{One}:KeyPath={_files.WriteKey("k.pem", Certificates.Ecdsa)}",
            "unknown store" => $"{One}:Subject=localhost\n{One}:Store=no-such-store-{Guid.NewGuid():N}",
            "unknown location" => $"{One}:Subject=localhost\n{One}:Location=Here",
            "bad allow invalid" => $"{good}\n{One}:AllowInvalid=maybe",
            "expired" => Dated(-3, -1),
            "not yet valid" => Dated(1, 3),
            "kind of key" => OfKind("x25519"),
            "edwards curve with another key" => OfKind("ed25519", "other.pem"),
            "edwards curve with a wrong password" => $"{OfKind("ed25519", "secret.pem")}\n{One}:Password=wrong",
            "unknown key" => $"{good}\nAeronet:Tls:Cipherpolcy=Modern",
            "unknown strange key" => $"{good}\nAeronet:Tls:Xyz=1",
            "unknown host key" => $"{good}\nAeronet:Tls:Hosts:www.example.com:Ktls=Disabled",
            "unknown certificate key" => $"{good}\n{One}:Keypath2=x",
            "bad ktls" => $"{good}\nAeronet:Tls:Ktls=On",
            "number for ktls" => $"{good}\nAeronet:Tls:Ktls=3",
            "bad cipher policy" => $"{good}\nAeronet:Tls:CipherPolicy=Old",
            "bad protocols" => $"{good}\nAeronet:Tls:Protocols=Tls11, Tls12",
            "bad http protocols" => $"{good}\nAeronet:Tls:HttpProtocols=Http3",
            "bad client certificates" => $"{good}\nAeronet:Tls:ClientCertificates=Yes",
            "bare timeout" => $"{good}\nAeronet:Tls:HandshakeTimeout=10",
            "long timeout" => $"{good}\nAeronet:Tls:HandshakeTimeout=01:00:00",
            "ticket option" => $"{good}\n{Tickets}:Rotaton=12:00:00",
            "ticket count" => $"{good}\n{Tickets}:Count=0",
            "ticket lifetime" => $"{good}\n{Tickets}:Lifetime=8.00:00:00",
            "ticket rotation" => $"{good}\n{Tickets}:Rotation=00:00:01",
            "ticket window" => $"{good}\n{Tickets}:Window=2",
            "ticket source" => $"{good}\n{Tickets}:Keys:Source=Redis",
            "ticket poll" => $"{good}\n{Tickets}:Keys:PollInterval=00:00:00",
            "no ticket file" => $"{good}\n{Tickets}:Keys:Source=File",
            "missing ticket file" => $"{good}\n{Tickets}:Keys:Source=File\n{Tickets}:Keys:Files=/no/such.key",
            "short ticket file" => $"{good}\n{Tickets}:Keys:Source=File\n{Tickets}:Keys:Files={_files.Write("k.pem", new byte[47])}",
            "writable ticket file" => $"{good}\n{Tickets}:Keys:Source=File\n{Tickets}:Keys:Files={WritableByAll()}",
            "ticket file without source" => $"{good}\n{Tickets}:Keys:Files=/no/such.key",
            "no ticket secret" => $"{good}\n{Tickets}:Keys:Source=Secret",
            "short ticket secret" => $"{good}\n{Tickets}:Keys:Source=Secret\n{Tickets}:Keys:Secret=short",
            "two ticket secrets" => $"{good}\n{Tickets}:Keys:Source=Secret\n{Tickets}:Keys:Secret={Secret}\n{Tickets}:Keys:SecretFile={_files.Write("k.pem", Secret)}",
            "short ticket secret file" => $"{good}\n{Tickets}:Keys:Source=Secret\n{Tickets}:Keys:SecretFile={_files.Write("k.pem", "short\n")}",
            "ticket secret without source" => $"{good}\n{Tickets}:Keys:Secret={Secret}",
            "no ticket cache" => $"{good}\n{Tickets}:Keys:Source=DistributedCache",
            "staple option" => $"{good}\n{Staples}:Respnder=http://127.0.0.1/",
            "staple responder" => $"{good}\nAeronet:Tls:Hosts:www.example.com:OcspStapling:Responder=ocsp.example.com",
            "staple timeout" => $"{good}\n{Staples}:Timeout=00:02:00",
            "staple wait" => $"{good}\n{Staples}:StartupWait=-00:00:01",
            "staple file and responder" => $"{good}\n{Staples}:Responder=http://127.0.0.1/\n{Staples}:ResponseFiles={_files["good.pem"]}",
            "missing staple file" => $"{good}\n{Staples}:ResponseFiles=/no/such.ocsp",
            "bad refuse" => $"{good}\nAeronet:Tls:RefuseUnknownHosts=perhaps",
            "refuse without hosts" => $"{good}\nAeronet:Tls:RefuseUnknownHosts=true",
            "bad host name" => $"{good}\nAeronet:Tls:Hosts:127.0.0.1:Protocols=Tls13",
            "unknown cipher" => $"{good}\nAeronet:Tls:CipherPolicy=Custom\nAeronet:Tls:CipherList=AES-OF-BASE",
            "unknown cipher of a host" => $"{good}\nAeronet:Tls:Hosts:www.example.com:CipherPolicy=Custom\nAeronet:Tls:Hosts:www.example.com:CipherList=AES-OF-BASE",
            "unknown suite" => $"{good}\nAeronet:Tls:CipherPolicy=Custom\nAeronet:Tls:CipherSuites=TLS_AES_OF_BASE",
            "unknown group" => $"{good}\nAeronet:Tls:Groups:0=X25519\nAeronet:Tls:Groups:1=Curve1",
            "unknown signature" => $"{good}\nAeronet:Tls:SignatureAlgorithms=RSA+MD99",
            "cipher list without custom" => $"{good}\nAeronet:Tls:CipherList=ECDHE-RSA-AES128-GCM-SHA256",
            "custom without ciphers" => $"{good}\nAeronet:Tls:CipherPolicy=Custom",
            "modern with 1.2" => $"{good}\nAeronet:Tls:CipherPolicy=Modern\nAeronet:Tls:Protocols=Tls12",
            "post-quantum with 1.2" => $"{good}\nAeronet:Tls:RequirePostQuantum=true\nAeronet:Tls:Protocols=Tls12",
            "post-quantum with 1.2 of a host" => $"{good}\nAeronet:Tls:Hosts:www.example.com:RequirePostQuantum=true\nAeronet:Tls:Hosts:www.example.com:Protocols=Tls12",
            "post-quantum with other groups" => $"{good}\nAeronet:Tls:RequirePostQuantum=true\nAeronet:Tls:Groups=X25519:P-256",
            "bad post-quantum" => $"{good}\nAeronet:Tls:RequirePostQuantum=maybe",
            "client certificates under keys of an open cache" => $"{good}\n{Tickets}:ClientCertificates=true\n{Tickets}:Keys:Source=DistributedCache",
            "missing authority" => $"{good}\nAeronet:Tls:TrustedClientAuthorities:0={_files["good.pem"]}\nAeronet:Tls:TrustedClientAuthorities:1=/no/ca.pem",
            "authority without certificate" => $"{good}\nAeronet:Tls:TrustedClientAuthorities={_files.WriteKey("k.pem", Certificates.Ecdsa)}",
            "authority garbage" => $"{good}\nAeronet:Tls:TrustedClientAuthorities={_files.Write("k.pem", "garbage")}",
            "revocation url" => $"{good}\nAeronet:Tls:ClientCertificates=Require\nAeronet:Tls:TrustedClientAuthorities={_files["good.pem"]}\nAeronet:Tls:RevocationUrls=crl.example.com/a.crl",
            "revocation url without trust" => $"{good}\nAeronet:Tls:ClientCertificates=Require\nAeronet:Tls:RevocationUrls=http://crl.example.com/a.crl",
            "revocation url without asking" => $"{good}\nAeronet:Tls:TrustedClientAuthorities={_files["good.pem"]}\nAeronet:Tls:RevocationUrls=http://crl.example.com/a.crl",
            "revocation failure" => $"{good}\nAeronet:Tls:RevocationFailure=Maybe",
            "revocation option" => $"{good}\nAeronet:Tls:Revocation:RefreshIntervall=01:00:00",
            "revocation refresh" => $"{good}\nAeronet:Tls:Revocation:RefreshInterval=00:00:01",
            "revocation timeout" => $"{good}\nAeronet:Tls:Revocation:CheckTimeout=00:02:00",
            "revocation lifetime" => $"{good}\nAeronet:Tls:Revocation:CheckLifetime=2.00:00:00",
            "revocation garbage" => $"{good}\nAeronet:Tls:RevocationLists:0={_files.Write("k.pem", "garbage")}",
            "empty text" => $"{good}\nAeronet:Tls:Groups=",
            "object for text" => $"{good}\nAeronet:Tls:Ktls:Mode=Required",
            "ktls required" => $"{good}\nAeronet:Tls:Ktls=Required",
            _ => throw new ArgumentException(mistake),
        };
    }

    private string WithKey(string keyPath) => $"{One}:Path={_files.WriteCertificate("c.pem", Certificates.Ecdsa)}\n{One}:KeyPath={keyPath}";

    private string Dated(int fromDays, int toDays)
    {
        using var certificate = Create(fromDays, toDays);
        return $"{One}:Path={_files.WriteCertificate("c.pem", certificate)}\n{One}:KeyPath={_files.WriteKey("k.pem", certificate)}";
    }

    private string WritableByAll()
    {
        var path = _files.Write("k.pem", new byte[80]);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite);
        return path;
    }

    private string OfKind(string kind, string key = "k.pem")
    {
        var openssl = ExternalTool.Require("openssl");
        if (kind == "ed25519")
            Run("req", "-x509", "-newkey", kind, "-nodes", "-subj", "/CN=edwards.test", "-keyout", _files["k.pem"], "-out", _files["c.pem"]);
        else
            NotForSignatures(kind);

        if (key == "other.pem")
            Run("genpkey", "-algorithm", kind, "-out", _files[key]);
        else if (key != "k.pem")
            Run("pkcs8", "-topk8", "-in", _files["k.pem"], "-passout", "pass:right", "-out", _files[key]);

        return $"{One}:Path={_files["c.pem"]}\n{One}:KeyPath={_files[key]}";

        // Such a key signs nothing, so another one signs its certificate.
        void NotForSignatures(string algorithm)
        {
            Run("genpkey", "-algorithm", algorithm, "-out", _files["k.pem"]);
            Run("pkey", "-in", _files["k.pem"], "-pubout", "-out", _files["public.pem"]);
            Run("req", "-new", "-newkey", "ed25519", "-nodes", "-subj", "/CN=edwards.test", "-keyout", _files["signer.pem"], "-out", _files["request.pem"]);
            Run("x509", "-req", "-in", _files["request.pem"], "-signkey", _files["signer.pem"], "-force_pubkey", _files["public.pem"], "-out", _files["c.pem"]);
        }

        void Run(params string[] arguments)
        {
            var result = openssl.RunAsync(arguments).GetAwaiter().GetResult();
            Assert.True(result.ExitCode == 0, $"{result}");
        }
    }

    private static string Unreadable(string path)
    {
        File.SetUnixFileMode(path, UnixFileMode.None);
        return path;
    }
}
