using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aeronet.AspNetCore.Transport.Tests.ProxyProtocol;

/// <summary>HAProxy in front, with each kind of header that it sends.</summary>
public sealed class HaproxyTests
{
    [Theory]
    [InlineData("send-proxy", 1)]
    [InlineData("send-proxy-v2", 2)]
    public async Task Plain_TheServerSeesTheClient(string option, int version)
    {
        var front = new IPEndPoint(IPAddress.Loopback, TestPorts.Next());
        await using var host = await ProxyHost.StartAsync();
        await using var haproxy = await StartAsync(front, $"server s {host.EndPoint} {option}");
        using var client = await RawClient.ConnectAsync(front);

        var first = (await client.GetAsync()).Text;
        var second = (await client.GetAsync()).Text;

        Assert.StartsWith($"{client.Socket.LocalEndPoint} {front} http HTTP/1.1", first, StringComparison.Ordinal);
        Assert.Contains($"version {version} Proxy", first, StringComparison.Ordinal);
        Assert.Equal(first, second);
        Assert.NotEqual(client.Socket.LocalEndPoint!.ToString(), ProxyHost.Line(first, "proxy"));
    }

    [Theory]
    [InlineData("send-proxy")]
    [InlineData("send-proxy-v2")]
    public async Task IPv6_TheServerSeesTheClient(string option)
    {
        if (!Socket.OSSupportsIPv6)
            Assert.Skip("the machine has no IPv6");

        var front = new IPEndPoint(IPAddress.IPv6Loopback, TestPorts.Next());
        await using var host = await ProxyHost.StartAsync();
        await using var haproxy = await StartAsync(front, $"server s {host.EndPoint} {option}");
        using var client = await RawClient.ConnectAsync(front);

        Assert.StartsWith($"{client.Socket.LocalEndPoint} {front} http HTTP/1.1", (await client.GetAsync()).Text, StringComparison.Ordinal);
    }

    // One socket for both families tells of IPv4 clients in IPv6's words.
    [Fact]
    public async Task IPv4ClientOfAnIPv6Socket_TheServerSeesTheClient()
    {
        if (!Socket.OSSupportsIPv6)
            Assert.Skip("the machine has no IPv6");

        var front = new IPEndPoint(IPAddress.Loopback, TestPorts.Next());
        await using var host = await ProxyHost.StartAsync();
        await using var haproxy = await ProxyProcess.HaproxyAsync(ProxyProcess.NewFolder(), front, Tcp($"bind :::{front.Port} v4v6", $"server s {host.EndPoint} send-proxy"));
        using var client = await RawClient.ConnectAsync(front);

        var seen = IPEndPoint.Parse((await client.GetAsync()).Text.Split(' ')[0]);

        Assert.Equal(client.Socket.LocalEndPoint, new IPEndPoint(seen.Address.MapToIPv4(), seen.Port));
    }

    [Fact]
    public async Task Values_UniqueIdAuthorityAndChecksum_AreRead()
    {
        using var certificate = TestCertificate.Create("www.example.com");
        var front = new IPEndPoint(IPAddress.Loopback, TestPorts.Next());
        await using var host = await ProxyHost.StartAsync();
        var folder = ProxyProcess.NewFolder();
        await using var haproxy = await ProxyProcess.HaproxyAsync(folder, front, Tcp(
            $"bind {front} ssl crt {Write(folder, certificate)} alpn h2,http/1.1\n    unique-id-format id-%ci-%cp",
            $"server s {host.EndPoint} send-proxy-v2-ssl proxy-v2-options crc32c,unique-id,authority,ssl-cipher,cert-sig,cert-key"));

        var (answer, client) = await AskOverTlsAsync(front, "www.example.com", certificate, "http/1.1");

        Assert.StartsWith($"{client} {front} https HTTP/1.1", answer, StringComparison.Ordinal);
        Assert.Equal("True", ProxyHost.Line(answer, "checksum"));
        Assert.Equal($"id-127.0.0.1-{client.Port}", ProxyHost.Line(answer, "id"));
        Assert.Equal("www.example.com", ProxyHost.Line(answer, "authority"));
        Assert.Equal("http/1.1", ProxyHost.Line(answer, "alpn"));
        Assert.StartsWith("True TLSv1.3 TLS_", ProxyHost.Line(answer, "tls"), StringComparison.Ordinal);

        // It sends "verified" here too.
        Assert.Equal("False False ", ProxyHost.Line(answer, "client"));
    }

    [Fact]
    public async Task ClientCertificate_ItsNameIsRead()
    {
        using var certificate = TestCertificate.Create();
        using var client = TestCertificate.Create("client.example.com");
        var front = new IPEndPoint(IPAddress.Loopback, TestPorts.Next());
        await using var host = await ProxyHost.StartAsync();
        var folder = ProxyProcess.NewFolder();
        var trusted = Path.Combine(folder.FullName, "trusted.pem");
        File.WriteAllText(trusted, client.ExportCertificatePem());
        await using var haproxy = await ProxyProcess.HaproxyAsync(folder, front, Tcp(
            $"bind {front} ssl crt {Write(folder, certificate)} verify optional ca-file {trusted}", $"server s {host.EndPoint} send-proxy-v2-ssl-cn"));

        var (answer, _) = await AskOverTlsAsync(front, "localhost", certificate, "http/1.1", client);
        var (without, _) = await AskOverTlsAsync(front, "localhost", certificate, "http/1.1");

        Assert.Equal("True True client.example.com", ProxyHost.Line(answer, "client"));
        Assert.Equal("False False ", ProxyHost.Line(without, "client"));
    }

    // HAProxy ends TLS and relays what is within; the client speaks HTTP/2 to us.
    [Fact]
    public async Task TlsEndedInFront_Http2_IsHttp2()
    {
        using var certificate = TestCertificate.Create();
        var front = new IPEndPoint(IPAddress.Loopback, TestPorts.Next());
        await using var host = await ProxyHost.StartAsync();
        var folder = ProxyProcess.NewFolder();
        await using var haproxy = await ProxyProcess.HaproxyAsync(folder, front, Tcp(
            $"bind {front} ssl crt {Write(folder, certificate)} alpn h2", $"server s {host.EndPoint} send-proxy-v2-ssl"));
        using var client = Http2Client(front, certificate);

        var answer = await client.GetStringAsync(new Uri("/", UriKind.Relative));

        Assert.StartsWith("127.0.0.1:", answer, StringComparison.Ordinal);
        Assert.Contains($" {front} https HTTP/2", answer, StringComparison.Ordinal);
    }

    // HAProxy speaks HTTP/2 with the client, says so, and goes on in HTTP/1.1.
    [Fact]
    public async Task Http2InFront_Http1Behind_IsHttp1()
    {
        using var certificate = TestCertificate.Create();
        var front = new IPEndPoint(IPAddress.Loopback, TestPorts.Next());
        await using var host = await ProxyHost.StartAsync();
        var folder = ProxyProcess.NewFolder();
        await using var haproxy = await ProxyProcess.HaproxyAsync(folder, front, $"""
            listen l
                mode http
                bind {front} ssl crt {Write(folder, certificate)} alpn h2
                server s {host.EndPoint} send-proxy-v2-ssl
            """);
        using var client = Http2Client(front, certificate);

        var answer = await client.GetStringAsync(new Uri("/", UriKind.Relative));

        Assert.Contains($" {front} https HTTP/1.1", answer, StringComparison.Ordinal);
        Assert.Equal("h2", ProxyHost.Line(answer, "alpn"));
    }

    // It may give a connection that one client has left to another; not one whose header says who the client is.
    [Fact]
    public async Task ConnectionsReused_EachClientIsTold()
    {
        var front = new IPEndPoint(IPAddress.Loopback, TestPorts.Next());
        await using var host = await ProxyHost.StartAsync();
        await using var haproxy = await ProxyProcess.HaproxyAsync(ProxyProcess.NewFolder(), front, $"""
            listen l
                mode http
                http-reuse always
                bind {front}
                server s {host.EndPoint} send-proxy-v2
            """);
        for (var i = 0; i < 3; i++)
        {
            using var one = await RawClient.ConnectAsync(front);
            using var other = await RawClient.ConnectAsync(front);
            foreach (var client in new[] { one, other, one, other })
                Assert.StartsWith($"{client.Socket.LocalEndPoint} ", (await client.GetAsync()).Text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("send-proxy")]
    [InlineData("send-proxy-v2")]
    public async Task TlsPassedThrough_TheServerEndsIt(string option)
    {
        using var certificate = TestCertificate.Create();
        var front = new IPEndPoint(IPAddress.Loopback, TestPorts.Next());
        await using var host = await ProxyHost.StartAsync(behind: listen => listen.UseAeronetTls(certificate));
        await using var haproxy = await StartAsync(front, $"server s {host.EndPoint} {option}");

        var (answer, client) = await AskOverTlsAsync(front, "localhost", certificate, "http/1.1");
        using var http2 = Http2Client(front, certificate);

        Assert.StartsWith($"{client} {front} https HTTP/1.1", answer, StringComparison.Ordinal);
        Assert.Contains($" {front} https HTTP/2", await http2.GetStringAsync(new Uri("/", UriKind.Relative)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("send-proxy")]
    [InlineData("send-proxy-v2")]
    public async Task UnixSocket_TheServerSeesTheClient(string option)
    {
        var front = new IPEndPoint(IPAddress.Loopback, TestPorts.Next());
        var folder = ProxyProcess.NewFolder();
        var path = Path.Combine(folder.FullName, "server.sock");
        await using var host = await ProxyHost.StartAsync(
            kestrel: kestrel => kestrel.ListenUnixSocket(path, listen => listen.UsePatientProxyProtocol()), transport: options => options.UnixFileMode = (UnixFileMode)0x1FF, defaultEndpoint: false);
        await using var haproxy = await ProxyProcess.HaproxyAsync(folder, front, Tcp($"bind {front}", $"server s unix@{path} {option}"));
        using var client = await RawClient.ConnectAsync(front);

        Assert.StartsWith($"{client.Socket.LocalEndPoint} {front} http HTTP/1.1", (await client.GetAsync()).Text, StringComparison.Ordinal);
    }

    // Its checks have no client, and clients of its Unix sockets no address that it tells.
    [Fact]
    public async Task ChecksAndUnixClients_HaveTheProxysAddress()
    {
        var folder = ProxyProcess.NewFolder();
        var front = new UnixDomainSocketEndPoint(Path.Combine(folder.FullName, "front.sock"));
        await using var host = await ProxyHost.StartAsync();
        await using var haproxy = await ProxyProcess.HaproxyAsync(folder, front, Tcp($"bind unix@{front}", $"server s {host.EndPoint} send-proxy-v2 check inter 100ms"));
        using var client = await RawClient.ConnectAsync(front);

        var answer = (await client.GetAsync()).Text;

        Assert.Contains("Local", answer, StringComparison.Ordinal);
        Assert.StartsWith($"{ProxyHost.Line(answer, "proxy")} ", answer, StringComparison.Ordinal);

        // A check that it is satisfied with it resets, which may destroy the header before anybody has read it.
        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.connections.accepted") > 10, "the checks", host.Metrics.ToString);
        Assert.Equal(0, host.Metrics.Total("aeronet.proxy_protocol.rejected"));
    }

    private static Task<ProxyProcess> StartAsync(IPEndPoint front, string server) =>
        ProxyProcess.HaproxyAsync(ProxyProcess.NewFolder(), front, Tcp($"bind {(front.AddressFamily == AddressFamily.InterNetworkV6 ? $"{front.Address}:{front.Port}" : front)}", server));

    private static string Tcp(string bind, string server) => $"""
        listen l
            mode tcp
            {bind}
            {server}
        """;

    private static string Write(DirectoryInfo folder, X509Certificate2 certificate)
    {
        var path = Path.Combine(folder.FullName, "server.pem");
        File.WriteAllText(path, certificate.ExportCertificatePem() + "\n" + certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem() + "\n");
        return path;
    }

    private static HttpClient Http2Client(IPEndPoint front, X509Certificate2 certificate) =>
        new(KestrelHost.CreateHttpHandler(certificate))
        {
            BaseAddress = new Uri($"https://{front}/"),
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

    private static async Task<(string Answer, IPEndPoint Client)> AskOverTlsAsync(
        IPEndPoint front, string name, X509Certificate2 trusted, string protocol, X509Certificate2? own = null)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(front);
        await using var stream = new SslStream(new NetworkStream(socket));
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = name,
            ApplicationProtocols = [new SslApplicationProtocol(protocol)],
            ClientCertificates = own is null ? null : [own],
            RemoteCertificateValidationCallback = (_, certificate, _, _) => trusted.Equals(certificate),
        }).OrTimeout("the handshake");
        await stream.WriteAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(stream);
        var response = await reader.ReadToEndAsync().OrTimeout("the answer");

        // One chunk: its length, itself.
        return (response.Split("\r\n\r\n", 2)[1].Split("\r\n", 2)[1], (IPEndPoint)socket.LocalEndPoint!);
    }
}
