using System.Globalization;
using System.Text.Json;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Tls.Tests.Interop;

/// <summary>testssl.sh (package testssl.sh), which looks for what should not be there.</summary>
[Collection(Alone.Name)]
public sealed class TestsslTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(8);

    /// <summary>Versions, forward secrecy and every vulnerability it knows, on an endpoint with default options.</summary>
    [Fact]
    public async Task DefaultOptions_NothingFound()
    {
        var name = ExternalTool.Find("testssl") is null ? "testssl.sh" : "testssl";
        ExternalTool.Require(name);
        await using var host = await TlsHost.StartAsync(
            context => context.Response.WriteAsync("hello there"),
            tls =>
            {
                tls.Certificates.Add(Certificates.Ecdsa);
                tls.Certificates.Add(Certificates.Rsa);
            });
        var report = Path.Combine(Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "TestResults")).FullName, "testssl.json");
        File.Delete(report);

        var result = await Peer.RunAsync(
            name,
            [
                "--quiet", "--color", "0", "--warnings", "off", "--nodns", "none", "--openssl-timeout", "10", "--connect-timeout", "10",
                "--protocols", "--fs", "--vulnerable", "--jsonfile", report, string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{host.Port}"),
            ],
            limit: s_limit);
        await File.WriteAllTextAsync(Path.ChangeExtension(report, ".txt"), result.Output);

        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(report));
        var findings = json.RootElement.EnumerateArray().ToDictionary(Id, f => (Severity: Text(f, "severity"), Finding: Text(f, "finding")));
        var bad = findings.Where(f => f.Value.Severity is not ("OK" or "INFO") && f.Key != "engine_problem") // that is this machine's openssl
            .Select(f => $"{f.Key}: {f.Value}").ToArray();
        Assert.True(bad.Length == 0, $"{string.Join('\n', bad)}\n{result.Output}");

        // It did look.
        Assert.Equal("offered", findings["TLS1_2"].Finding);
        Assert.StartsWith("offered", findings["TLS1_3"].Finding, StringComparison.Ordinal);
        foreach (var version in (string[])["SSLv2", "SSLv3", "TLS1", "TLS1_1"])
            Assert.Contains("not offered", findings[version].Finding, StringComparison.Ordinal);

        foreach (var weakness in (string[])["heartbleed", "CCS", "ticketbleed", "ROBOT", "secure_renego", "CRIME_TLS", "POODLE_SSL", "SWEET32", "FREAK", "DROWN", "LOGJAM", "LUCKY13", "RC4"])
            Assert.True(findings.Keys.Any(id => id.StartsWith(weakness, StringComparison.Ordinal)), $"{weakness}: {string.Join(' ', findings.Keys)}");

        static string Id(JsonElement finding) => Text(finding, "id");

        static string Text(JsonElement finding, string name) => finding.GetProperty(name).GetString()!;
    }
}
