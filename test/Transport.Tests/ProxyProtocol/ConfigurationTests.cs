using System.Net;
using Aeronet.AspNetCore.Transport.ProxyProtocol;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Transport.Tests.ProxyProtocol;

/// <summary>Which endpoints read headers, of whom, and what is said of settings that cannot be.</summary>
public sealed class ConfigurationTests
{
    private const string Section = "Aeronet:ProxyProtocol";

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1", true)]
    [InlineData("127.0.0.1", "127.0.0.2", false)]
    [InlineData("127.0.0.0/8", "127.255.0.1", true)]
    [InlineData("10.0.0.0/8", "::ffff:10.1.2.3", true)]
    [InlineData("::ffff:10.0.0.0/104", "10.1.2.3", true)]
    [InlineData("fd00::/8", "fdff::1", true)]
    [InlineData("fd00::/8", "fe00::1", false)]
    [InlineData("fe80::1", "fe80::1%3", true)]
    [InlineData("0.0.0.0/0", "192.0.2.1", true)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("unix", "127.0.0.1", false)]
    public void Peer_IsTrusted_ByItsAddress(string trusted, string peer, bool isTrusted) =>
        Assert.Equal(isTrusted, new TrustedPeers([trusted]).Trusts(new IPEndPoint(IPAddress.Parse(peer), 1), null));

    [Theory]
    [InlineData("10.1.2.3/8")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10.1")]
    [InlineData("010.0.0.1")]
    [InlineData("localhost")]
    [InlineData("")]
    [InlineData("[::1]")]
    [InlineData("unix:/run/x")]
    public void Peer_ThatIsNone_IsNot(string peer) => Assert.False(TrustedPeers.IsValid(peer));

    [Theory]
    [InlineData("Mode", "Maybe", $"{Section}:Mode is 'Maybe': use Required or Optional.")]
    [InlineData("HeaderTimeout", "00:02:00", $"{Section}:HeaderTimeout is 00:02:00: use 00:00:00.1 to 00:01:00.")]
    [InlineData("MaxHeaderLength", "100", $"{Section}:MaxHeaderLength is 100: use 536 to 65551 bytes.")]
    [InlineData("TrustedPeers:0", "10.1.2.3/8", $"{Section}:TrustedPeers has '10.1.2.3/8': use addresses such as")]
    [InlineData("TrustedPeer", "unix", $"{Section}:TrustedPeer is not an option: did you mean TrustedPeers?")]
    [InlineData("Endpoints:Front:Mode", "Maybe", $"{Section}:Endpoints:Front:Mode is 'Maybe': use Required or Optional.")]
    [InlineData("Endpoints:Front:HeaderTimeout", "00:00:00", $"{Section}:Endpoints:Front:HeaderTimeout is 00:00:00: use 00:00:00.1 to 00:01:00.")]
    public async Task Mistake_FailsTheStart_WithOneLine(string key, string value, string expected)
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => ProxyHost.StartAsync(
            [new($"{Section}:{key}", value), new("Kestrel:Endpoints:Front:Url", "http://127.0.0.1:0")]));

        Assert.StartsWith(expected, Assert.Single(failure.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ConfiguredEndpoints_ReadHeadersWhereTheyAreNamed()
    {
        await using var host = await ProxyHost.StartAsync(
        [
            new("Kestrel:Endpoints:Direct:Url", "http://127.0.0.1:0"),
            new("Kestrel:Endpoints:Front:Url", "http://127.0.0.1:0"),
            new("Kestrel:Endpoints:Mixed:Url", "http://127.0.0.1:0"),
            new("Kestrel:Endpoints:Strange:Url", "http://127.0.0.1:0"),
            new($"{Section}:TrustedPeers:0", "127.0.0.1"),
            new($"{Section}:HeaderTimeout", "00:01:00"),
            new($"{Section}:Endpoints:front", null),
            new($"{Section}:Endpoints:Mixed:Mode", "Optional"),
            new($"{Section}:Endpoints:Strange:TrustedPeers", "10.0.0.0/8"),
        ]);
        var header = HeaderTable.Good["v2 tcp4"].Bytes;

        Assert.StartsWith("127.0.0.1:", await AskAsync(0, null), StringComparison.Ordinal);
        Assert.StartsWith("400", await AskAsync(0, HeaderTable.Good["v1 tcp4"].Bytes), StringComparison.Ordinal);
        Assert.StartsWith("192.0.2.7:51234 ", await AskAsync(1, header), StringComparison.Ordinal);
        Assert.Equal(ProxyHost.Refused, await AskAsync(1, null));
        Assert.StartsWith("192.0.2.7:51234 ", await AskAsync(2, header), StringComparison.Ordinal);
        Assert.StartsWith("127.0.0.1:", await AskAsync(2, null), StringComparison.Ordinal);
        Assert.Equal(ProxyHost.Refused, await AskAsync(3, header));
        Assert.Equal(1, host.Rejected("untrusted_peer"));
        Assert.Equal(1, host.Rejected("no_header"));

        Task<string> AskAsync(int endpoint, byte[]? bytes) => ProxyHost.AskAsync(new IPEndPoint(IPAddress.Loopback, host.Ports[endpoint]), bytes ?? []);
    }

    [Fact]
    public async Task EndpointThatDoesNotExist_FailsTheStart()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => ProxyHost.StartAsync(
            [new("Kestrel:Endpoints:Front:Url", "http://127.0.0.1:0"), new($"{Section}:Endpoints:Frond:Mode", "Required")]));

        Assert.StartsWith($"{Section}:Endpoints:Frond has no effect: name an endpoint of Kestrel:Endpoints", failure.Message, StringComparison.Ordinal);
    }

    // The loader keeps one callback a name: with the application's, nothing would read headers.
    [Fact]
    public async Task EndpointThatCodeHasSetUp_FailsTheStart_UnlessCodeReadsHeaders()
    {
        KeyValuePair<string, string?> url = new("Kestrel:Endpoints:Front:Url", "http://127.0.0.1:0");
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => ProxyHost.StartAsync(
            [url, new($"{Section}:Endpoints:Front:Mode", "Required")],
            kestrel => kestrel.ConfigurationLoader!.Endpoint("Front", _ => { })));
        Assert.Contains("call UseAeronetProxyProtocol there", failure.Message, StringComparison.Ordinal);

        await using var host = await ProxyHost.StartAsync(
            [url], kestrel => kestrel.ConfigurationLoader!.Endpoint("Front", endpoint => endpoint.ListenOptions.UsePatientProxyProtocol()));
        using var client = await host.ConnectAsync();
        await client.SendAsync(HeaderTable.Good["v2 tcp4"].Bytes);
        Assert.StartsWith("192.0.2.7:51234 ", (await client.GetAsync()).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BehindTls_FailsTheStart()
    {
        using var certificate = TestCertificate.Create();

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(listen => listen.UseAeronetTls(certificate).UseAeronetProxyProtocol()));

        Assert.Contains("call UseAeronetProxyProtocol before UseAeronetTls", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Twice_FailsTheStart()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(listen => listen.UseAeronetProxyProtocol().UseAeronetProxyProtocol()));

        Assert.Contains("Call UseAeronetProxyProtocol once", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OptionsOfCode_AreCheckedToo()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(listen => listen.UseAeronetProxyProtocol(options => options.TrustedPeers = [])));

        Assert.StartsWith($"{Section}:TrustedPeers is empty: name the peers that send headers", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SectionOfItsOwn_IsRead()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Front:Mode", "Optional"), new("Front:TrustedPeers:0", "10.0.0.0/8")]).Build();
        await using var host = await StartAsync(listen => listen.UseAeronetProxyProtocol(configuration.GetSection("Front")));
        using var client = await host.ConnectAsync();

        Assert.StartsWith($"{client.Socket.LocalEndPoint} ", (await client.GetAsync()).Text, StringComparison.Ordinal);

        var wrong = new ConfigurationBuilder().AddInMemoryCollection([new("Front:Endpoints:a:Mode", "Optional")]).Build();
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(listen => listen.UseAeronetProxyProtocol(wrong.GetSection("Front"))));
        Assert.StartsWith("Front:Endpoints is not an option", Assert.Single(failure.Failures), StringComparison.Ordinal);
    }

    private static Task<KestrelHost> StartAsync(Action<ListenOptions> listen) => KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
    {
        Listen = listen,
        App = app => Microsoft.AspNetCore.Builder.RunExtensions.Run(app, ProxyHost.AnswerAsync),
    });
}
