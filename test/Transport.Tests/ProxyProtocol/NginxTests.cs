using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aeronet.AspNetCore.Transport.Tests.ProxyProtocol;

/// <summary>nginx's stream module in front, which sends headers of version 1.</summary>
public sealed class NginxTests
{
    [Fact]
    public async Task Plain_TheServerSeesTheClient()
    {
        var front = new IPEndPoint(IPAddress.Loopback, TestPorts.Next());
        await using var host = await ProxyHost.StartAsync();
        await using var nginx = await ProxyProcess.NginxAsync(ProxyProcess.NewFolder(), front, $"server {{ listen {front}; proxy_pass {host.EndPoint}; proxy_protocol on; }}");
        using var client = await RawClient.ConnectAsync(front);

        var first = (await client.GetAsync()).Text;

        Assert.StartsWith($"{client.Socket.LocalEndPoint} {front} http HTTP/1.1", first, StringComparison.Ordinal);
        Assert.Contains("version 1 Proxy", first, StringComparison.Ordinal);
        Assert.Equal(first, (await client.GetAsync()).Text);
    }

    [Fact]
    public async Task TlsPassedThrough_TheServerEndsIt()
    {
        using var certificate = TestCertificate.Create();
        var front = new IPEndPoint(IPAddress.Loopback, TestPorts.Next());
        await using var host = await ProxyHost.StartAsync(behind: listen => listen.UseAeronetTls(certificate));
        await using var nginx = await ProxyProcess.NginxAsync(ProxyProcess.NewFolder(), front, $"server {{ listen {front}; proxy_pass {host.EndPoint}; proxy_protocol on; }}");
        foreach (var version in new[] { HttpVersion.Version11, HttpVersion.Version20 })
        {
            using var client = new HttpClient(KestrelHost.CreateHttpHandler(certificate))
            {
                DefaultRequestVersion = version,
                DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };

            Assert.Contains($" {front} https HTTP/{version.Major}", await client.GetStringAsync(new Uri($"https://{front}/")), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task UnixSocket_TheServerSeesTheClient()
    {
        var front = new IPEndPoint(IPAddress.Loopback, TestPorts.Next());
        var folder = ProxyProcess.NewFolder();
        var path = Path.Combine(folder.FullName, "server.sock");
        await using var host = await ProxyHost.StartAsync(
            kestrel: kestrel => kestrel.ListenUnixSocket(path, listen => listen.UsePatientProxyProtocol()), transport: options => options.UnixFileMode = (UnixFileMode)0x1FF, defaultEndpoint: false);
        await using var nginx = await ProxyProcess.NginxAsync(folder, front, $"server {{ listen {front}; proxy_pass unix:{path}; proxy_protocol on; }}");
        using var client = await RawClient.ConnectAsync(front);

        Assert.StartsWith($"{client.Socket.LocalEndPoint} {front} http HTTP/1.1", (await client.GetAsync()).Text, StringComparison.Ordinal);
    }

    // A client without an address is UNKNOWN.
    [Fact]
    public async Task UnixClient_HasTheProxysAddress()
    {
        var folder = ProxyProcess.NewFolder();
        var front = new UnixDomainSocketEndPoint(Path.Combine(folder.FullName, "front.sock"));
        await using var host = await ProxyHost.StartAsync();
        await using var nginx = await ProxyProcess.NginxAsync(folder, front, $"server {{ listen unix:{front}; proxy_pass {host.EndPoint}; proxy_protocol on; }}");
        using var client = await RawClient.ConnectAsync(front);

        var answer = (await client.GetAsync()).Text;

        Assert.StartsWith($"{ProxyHost.Line(answer, "proxy")} ", answer, StringComparison.Ordinal);
        Assert.Equal("", ProxyHost.Line(answer, "source"));
    }
}
