using System.Net;
using System.Net.Security;
using Aeronet.AspNetCore.Transport.Tests.Support;

namespace Aeronet.AspNetCore.Transport.Tests.Prices;

/// <summary>What a request and a connection cost in system calls and memory is what it was: the numbers are in <see cref="PriceList"/>.</summary>
[Collection(Alone.Name)]
public sealed class PriceTests(PriceServer server) : IClassFixture<PriceServer>
{
    private const int Units = 200;

    // What the runtime does besides, at times of its own, only adds to a price: the least of some countings is the price.
    private const int Countings = 3;

    private const string ProxyHeader = "PROXY TCP4 192.0.2.7 198.51.100.1 51234 80\r\n";

    [Fact]
    public async Task Request_KeptAlive()
    {
        using var client = PriceClient.Connect(server.Http, tls: null);
        await CheckAsync(PriceList.KeptAlive, () => client.Ask("/"));
    }

    [Fact]
    public Task Connection_Reconnect() => CheckAsync(PriceList.Reconnect, () => Reconnect(server.Http, null));

    // The header costs its connection memory, and a request nothing.
    [Fact]
    public async Task Request_KeptAliveBehindAHeader()
    {
        using var client = PriceClient.Connect(server.Proxied, tls: null, ProxyHeader);
        await CheckAsync(PriceList.KeptAlive, () => client.Ask("/"));
    }

    [Fact]
    public Task Connection_ReconnectWithAHeader() => CheckAsync(PriceList.ProxiedReconnect, () => Reconnect(server.Proxied, null, ProxyHeader));

    [Fact]
    public async Task Request_TlsKeptAlive()
    {
        using var client = PriceClient.Connect(server.Https, PriceClient.Tls(resume: false));
        await CheckAsync(PriceList.TlsKeptAlive, () => client.Ask("/"));
    }

    [Fact]
    public Task Connection_TlsFull() =>
        CheckAsync(PriceList.TlsFull, () => Assert.DoesNotContain("Resumed", Reconnect(server.Https, PriceClient.Tls(resume: false)), StringComparison.Ordinal));

    [Fact]
    public async Task Connection_TlsResumed()
    {
        var tls = PriceClient.Tls(resume: true);
        Reconnect(server.Https, tls);
        await CheckAsync(PriceList.TlsResumed, () => Assert.Contains("Resumed: 1", Reconnect(server.Https, tls), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Request_File()
    {
        using var client = PriceClient.Connect(server.Http, tls: null);
        await CheckAsync(PriceList.File, () => client.Ask("/files/64k.bin"));
    }

    [Fact]
    public async Task Request_TlsFile()
    {
        using var client = PriceClient.Connect(server.Https, PriceClient.Tls(resume: false));
        await CheckAsync(PriceList.TlsFile, () => client.Ask("/files/64k.bin"));
    }

    [Fact]
    public async Task Request_Http2()
    {
        using var handler = new SocketsHttpHandler { SslOptions = PriceClient.Tls(resume: false) };
        using var client = new HttpClient(handler) { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        var address = new Uri($"https://{server.Https}/");
        await CheckAsync(PriceList.Http2, async () => Assert.Equal(13, (await client.GetByteArrayAsync(address)).Length));
    }

    private static string Reconnect(IPEndPoint endPoint, SslClientAuthenticationOptions? tls, string preface = "")
    {
        using var client = PriceClient.Connect(endPoint, tls, preface);
        var head = client.Ask("/", "Connection: close\r\n");
        client.ReadToEnd();
        return head;
    }

    private Task CheckAsync(Price price, Action unit) => CheckAsync(price, () => Task.Factory.StartNew(
        unit, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));

    private async Task CheckAsync(Price price, Func<Task> unit)
    {
        PricePaid paid;
        var countings = 0;
        do
        {
            paid = await server.MeasureAsync(Units, unit);
            TestContext.Current.TestOutputHelper?.WriteLine(paid.ToString());
            Assert.True(paid.Calls >= 2, $"Nothing was counted: {paid}");
        }
        while (!IsWithin(price, paid) && ++countings < Countings);

        Assert.True(IsWithin(price, paid), $"The price list says {price}, and this was paid: {paid}");
    }

    private static bool IsWithin(Price price, PricePaid paid) =>
        paid.Calls <= price.Calls + PriceList.CallSlack && paid.Waits <= price.Waits && paid.Bytes <= price.Bytes + PriceList.ByteSlack;
}
