using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Hosting;

namespace Aeronet.AspNetCore.Tls.Tests.Tickets;

/// <summary>Keys change by the clock, and tickets under older ones are accepted and renewed as long as the window holds them.</summary>
public sealed class RotationTests
{
    private const string KeyAge = "aeronet.tls.ticket_key.age";

    private static readonly DateTimeOffset s_noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<string, SessionTicketKeySource> Cases => new MatrixTheoryData<string, SessionTicketKeySource>(
        ["tls1_2", "tls1_3"], [SessionTicketKeySource.Process, SessionTicketKeySource.Secret]);

    [Theory, MemberData(nameof(Cases))]
    public async Task Keys_ThroughADay_EachTicketRenewed(string version, SessionTicketKeySource source)
    {
        var time = new ManualTime(s_noon);
        await using var host = await StartAsync(source, time);
        using var client = new TicketClient(version);

        Assert.False(await client.ConnectAsync(host));
        for (var hour = 0; hour < 24; hour += 3)
        {
            time.Advance(TimeSpan.FromHours(3));
            Assert.True(await client.ConnectAsync(host), $"after {hour + 3} hours");
        }

        Assert.Equal(2, host.Metrics.Total("aeronet.tls.ticket_key.rotations"));

        // In TLS 1.2 s_client shows the ticket that it gets for an old one, and goes on with that one: renewal is in ItsTicketIsRenewed.
        var old = version == "tls1_3" ? 2 : 5;
        Assert.Equal(old, host.Metrics.Total("aeronet.tls.tickets", ("aeronet.ticket.key", "1")) + host.Metrics.Total("aeronet.tls.tickets", ("aeronet.ticket.key", "2")));
        Assert.Equal(8 - old, host.Metrics.Total("aeronet.tls.tickets", ("aeronet.ticket.key", "current")));
        Assert.Equal(8, host.Metrics.Total("aeronet.tls.handshakes", ("tls.resumed", true)));
        TestContext.Current.TestOutputHelper!.WriteLine(client.HitRatio);
    }

    [Theory, MemberData(nameof(Cases))]
    public async Task Session_UnderAnOldKey_ItsTicketIsRenewed(string version, SessionTicketKeySource source)
    {
        var time = new ManualTime(s_noon);
        await using var host = await StartAsync(source, time);
        using var client = new TicketClient(version);
        await client.ConnectAsync(host);
        var first = client.KeyName;
        Assert.True(await client.ConnectAsync(host));
        Assert.Equal(first, client.KeyName);

        time.Advance(TimeSpan.FromHours(13));

        Assert.True(await client.ConnectAsync(host));
        Assert.NotEqual(first, client.KeyName);
    }

    [Theory, MemberData(nameof(Cases))]
    public async Task Ticket_OlderThanTheWindow_FullHandshakeAndANewOne(string version, SessionTicketKeySource source)
    {
        var time = new ManualTime(s_noon);
        await using var host = await StartAsync(source, time);
        using var client = new TicketClient(version);

        await client.ConnectAsync(host);
        time.Advance(TimeSpan.FromHours(12 * 4));

        Assert.False(await client.ConnectAsync(host));
        Assert.True(await client.ConnectAsync(host));
        Assert.Equal(1, host.Metrics.Total("aeronet.tls.tickets", ("aeronet.ticket.key", "unknown")));
    }

    [Fact]
    public async Task Window_AfterRotations_HoldsItsKeysYoungestFirst()
    {
        var time = new ManualTime(s_noon);
        await using var host = await StartAsync(SessionTicketKeySource.Process, time);

        time.Advance(TimeSpan.FromHours(60));

        var keys = TicketServers.KeysOf(host);
        Assert.Equal([TlsTicketKeyUse.Current, TlsTicketKeyUse.Accepted, TlsTicketKeyUse.Accepted, TlsTicketKeyUse.Accepted], keys.Select(key => key.Use));
        Assert.Equal([60, 48, 36, 24], keys.Select(key => (key.CreatedAt - s_noon).TotalHours));
    }

    [Theory]
    [InlineData("tls1_2")]
    [InlineData("tls1_3")]
    public async Task Endpoints_OfOneProcess_ShareKeys(string version)
    {
        await using var host = await KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            Listen = listen => listen.UseAeronetTls(Certificates.Ecdsa),
            Kestrel = kestrel => kestrel.ListenLocalhost(TestPorts.Next(), listen => listen.UseAeronetTls(Certificates.Ecdsa)),
            App = app => Microsoft.AspNetCore.Builder.RunExtensions.Run(app, context => Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, "ok")),
        });
        using var client = new TicketClient(version);

        await client.ConnectAsync(host);

        Assert.True(await client.ConnectAsync(host, "-connect", $"127.0.0.1:{host.Ports[1]}"));
    }

    [Theory]
    [InlineData("tls1_2")]
    [InlineData("tls1_3")]
    public async Task Hosts_WithOtherNamesOrPolicies_NeverResumeEachOthersTickets(string version)
    {
        await using var host = await TicketServers.StartAsync(tls =>
        {
            tls.Hosts["a.test"] = new AeronetTlsHostOptions();
            tls.Hosts["b.test"] = new AeronetTlsHostOptions();
            tls.Hosts["c.test"] = new AeronetTlsHostOptions { CipherPolicy = TlsCipherPolicy.Compatibility };
        });
        string[] names = ["a.test", "b.test", "c.test", "other.test"];
        foreach (var from in names)
        {
            foreach (var to in names)
            {
                using var client = new TicketClient(version);
                await client.ConnectAsync(host, "-servername", from);
                Assert.Equal(from == to, await client.ConnectAsync(host, "-servername", to));
            }
        }
    }

    [Fact]
    public async Task Tickets_Disabled_NoneGivenOrTaken()
    {
        await using var host = await TicketServers.StartAsync(tls => tls.SessionTickets.Enabled = false);
        using var client = new TicketClient("tls1_2");

        await client.ConnectAsync(host);

        Assert.False(await client.ConnectAsync(host));
        Assert.Empty(TicketServers.KeysOf(host));
    }

    /// <summary>Keys are not made, nor had from where they come, for who gives none.</summary>
    [Theory]
    [InlineData(false, SessionTicketKeySource.Process)]
    [InlineData(true, SessionTicketKeySource.Secret)]
    public async Task NobodyGivesTickets_NoKeys(bool isEnabled, SessionTicketKeySource source)
    {
        await using var host = await TicketServers.StartAsync(tls =>
        {
            (tls.SessionTickets.Enabled, tls.SessionTickets.Keys.Source) = (isEnabled, source);
            tls.SessionTickets.Keys.Secret = source == SessionTicketKeySource.Secret ? new string('s', 32) : null;

            // With keys that others have, they get none unless it is said.
            tls.ClientCertificates = TlsClientCertificates.Request;
        });
        using var client = new TicketClient("tls1_3");

        await client.ConnectAsync(host);

        Assert.False(await client.ConnectAsync(host));
        Assert.DoesNotContain(KeyAge, host.Metrics.Instruments);
    }

    [Theory]
    [InlineData("tls1_2")]
    [InlineData("tls1_3")]
    public async Task Reload_GivesTickets_UnderKeysThatRotate(string version)
    {
        using var files = new TempFiles();
        var source = new ReloadableConfiguration(ConfiguredHost.Parse(
            $"""
             Aeronet:Tls:Certificate:Path={files.WriteCertificate("s.pem", Certificates.Ecdsa)}
             Aeronet:Tls:Certificate:KeyPath={files.WriteKey("s.key", Certificates.Ecdsa)}
             Aeronet:Tls:SessionTickets:Enabled=false
             """));
        await using var host = await ConfiguredHost.StartAsync("", builder: builder => ((Microsoft.Extensions.Configuration.IConfigurationBuilder)builder.Configuration).Add(source));
        Assert.DoesNotContain(KeyAge, host.Metrics.Instruments);

        source.Reload(ConfiguredHost.Parse("Aeronet:Tls:SessionTickets:Enabled=true"));
        await Eventually.HoldsAsync(() => TicketServers.KeysOf(host).Count == 1, "the keys");

        using var client = new TicketClient(version);
        await client.ConnectAsync(host);
        Assert.True(await client.ConnectAsync(host));
        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.tls.tickets", ("aeronet.ticket.key", "current")) == 1, "the ticket to be counted");
        Assert.Contains(KeyAge, host.Metrics.Instruments);
    }

    [Fact]
    public async Task CountAndLifetime_AsSet()
    {
        await using var host = await TicketServers.StartAsync(tls => (tls.SessionTickets.Count, tls.SessionTickets.Lifetime) = (3, TimeSpan.FromHours(5)));

        var output = await OpensslClient.RunAsync(host, ["-tls1_3"], "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        Assert.Equal(3, output.Split("TLS session ticket lifetime hint: 18000 (seconds)").Length - 1);
    }

    private static Task<KestrelHost> StartAsync(SessionTicketKeySource source, ManualTime time) => TicketServers.StartAsync(
        tls =>
        {
            tls.SessionTickets.Keys.Source = source;
            tls.SessionTickets.Keys.Secret = source == SessionTicketKeySource.Secret ? new string('s', 32) : null;
        },
        time);
}
