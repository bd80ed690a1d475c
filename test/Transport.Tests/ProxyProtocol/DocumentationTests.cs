using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Aeronet.AspNetCore.Transport.ProxyProtocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Transport.Tests.ProxyProtocol;

/// <summary>docs/proxy-protocol.md says what the code does, and the proxies take what it says for them.</summary>
public sealed partial class DocumentationTests
{
    private const string Page = "docs/proxy-protocol.md";

    public static TheoryData<int> HaproxyBlocks => [.. Enumerable.Range(0, Blocks("haproxy").Length)];

    [Theory, MemberData(nameof(HaproxyBlocks))]
    public async Task Haproxy_AsDocumented_TellsTheClient(int block)
    {
        using var certificate = TestCertificate.Create();
        var front = new IPEndPoint(IPAddress.Loopback, TestPorts.Next());
        var folder = ProxyProcess.NewFolder();
        var (socket, pem) = (Path.Combine(folder.FullName, "app.sock"), Path.Combine(folder.FullName, "site.pem"));
        File.WriteAllText(pem, certificate.ExportCertificatePem() + "\n" + certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem() + "\n");
        await using var host = await ProxyHost.StartAsync(
            kestrel: kestrel => kestrel.ListenUnixSocket(socket, listen => listen.UsePatientProxyProtocol()), transport: options => options.UnixFileMode = (UnixFileMode)0x1FF);
        var text = Blocks("haproxy")[block]
            .Replace("bind :8000", $"bind {front}", StringComparison.Ordinal)
            .Replace("127.0.0.1:8080", host.EndPoint.ToString(), StringComparison.Ordinal)
            .Replace("/etc/haproxy/site.pem", pem, StringComparison.Ordinal)
            .Replace("/run/app/app.sock", socket, StringComparison.Ordinal);
        await using var haproxy = await ProxyProcess.HaproxyAsync(folder, front, text);
        var isTls = text.Contains(" ssl ", StringComparison.Ordinal);
        using var client = new HttpClient(KestrelHost.CreateHttpHandler(isTls ? certificate : null));

        var answer = await client.GetStringAsync(new Uri($"{(isTls ? "https" : "http")}://{front}/"));

        Assert.Contains($" {front} {(isTls ? "https" : "http")} HTTP/1.1", answer, StringComparison.Ordinal);
        Assert.StartsWith("127.0.0.1:", ProxyHost.Line(answer, "source"), StringComparison.Ordinal);
        if (isTls)
            Assert.Equal(("True", true), (ProxyHost.Line(answer, "checksum"), ProxyHost.Line(answer, "id").Length > 10));
    }

    [Fact]
    public async Task Nginx_AsDocumented_TellsTheClient()
    {
        var front = new IPEndPoint(IPAddress.Loopback, TestPorts.Next());
        await using var host = await ProxyHost.StartAsync();
        var text = Assert.Single(Blocks("nginx"))
            .Replace("listen 8000", $"listen {front}", StringComparison.Ordinal)
            .Replace("127.0.0.1:8080", host.EndPoint.ToString(), StringComparison.Ordinal);
        await using var nginx = await ProxyProcess.NginxAsync(ProxyProcess.NewFolder(), front, text["stream {".Length..text.LastIndexOf('}')]);
        using var client = await RawClient.ConnectAsync(front);

        Assert.StartsWith($"{client.Socket.LocalEndPoint} {front} ", (await client.GetAsync()).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Example_Starts_AndTrustsWhomItNames()
    {
        var json = Assert.Single(Blocks("json")).Replace("https://*:8443", "http://127.0.0.1:0", StringComparison.Ordinal).Replace("127.0.0.1:8080", "127.0.0.1:0", StringComparison.Ordinal);
        await using var host = await KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            DefaultEndpoint = false,
            Builder = builder => builder.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))),
            App = app => app.Run(ProxyHost.AnswerAsync),
        });

        // Loopback is not among the peers.
        Assert.Equal(ProxyHost.Refused, await ProxyHost.AskAsync(new IPEndPoint(IPAddress.Loopback, host.Ports[0]), []));
        Assert.StartsWith("127.0.0.1:", await ProxyHost.AskAsync(new IPEndPoint(IPAddress.Loopback, host.Ports[1]), []), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_AreThoseOfTheTable()
    {
        var documented = Repository.Table(Page, "## Aeronet:ProxyProtocol", "| key |");

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => ProxyHost.StartAsync([new("Aeronet:ProxyProtocol:Zzzzzz", "1")]));

        var known = Assert.Single(failure.Failures).Split("use one of ")[1].TrimEnd('.').Split(", ");
        Assert.Equal(documented.Select(row => row[0].Trim('`')).Order(), known.Order());
        var defaults = new AeronetProxyProtocolEndpointOptions();
        Assert.Equal(
            [$"`{defaults.Mode}`", $"`{string.Join("`, `", defaults.TrustedPeers)}`", $"`{defaults.HeaderTimeout}`", $"`{defaults.MaxHeaderLength}`", "`true`", "none"],
            documented.Select(row => row[1]));
    }

    [Fact]
    public void Reasons_AreThoseOfTheTable() => Assert.Equal(
        Enum.GetNames<ProxyRefusal>().Where(name => name != nameof(ProxyRefusal.None)).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName).Order(),
        Repository.Table(Page, "### Refusals", "| value |").Select(row => row[0].Trim('`')).Order());

    [Fact]
    public async Task Instruments_AreThoseOfTheTable()
    {
        await using var host = await ProxyHost.StartAsync();
        await ProxyHost.AskAsync(host.EndPoint, HeaderTable.Good["v2 tcp4"].Bytes);
        await ProxyHost.AskAsync(host.EndPoint, HeaderTable.Malformed["tls"].Bytes);

        await Eventually.HoldsAsync(() => host.Metrics.Instruments.Count(IsOurs) == 2, "both", host.Metrics.ToString);
        Assert.Equal(
            Repository.Table("docs/metrics.md", "## PROXY protocol", "| instrument |").Select(row => row[0].Trim('`')).Order(),
            host.Metrics.Instruments.Where(IsOurs).Order());

        static bool IsOurs(string name) => name.StartsWith("aeronet.proxy_protocol.", StringComparison.Ordinal);
    }

    private static string[] Blocks(string language) =>
        [.. Block().Matches(Repository.Read(Page)).Where(match => match.Groups["language"].Value == language).Select(match => match.Groups["text"].Value)];

    [GeneratedRegex(@"^```(?<language>\w+)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
