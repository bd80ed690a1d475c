using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Aeronet.AspNetCore.Functional.Tests.Upgrade;

public sealed class RawUpgradeTests
{
    private const string Request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n";

    [Theory, BothTransports]
    public async Task Upgrade_RawProtocol_EchoedBothWays(TransportKind transport)
    {
        await using var host = await StartEchoAsync(transport);
        using var client = await host.ConnectAsync();

        await client.SendAsync(Request);
        var response = await client.ReadResponseHeadAsync();
        Assert.Equal(101, response.StatusCode);
        Assert.Equal("Upgrade", response["Connection"]);
        for (var i = 0; i < 100; i++)
        {
            await client.SendAsync($"line {i}\n");
            Assert.Equal($"line {i}\n", await client.ReadUntilAsync("\n"));
        }
    }

    [Theory, BothTransports]
    public async Task Upgrade_FirstBytesInTheSameSegment_NotLost(TransportKind transport)
    {
        await using var host = await StartEchoAsync(transport);
        using var client = await host.ConnectAsync();

        await client.SendAsync(Request + "early\n");
        await client.ReadResponseHeadAsync();

        Assert.Equal("early\n", await client.ReadUntilAsync("\n"));
    }

    [Theory, BothTransports]
    public async Task Upgrade_LargeTransfer_EveryByteIsRight(TransportKind transport)
    {
        const int Size = 5 * 1024 * 1024;
        await using var host = await StartEchoAsync(transport);
        using var client = await host.ConnectAsync();

        await client.SendAsync(Request);
        await client.ReadResponseHeadAsync();
        var sending = client.SendAsync(Pattern.Bytes(Size));
        var echo = await client.ReadExactlyAsync(Size);
        await sending;

        Assert.Equal(-1, Pattern.FindMismatch(echo));
    }

    [Theory, BothTransports]
    public async Task Upgrade_HandlerEnds_ConnectionEnds(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, async context =>
        {
            await using var stream = await context.Features.Get<IHttpUpgradeFeature>()!.UpgradeAsync();
            await stream.WriteAsync("bye"u8.ToArray());
        });
        using var client = await host.ConnectAsync();

        await client.SendAsync(Request);
        await client.ReadResponseHeadAsync();
        var (bytes, end) = await client.ReadToEndAsync();

        Assert.Equal("bye", Encoding.ASCII.GetString(bytes));
        Assert.Equal(ConnectionEnd.Finished, end);
    }

    [Theory, BothTransports]
    public async Task Connect_Http1_ReachesTheApplicationAsAnyRequest(TransportKind transport)
    {
        // Kestrel opens no tunnel over HTTP/1.1; over HTTP/2 it does, for WebSockets.
        await using var host = await KestrelHost.StartAsync(
            transport,
            context => context.Response.WriteAsync($"{context.Request.Method} {context.Features.Get<IHttpRequestFeature>()!.RawTarget}"));
        using var client = await host.ConnectAsync();

        await client.SendAsync("CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n");

        Assert.Equal("CONNECT example.org:443", (await client.ReadResponseAsync()).Text);
    }

    private static Task<KestrelHost> StartEchoAsync(TransportKind transport)
        => KestrelHost.StartAsync(transport, async context =>
        {
            var upgrade = context.Features.Get<IHttpUpgradeFeature>()!;
            Assert.True(upgrade.IsUpgradableRequest);
            await using var stream = await upgrade.UpgradeAsync();
            await stream.CopyToAsync(stream);
        });
}
