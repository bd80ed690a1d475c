using System.Globalization;
using System.Security.Authentication;
using System.Text.RegularExpressions;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;

namespace Aeronet.AspNetCore.Tls.Tests.Interop;

/// <summary>Certificates with every kind of key, under every policy, asked in both versions by clients of several makes.</summary>
public sealed class CertificateKindTests : IDisposable
{
    private const string Close = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    private const string NodeScript = """
        const [port, version] = process.argv.slice(1);
        require('https').get({ port, host: '127.0.0.1', maxVersion: version, minVersion: version, rejectUnauthorized: false, servername: 'localhost', agent: false }, response => {
          response.on('data', chunk => console.log(String(chunk)));
        }).on('error', error => console.log(String(error)));
        """;

    private static readonly Dictionary<string, string[]> s_keys = new()
    {
        ["RSA"] = ["rsa:2048"],
        ["RSA-PSS"] = ["rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"],
        ["P-256"] = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
        ["P-384"] = ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
        ["P-521"] = ["ec", "-pkeyopt", "ec_paramgen_curve:P-521"],
        ["Ed25519"] = ["ed25519"],
        ["Ed448"] = ["ed448"],
    };

    private readonly TempFiles _files = new();

    public static TheoryData<string, TlsCipherPolicy> Cases
    {
        get
        {
            var cases = new TheoryData<string, TlsCipherPolicy>();
            foreach (var kind in s_keys.Keys)
            {
                foreach (var policy in (TlsCipherPolicy[])[TlsCipherPolicy.Modern, TlsCipherPolicy.Intermediate, TlsCipherPolicy.Compatibility])
                    cases.Add(kind, policy);
            }

            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public async Task Clients_InBothVersions_AreServed(string kind, TlsCipherPolicy policy)
    {
        await MakeAsync(kind, "c.pem", "k.pem");
        await using var host = await ConfiguredHost.StartAsync($"""
            Aeronet:Tls:Certificate:Path={_files["c.pem"]}
            Aeronet:Tls:Certificate:KeyPath={_files["k.pem"]}
            Aeronet:Tls:CipherPolicy={policy}
            """);
        foreach (var version in (string[])["1.2", "1.3"])
        {
            var isServed = version == "1.3" || policy != TlsCipherPolicy.Modern;
            foreach (var (client, ask) in Clients(host, version))
            {
                var output = await ask();
                Assert.True(output.Contains(ConfiguredHost.Answer, StringComparison.Ordinal) == isServed, $"{client}, {kind}, {policy}, TLS {version}: {output}");
            }
        }
    }

    [Fact]
    public async Task ThreeKinds_EachClientGetsOneItKnows()
    {
        string[] kinds = ["RSA", "P-256", "Ed25519"];
        var configuration = "";
        foreach (var (i, kind) in kinds.Index())
        {
            await MakeAsync(kind, $"c{i}.pem", $"k{i}.pem");
            configuration += $"Aeronet:Tls:Certificates:{i}:Path={_files[$"c{i}.pem"]}\nAeronet:Tls:Certificates:{i}:KeyPath={_files[$"k{i}.pem"]}\n";
        }

        await using var host = await ConfiguredHost.StartAsync(configuration);
        foreach (var (algorithm, type) in new[] { ("ed25519", "Ed25519"), ("ecdsa_secp256r1_sha256", "ECDSA"), ("rsa_pss_rsae_sha256", "RSA-PSS") })
        {
            var output = await OpensslClient.RunAsync(host, ["-tls1_3", "-sigalgs", algorithm], Close);

            // OpenSSL 3.5 says the algorithm, older ones its type.
            Assert.Contains(Regex.Match(output, "Peer signature type: (\\S+)").Groups[1].Value, [type, algorithm], StringComparer.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task Ed25519_EncryptedKey_Read()
    {
        await MakeAsync("Ed25519", "c.pem", "plain.pem");
        await OpensslAsync("pkcs8", "-topk8", "-in", _files["plain.pem"], "-out", _files["k.pem"], "-passout", $"pass:{TempFiles.Password}");
        await using var host = await ConfiguredHost.StartAsync($"""
            Aeronet:Tls:Certificate:Path={_files["c.pem"]}
            Aeronet:Tls:Certificate:KeyPath={_files["k.pem"]}
            Aeronet:Tls:Certificate:Password={TempFiles.Password}
            """);

        Assert.Contains(ConfiguredHost.Answer, await OpensslClient.RunAsync(host, ["-tls1_3"], Close), StringComparison.Ordinal);
    }

    public void Dispose() => _files.Dispose();

    private static IEnumerable<(string Name, Func<Task<string>> Ask)> Clients(KestrelHost host, string version)
    {
        yield return ("openssl", () => OpensslClient.RunAsync(host, [$"-tls{version.Replace('.', '_')}"], Close));
        yield return ("gnutls", async () => (await Peer.RunAsync(
            "gnutls-cli", ["--insecure", "--port", $"{host.Port}", "--priority", $"NORMAL:-VERS-ALL:+VERS-TLS{version}", "127.0.0.1"], Close)).ToString());
        yield return ("curl", async () => (await Peer.RunAsync("curl", ["-sSk", $"--tlsv{version}", "--tls-max", version, $"https://127.0.0.1:{host.Port}/"])).ToString());
        yield return ("node", async () => (await Peer.RunAsync("node", ["-e", NodeScript, host.Port.ToString(CultureInfo.InvariantCulture), $"TLSv{version}"])).ToString());
        yield return (".NET", async () =>
        {
            try
            {
                return (await Support.Peer.AskAsync(host.Port, configure: client => client.EnabledSslProtocols = version == "1.2" ? SslProtocols.Tls12 : SslProtocols.Tls13)).Response;
            }
            catch (Exception refused) when (refused is IOException or AuthenticationException)
            {
                return refused.ToString();
            }
        });
    }

    private Task MakeAsync(string kind, string certificate, string key) => OpensslAsync(
        ["req", "-x509", "-newkey", .. s_keys[kind], "-nodes", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", _files[key], "-out", _files[certificate]]);

    private static async Task OpensslAsync(params string[] arguments)
    {
        var result = await Peer.RunAsync("openssl", arguments);
        Assert.True(result.ExitCode == 0, $"{result}");
    }
}
