using System.Net;
using System.Text.Json.Nodes;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Builder;

namespace Aeronet.AspNetCore.Middleware.Tests.Dashboard;

/// <summary>The figures, by the JSON that the page gets.</summary>
public sealed class FigureTests
{
    [Theory]
    [EachServer]
    public async Task Snapshot_RealTraffic_Counted(ServerKind server)
    {
        await using var site = await DashboardSite.StartAsync(server);
        await SnapshotAsync(site);
        foreach (var path in new[] { "/", "/", "/missing", "/fail", "/file" })
            using (await site.GetAsync(path)) { }

        var figures = await UntilAsync(site, f => (long)f["requests"]!["ended"]!["total"]! == 5);

        Assert.Equal(3, (long)figures["requests"]!["byStatus"]!["2xx"]!["total"]!);
        Assert.Equal(1, (long)figures["requests"]!["byStatus"]!["4xx"]!["total"]!);
        Assert.Equal(1, (long)figures["requests"]!["byStatus"]!["5xx"]!["total"]!);
        Assert.InRange((double)figures["requests"]!["durations"]!["total"]!["p99"]!, 0.000_001, 60);
        Assert.True((double)figures["interval"]! > 0);
        Assert.InRange((double)figures["process"]!["cores"]!, 0, 10_000);
        Assert.True((long)figures["process"]!["memory"]! > 1_000_000);
        if (server == ServerKind.TestServer)
        {
            Assert.Null(figures["connections"]);
            Assert.Null(figures["handshakes"]);
            return;
        }

        Assert.InRange((long)figures["connections"]!["open"]!, 1, 10);
        Assert.InRange((long)figures["connections"]!["accepted"]!["total"]!, 1, 10);
        if (server == ServerKind.Sockets)
        {
            Assert.Null(figures["bytes"]);
            Assert.Null(figures["loops"]);
            Assert.Null(figures["files"]);
            Assert.Null(figures["tlsEndpoints"]);
            return;
        }

        Assert.InRange((long)figures["bytes"]!["sent"]!["total"]!, 300_000, 400_000);
        Assert.InRange((long)figures["bytes"]!["received"]!["total"]!, 100, 100_000);
        Assert.Equal(Environment.ProcessorCount, figures["loops"]!.AsArray().Count);
        Assert.Empty(figures["tlsEndpoints"]!.AsArray());
        if (server == ServerKind.Aeronet)
        {
            Assert.Equal(300_000, (long)figures["files"]!["sendfile"]!["total"]!);
            Assert.InRange((double)figures["files"]!["share"]!, 0.75, 1);
        }
    }

    [Fact]
    public async Task Snapshot_Tls_HandshakesCertificatesAndKeys()
    {
        using var certificate = TestCertificate.Create("shop.example.com");
        await using var host = await DashboardSite.StartWithTlsAsync(certificate);
        using var stop = new CancellationTokenSource();
        var load = DashboardSite.LoadAsync(host, certificate, stop.Token);
        using var client = host.CreateHttpClient();
        JsonNode figures;
        try
        {
            figures = await UntilAsync(
                () => client.GetStringAsync(DashboardSite.Path + "/snapshot.json"),
                f => f["handshakes"]!["failedBy"]!.AsObject().Count > 0);
        }
        finally
        {
            await stop.CancelAsync();
            await load;
        }

        var handshakes = figures["handshakes"]!;
        Assert.True((long)handshakes["full"]!["total"]! >= 1);
        Assert.Equal(
            (long)handshakes["completed"]!["total"]!, (long)handshakes["full"]!["total"]! + (long)handshakes["resumed"]!["total"]!);
        Assert.True((long)handshakes["failedBy"]!["not_tls"]!["total"]! >= 1);
        Assert.True((long)handshakes["durations"]!["total"]!["count"]! >= 2);
        Assert.True((long)figures["kernelTls"]!["established"]!["total"]! >= 1);
        var endpoint = Assert.Single(figures["tlsEndpoints"]!.AsArray())!;
        Assert.Equal($"https://127.0.0.1:{host.Ports[1]}", (string)endpoint["address"]!);
        var shown = endpoint["hosts"]![0]!["certificates"]![0]!;
        Assert.Equal("CN=shop.example.com", (string)shown["subject"]!);
        Assert.Equal("None", (string)shown["staple"]!);
        Assert.Equal("Current", (string)endpoint["ticketKeys"]![0]!["use"]!);
    }

    [Fact]
    public async Task Snapshot_TlsOfKestrel_CompletedAndFailed()
    {
        await using var site = await TestSite.StartAsync(
            ServerKind.Sockets,
            new SiteOptions { HttpsEndpoints = 1, App = app => app.MapAeronetDashboard().AllowAnonymous(), EndsWithServed = false });
        using (await site.GetHttpsAsync("/")) { }
        using var plain = await RawClient.ConnectAsync(new IPEndPoint(IPAddress.Loopback, site.Host.Ports[1]));
        await plain.SendAsync("not TLS\r\n\r\n");

        var figures = await UntilAsync(site, f => (long)f["handshakes"]!["failed"]!["total"]! == 1);

        Assert.Equal(1, (long)figures["handshakes"]!["completed"]!["total"]!);
        Assert.Null(figures["handshakes"]!["resumed"]);
        Assert.Single(figures["handshakes"]!["failedBy"]!.AsObject());
    }

    // The page is open for hours: its requests are no part of what it shows.
    [Theory]
    [EachServer]
    public async Task Snapshot_OwnRequests_NotCounted(ServerKind server)
    {
        await using var site = await DashboardSite.StartAsync(server);
        for (var i = 0; i < 3; i++)
            await SnapshotAsync(site);

        Assert.Equal(0, (long)(await SnapshotAsync(site))["requests"]!["ended"]!["total"]!);
    }

    private static async Task<JsonNode> SnapshotAsync(TestSite site) => JsonNode.Parse(await SnapshotTextAsync(site))!;

    private static async Task<string> SnapshotTextAsync(TestSite site)
    {
        using var response = await site.GetAsync(DashboardSite.Path + "/snapshot.json");
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        return await response.Content.ReadAsStringAsync();
    }

    private static Task<JsonNode> UntilAsync(TestSite site, Func<JsonNode, bool> condition) =>
        UntilAsync(() => SnapshotTextAsync(site), condition);

    private static async Task<JsonNode> UntilAsync(Func<Task<string>> snapshot, Func<JsonNode, bool> condition)
    {
        for (var i = 0; ; i++)
        {
            var text = await snapshot().OrTimeout("a snapshot");
            var figures = JsonNode.Parse(text)!;
            if (condition(figures))
                return figures;

            Assert.True(i < 1000, text);
            await Task.Delay(20);
        }
    }
}
