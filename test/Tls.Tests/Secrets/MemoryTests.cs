using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Tls.Tests.Secrets;

/// <summary>What is in a server's memory of the keys it was given, seen from outside: while it serves, and when it has stopped.</summary>
public sealed class MemoryTests : IDisposable
{
    private const string Variable = "TestConfiguration";
    private const string WrongKey = "TestWrongKey";
    private const string Secret = "TqP0b5Yv7sJ2mXc9Wn4Zr1KfGh8DaLe6";

    private readonly TempFiles _files = new();

    [Theory]
    [InlineData("pem", "Source=File")]
    [InlineData("encrypted", "Source=Secret")]
    [InlineData("pkcs12", "Source=Secret")]
    public async Task Keys_OfAServerThatStopped_AreNotInItsMemory(string form, string source)
    {
        var wanted = await MakeAsync(form);
        _files.Write("secret", Secret);
        var ticketKey = RandomNumberGenerator.GetBytes(80);
        _files.Write("tickets", ticketKey);
        if (source == "Source=Secret")
        {
            wanted["the shared secret"] = Encoding.ASCII.GetBytes(Secret);
        }
        else
        {
            wanted["a ticket key's MAC half"] = ticketKey[16..48];
            wanted["a ticket key's AES half"] = ticketKey[48..];
        }

        await using var server = await ChildServer.StartAsync(typeof(MemoryTests), nameof(Serve), (Variable, $"""
            {string.Join('\n', KindsOf(form).Select((kind, i) => $"Aeronet:Tls:Certificates:{i}:Path={_files[kind]}{(form == "pem" ? "" : $"\nAeronet:Tls:Certificates:{i}:Password={TempFiles.Password}")}"))}
            Aeronet:Tls:SessionTickets:Keys:{source}
            Aeronet:Tls:SessionTickets:Keys:{(source == "Source=File" ? "Files:0" : "SecretFile")}={_files[source == "Source=File" ? "tickets" : "secret"]}
            """));
        var serving = ProcessMemory.Count(server.Id, wanted);
        await server.GoOnAsync();
        var stopped = ProcessMemory.Count(server.Id, wanted);

        foreach (var name in wanted.Keys)
            TestContext.Current.TestOutputHelper!.WriteLine($"{name}: {serving[name]} while it serves, {stopped[name]} after it has stopped");

        // It would find them.
        Assert.All(wanted.Keys.Where(name => !name.Contains("text", StringComparison.Ordinal)), name => Assert.True(serving[name] > 0, $"{name} is not to be seen while it serves."));
        Assert.All(wanted.Keys.Where(name => name.Contains("text", StringComparison.Ordinal)), name => Assert.True(serving[name] == 0, $"{name} is still there {serving[name]} times while it serves."));
        Assert.All(wanted.Keys, name => Assert.True(stopped[name] == 0, $"{name} is still there {stopped[name]} times."));
    }

    /// <summary>Not a test of this process: see <see cref="ChildServer"/>.</summary>
    [Fact(Explicit = true)]
    public async Task Serve()
    {
        await ServeAsync("rsa_pss_rsae_sha256", "ecdsa_secp256r1_sha256", "ed25519:ecdsa_secp256r1_sha256");
        await StopAsync();
    }

    private static async Task StopAsync()
    {
        // Out of its frames, which the server hangs on.
        for (var i = 0; i < 10; i++)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        await ChildServer.SayAsync("stopped");
    }

    /// <summary>Whether a copy stays depends on where in memory it came to lie: of many keys one would.</summary>
    [Theory]
    [InlineData("pem")]
    [InlineData("encrypted")]
    [InlineData("pkcs12")]
    public async Task ManyEcdsaKeys_OfAServerThatStopped_AreNotInItsMemory(string form)
    {
        ECCurve[] curves = [ECCurve.NamedCurves.nistP256, ECCurve.NamedCurves.nistP384, ECCurve.NamedCurves.nistP521];
        var wanted = new Dictionary<string, byte[]>();
        var configuration = new StringBuilder();
        for (var i = 0; i < 32; i++)
        {
            var name = $"host{i}.test";
            using var key = ECDsa.Create(curves[i % curves.Length]);
            var number = key.ExportParameters(includePrivateParameters: true).D!;
            wanted[$"{name}, {key.KeySize} bits: the private number"] = [.. number.Reverse()];
            wanted[$"{name}, {key.KeySize} bits: the private number as text of DER"] = number;
            using var certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
            _ = form switch
            {
                "pkcs12" => _files.WritePkcs12(name, TempFiles.Password, certificate),
                "encrypted" => _files.Write(name, TempFiles.EncryptedKey(certificate) + certificate.ExportCertificatePem()),
                _ => _files.Write(name, TempFiles.PlainKey(certificate) + certificate.ExportCertificatePem()),
            };
            var section = i == 0 ? "Aeronet:Tls:Certificate" : $"Aeronet:Tls:Hosts:{name}:Certificate";
            configuration.AppendLine($"{section}:Path={_files[name]}{(form == "pem" ? "" : $"\n{section}:Password={TempFiles.Password}")}");
        }

        await using var server = await ChildServer.StartAsync(typeof(MemoryTests), nameof(ServeEcdsa), (Variable, configuration.ToString()));
        var serving = ProcessMemory.Count(server.Id, wanted);
        await server.GoOnAsync();
        var stopped = ProcessMemory.Count(server.Id, wanted);

        Assert.All(wanted.Keys.Where(name => name.EndsWith("number", StringComparison.Ordinal)), name => Assert.True(serving[name] > 0, $"{name} is not to be seen while it serves."));
        Assert.All(wanted.Keys, name => Assert.True(stopped[name] == 0, $"{name} is still there {stopped[name]} times."));
    }

    /// <summary>Not a test of this process: see <see cref="ChildServer"/>.</summary>
    [Fact(Explicit = true)]
    public async Task ServeEcdsa()
    {
        await ServeAsync("ecdsa_secp256r1_sha256");
        await StopAsync();
    }

    /// <summary>A key that fits no certificate is read to find that out, and is nobody's afterwards.</summary>
    [Theory]
    [InlineData("rsa")]
    [InlineData("ecdsa")]
    public async Task WrongKey_AtAReload_LeavesNoCopy(string kind)
    {
        var wanted = await MakeAsync("pem");
        foreach (var name in wanted.Keys.Where(name => !name.StartsWith($"{kind}:", StringComparison.Ordinal)).ToArray())
            wanted.Remove(name);

        File.Move(_files[kind], _files["wrong"]);
        await MakeAsync("pem");
        await using var server = await ChildServer.StartAsync(typeof(MemoryTests), nameof(ServeAndReload), (Variable, $"""
            Aeronet:Tls:Certificate:Path={_files["certificate"]}
            Aeronet:Tls:Certificate:KeyPath={_files["key"]}
            Aeronet:Tls:ReloadCertificates=false
            """), (WrongKey, _files["wrong"]));

        var refused = ProcessMemory.Count(server.Id, wanted);

        Assert.All(wanted.Keys, name => Assert.True(refused[name] == 0, $"{name} is there {refused[name]} times."));
    }

    /// <summary>Not a test of this process: see <see cref="ChildServer"/>.</summary>
    [Fact(Explicit = true)]
    public async Task ServeAndReload()
    {
        var configuration = Environment.GetEnvironmentVariable(Variable)!;
        await using var host = await ConfiguredHost.StartAsync(configuration);
        var path = ConfiguredHost.Parse(configuration).Single(pair => pair.Key.EndsWith(":KeyPath", StringComparison.Ordinal)).Value!;

        // Not through this process's memory.
        File.Delete(path);
        File.CreateSymbolicLink(path, Environment.GetEnvironmentVariable(WrongKey)!);
        var results = await host.Services.GetRequiredService<ITlsCertificateManager>().ReloadAsync(TestContext.Current.CancellationToken);
        Assert.Contains("is not that of the certificate", Assert.Single(results).Failure, StringComparison.Ordinal);
        await ChildServer.SayAsync("refused");
    }

    /// <summary>Files are looked at again and again, also while one of them cannot be used: what was read of the others does not pile up.</summary>
    [Fact]
    public async Task TicketKeys_WhereAFileIsGone_AreInMemoryOnce()
    {
        await MakeAsync("pem");
        var key = RandomNumberGenerator.GetBytes(80);
        _files.Write("first", key);
        _files.Write("second", RandomNumberGenerator.GetBytes(80));
        await using var server = await ChildServer.StartAsync(typeof(MemoryTests), nameof(ServeWithoutATicketKey), (Variable, $"""
            Aeronet:Tls:Certificate:Path={_files["ecdsa"]}
            Aeronet:Tls:SessionTickets:Keys:Source=File
            Aeronet:Tls:SessionTickets:Keys:Files:0={_files["first"]}
            Aeronet:Tls:SessionTickets:Keys:Files:1={_files["second"]}
            Aeronet:Tls:SessionTickets:Keys:PollInterval=00:00:01
            """));

        var found = ProcessMemory.Count(server.Id, new Dictionary<string, byte[]> { ["MAC"] = key[16..48], ["AES"] = key[48..] });

        Assert.Equal((1, 1), (found["MAC"], found["AES"]));
    }

    /// <summary>Not a test of this process: see <see cref="ChildServer"/>.</summary>
    [Fact(Explicit = true)]
    public async Task ServeWithoutATicketKey()
    {
        var configuration = Environment.GetEnvironmentVariable(Variable)!;
        await using var host = await ConfiguredHost.StartAsync(configuration);
        File.Delete(ConfiguredHost.Parse(configuration).Single(pair => pair.Key.EndsWith("Files:1", StringComparison.Ordinal)).Value!);
        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.tls.ticket_key.failures", ("aeronet.ticket.source", "file")) >= 3, "the file to be missed");
        await ChildServer.SayAsync("serving");
    }

    public void Dispose() => _files.Dispose();

    private static async Task ServeAsync(params string[] algorithms)
    {
        await using var host = await ConfiguredHost.StartAsync(Environment.GetEnvironmentVariable(Variable)!);
        foreach (var algorithm in algorithms)
        {
            var output = await OpensslClient.RunAsync(host, ["-tls1_3", "-sigalgs", algorithm], "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            Assert.Contains(ConfiguredHost.Answer, output, StringComparison.Ordinal);
        }

        await ChildServer.SayAsync("serving");
    }

    // A PKCS#12 file is .NET's to read, which has no type for the third.
    private static string[] KindsOf(string form) => form == "pkcs12" ? ["rsa", "ecdsa"] : ["rsa", "ecdsa", "ed25519"];

    /// <summary>Makes a certificate of each kind, in a file with its key; returns the secret parts in the forms they have in memory.</summary>
    private async Task<Dictionary<string, byte[]>> MakeAsync(string form)
    {
        var wanted = new Dictionary<string, byte[]>();
        foreach (var kind in KindsOf(form))
        {
            string[] key = kind switch { "rsa" => ["rsa:2048"], "ecdsa" => ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], _ => [kind] };
            await OpensslAsync(["req", "-x509", "-newkey", .. key, "-nodes", "-subj", "/CN=localhost", "-keyout", _files["key"], "-out", _files["certificate"]]);
            var pem = await File.ReadAllTextAsync(_files["key"]);
            await OpensslAsync(form == "pkcs12"
                ? ["pkcs12", "-export", "-in", _files["certificate"], "-inkey", _files["key"], "-out", _files[kind], "-passout", $"pass:{TempFiles.Password}"]
                : ["pkcs8", "-topk8", "-in", _files["key"], "-out", _files[kind], .. form == "pem" ? (string[])["-nocrypt"] : ["-passout", $"pass:{TempFiles.Password}"]]);
            if (form != "pkcs12")
                await File.AppendAllTextAsync(_files[kind], await File.ReadAllTextAsync(_files["certificate"]));

            // Of its inside: its beginning is alike in all keys.
            var text = pem.Split('\n').Last(line => line.Length == 64)[^40..];
            wanted[$"{kind}: the file's text"] = Encoding.ASCII.GetBytes(text);
            wanted[$"{kind}: the file's text in UTF-16"] = Encoding.Unicode.GetBytes(text);
            foreach (var (name, bytes) in PartsOf(kind, pem))
                wanted[$"{kind}: {name}"] = bytes;
        }

        return wanted;
    }

    private static async Task OpensslAsync(params string[] arguments)
    {
        var result = await ExternalTool.Require("openssl").RunAsync(arguments);
        Assert.True(result.ExitCode == 0, $"{result}");
    }

    // OpenSSL's big numbers have their lowest digit first.
    private static IEnumerable<(string Name, byte[] Bytes)> PartsOf(string kind, string pem)
    {
        switch (kind)
        {
            case "rsa":
                using (var rsa = RSA.Create())
                {
                    rsa.ImportFromPem(pem);
                    var parameters = rsa.ExportParameters(true);
                    yield return ("the prime", [.. parameters.P!.Reverse()]);
                    yield return ("the exponent", [.. parameters.D!.Reverse()]);
                    yield return ("the prime as text of DER", parameters.P!);
                }

                break;
            case "ecdsa":
                using (var ecdsa = ECDsa.Create())
                {
                    ecdsa.ImportFromPem(pem);
                    var d = ecdsa.ExportParameters(true).D!;
                    yield return ("the private number", [.. d.Reverse()]);
                    yield return ("the private number as text of DER", d);
                }

                break;
            default:
                yield return ("the seed", Convert.FromBase64String(string.Concat(pem.Split('\n')[1..^2]))[^32..]);
                break;
        }
    }
}
