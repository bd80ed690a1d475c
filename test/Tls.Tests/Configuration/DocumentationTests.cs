using System.Security.Authentication;
using System.Text;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Tls.Tests.Configuration;

/// <summary>docs/tls-configuration.md says what the code does.</summary>
public sealed class DocumentationTests : IDisposable
{
    // .../test/Tls.Tests/bin/Release/net10.0/
    private static readonly string s_page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "../../../../../docs/tls-configuration.md"));

    private readonly TempFiles _files = new();

    [Fact]
    public async Task Example_StartsAndServes()
    {
        using var authority = ClientAuthority.Create();
        using var client = authority.Issue("client");
        using var revoked = authority.Issue("revoked");
        Directory.CreateDirectory(_files["tls"]);
        _files.WriteCertificate("tls/site-ecdsa.pem", Certificates.Ecdsa);
        _files.WriteKey("tls/site-ecdsa.key", Certificates.Ecdsa);
        _files.WritePkcs12("tls/site-rsa.pfx", "...", Certificates.Rsa);
        _files.Write("tls/api.pem", Certificates.Wildcard.ExportCertificatePem() + "\n" + TempFiles.PlainKey(Certificates.Wildcard));
        _files.WriteCertificate("tls/clients-ca.pem", authority.Certificate);
        _files.Write("tls/clients-ca.crl", authority.Revoke(revoked));
        var json = Between("```json", "```")
            .Replace("\"tls/", $"\"{Path.GetRelativePath(AppContext.BaseDirectory, _files.Root)}/tls/", StringComparison.Ordinal)
            .Replace("*:443", "127.0.0.1:0", StringComparison.Ordinal)
            .Replace("*:80", "127.0.0.1:0", StringComparison.Ordinal);
        await using var host = await ConfiguredHost.StartKestrelAsync("", builder: builder => builder.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))));
        var port = host.Ports[host.Addresses.ToList().FindIndex(address => address.StartsWith("https", StringComparison.Ordinal))];

        Assert.Equal(Certificates.Ecdsa.Thumbprint, (await Peer.AskAsync(port, "www.example.com")).Certificate.Thumbprint);
        Assert.Equal(Certificates.Ecdsa.Thumbprint, (await Peer.AskAsync(port, "")).Certificate.Thumbprint);
        Assert.True(await Peer.IsRefusedAsync(port, "example.org"));
        Assert.True(await Peer.IsRefusedAsync(port, "a.api.example.com"));
        var api = await Peer.AskAsync(port, "a.api.example.com", o => o.ClientCertificates = [client]);
        Assert.Equal((Certificates.Wildcard.Thumbprint, SslProtocols.Tls13), (api.Certificate.Thumbprint, api.Version));
        Assert.Contains(ConfiguredHost.Answer, api.Response, StringComparison.Ordinal);
        Assert.True(await Peer.IsRefusedAsync(port, "a.api.example.com", o => o.ClientCertificates = [revoked]));
        Assert.Empty(host.Logs.From("Aeronet", LogLevel.Warning));
    }

    [Theory]
    [InlineData("Aeronet:Tls", "## Aeronet:Tls\n", "## Certificates\n")]
    [InlineData("Aeronet:Tls:Hosts:a.test", "## Aeronet:Tls:Hosts:{name}\n", "## Certificates\n")]
    [InlineData("Aeronet:Tls:Certificate", "## Certificates\n", "## In code\n")]
    public async Task Keys_AreThoseOfTheTables(string section, string beginning, string end)
    {
        var rows = Between(beginning, end).Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal));
        var documented = rows.Select(line => line.Split('`')[1]).Order();

        // The message about a key that does not exist lists those that do.
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => ConfiguredHost.StartAsync($"{section}:Zzzzzz=1"));

        var line = failure.Message.Split("; ").Single(line => line.Contains("Zzzzzz", StringComparison.Ordinal));
        Assert.Equal(documented, line.Split("use one of ")[1].TrimEnd('.').Split(", ").Order());
    }

    public void Dispose() => _files.Dispose();

    private static string Between(string beginning, string end)
    {
        var start = s_page.IndexOf(beginning, StringComparison.Ordinal) + beginning.Length;
        return s_page[start..s_page.IndexOf(end, start, StringComparison.Ordinal)];
    }
}
