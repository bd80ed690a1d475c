using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Tls.Tests.Tickets;
using Aeronet.AspNetCore.Transport.Tls.Revocation;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Tls.Tests.ClientCertificates;

/// <summary>Revocation lists that are fetched from where an authority publishes them, while clients come.</summary>
public sealed class RevocationUrlTests : IDisposable
{
    private const string Close = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    private readonly TempFiles _files = new();
    private readonly Authority _root = new("fetched root");
    private readonly ManualTime _time = new(DateTimeOffset.UtcNow);

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task List_ServedAndUpdated_CountsWithoutARestart(string version)
    {
        var (alice, bob) = (_root.Issue("alice"), _root.Issue("bob"));
        _root.Revoke(bob);
        await using var server = await ListServer.StartAsync(_root.RevocationList());
        await using var host = await StartAsync(server.Url);
        Assert.Contains("I am CN=alice.", await ConnectAsync(host, alice, version), StringComparison.Ordinal);
        Assert.Contains("alert certificate revoked", await ConnectAsync(host, bob, version), StringComparison.Ordinal);
        await ClientCertificateTests.CountedAsync(host, "revoked");

        _root.Revoke(alice);
        server.List = _root.RevocationList(TimeSpan.FromHours(-1), TimeSpan.FromHours(20));
        await _time.AdvanceAsync<WeakReference<FetchedList>>(TimeSpan.FromHours(1));

        await HoldsAsync(() => Fetched(host, "updated") == 2, host);
        Assert.Contains("alert certificate revoked", await ConnectAsync(host, alice, version), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_Unchanged_NotSentAgain()
    {
        await using var server = await ListServer.StartAsync(_root.RevocationList());
        await using var host = await StartAsync(server.Url);

        await _time.AdvanceAsync<WeakReference<FetchedList>>(TimeSpan.FromHours(1));

        await HoldsAsync(() => Fetched(host, "unchanged") == 1, host);
        Assert.Equal(1, server.Unchanged);
        Assert.InRange(host.Metrics.Total("aeronet.tls.revocation.list.expiry") / 3600, 18, 20);
    }

    /// <summary>What an authority's own tool makes, in either form.</summary>
    [Theory]
    [InlineData("DER")]
    [InlineData("PEM")]
    public async Task List_MadeByOpenssl_Taken(string form)
    {
        var openssl = ExternalTool.Require("openssl");
        var (alice, bob) = (_root.Issue("alice"), _root.Issue("bob"));
        _files.Write("ca.pem", _root.Certificate.ExportCertificatePem());
        _files.WriteKey("ca.key", _root.Certificate);
        _files.Write("index.txt", $"R\t350101000000Z\t250101000000Z\t{bob.SerialNumber}\tunknown\t/CN=bob\n");
        _files.Write("crlnumber", "01\n");
        _files.Write("ca.conf", $"[ca]\ndefault_ca=c\n[c]\ndatabase={_files["index.txt"]}\ncrlnumber={_files["crlnumber"]}\ndefault_md=sha256\n");
        var made = await openssl.RunAsync("ca", "-gencrl", "-config", _files["ca.conf"], "-cert", _files["ca.pem"], "-keyfile", _files["ca.key"], "-crlhours", "5", "-out", _files["a.pem"]);
        Assert.True(made.ExitCode == 0, made.ToString());
        var converted = await openssl.RunAsync("crl", "-in", _files["a.pem"], "-outform", form, "-out", _files["a.crl"]);
        Assert.True(converted.ExitCode == 0, converted.ToString());
        await using var server = await ListServer.StartAsync(await File.ReadAllBytesAsync(_files["a.crl"]));
        await using var host = await StartAsync(server.Url);

        Assert.Contains("I am CN=alice.", await ConnectAsync(host, alice), StringComparison.Ordinal);
        Assert.Contains("alert certificate revoked", await ConnectAsync(host, bob), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dead", TlsRevocationFailure.Hard, "alert unknown ca", "refuse")]
    [InlineData("dead", TlsRevocationFailure.Soft, "I am CN=alice.", "refuse")]
    [InlineData("503", TlsRevocationFailure.Hard, "alert unknown ca", "answers 503")]
    [InlineData("ended", TlsRevocationFailure.Hard, "alert unknown ca", "it ended on")]
    [InlineData("ended", TlsRevocationFailure.Soft, "I am CN=alice.", "it ended on")]
    [InlineData("of another", TlsRevocationFailure.Hard, "alert unknown ca", "none of TrustedClientAuthorities has signed it")]
    [InlineData("of a namesake", TlsRevocationFailure.Hard, "alert unknown ca", "none of TrustedClientAuthorities has signed it")]
    [InlineData("of a namesake", TlsRevocationFailure.Soft, "I am CN=alice.", "none of TrustedClientAuthorities has signed it")]
    [InlineData("of the year 0", TlsRevocationFailure.Hard, "alert unknown ca", "it is no revocation list")]
    [InlineData("garbage", TlsRevocationFailure.Hard, "alert unknown ca", "it is no revocation list")]
    [InlineData("too long", TlsRevocationFailure.Hard, "alert unknown ca", "")]
    public async Task NoList_HardRefusesSoftLetsIn_AndTheLogSaysWhy(string what, TlsRevocationFailure failure, string expected, string reason)
    {
        var alice = _root.Issue("alice");
        var server = await ListServer.StartAsync(what switch
        {
            "503" => null,
            "ended" => _root.RevocationList(expired: true),
            "of another" => ClientPki.Stranger.RevocationList(),
            "of a namesake" => new Authority("fetched root").RevocationList(),
            "of the year 0" => _root.RevocationListOfTheYear0(),
            "garbage" => "<html>not found</html>"u8.ToArray(),
            "too long" => new byte[(32 * 1024 * 1024) + 1],
            _ => _root.RevocationList(),
        });
        await using var _ = server;
        var url = server.Url;
        if (what == "dead")
            await server.DisposeAsync();

        await using var host = await StartAsync(url, tls => tls.RevocationFailure = failure);

        Assert.Contains(expected, await ConnectAsync(host, alice), StringComparison.Ordinal);
        await HoldsAsync(() => host.Logs.Entries.Any(entry => entry.ToString().Contains("There is no new revocation list from", StringComparison.Ordinal) && entry.ToString().Contains(reason, StringComparison.Ordinal)), host);
        if (failure == TlsRevocationFailure.Hard)
            await ClientCertificateTests.CountedAsync(host, "revocation_unknown");
        else
            Assert.Equal(1, host.Metrics.Total("aeronet.tls.revocation.unchecked"));
    }

    [Fact]
    public async Task Soft_AListThatIsThere_StillCounts()
    {
        var bob = _root.Issue("bob");
        _root.Revoke(bob);
        await using var server = await ListServer.StartAsync(_root.RevocationList());
        await using var host = await StartAsync(server.Url, tls => tls.RevocationFailure = TlsRevocationFailure.Soft);

        Assert.Contains("alert certificate revoked", await ConnectAsync(host, bob), StringComparison.Ordinal);
    }

    /// <summary>In soft mode an ended list keeps those out whom it names: OpenSSL goes by the real clock.</summary>
    [Fact]
    public async Task Soft_AListThatHasEnded_StillNamesTheRevoked()
    {
        var (alice, bob) = (_root.Issue("alice"), _root.Issue("bob"));
        _root.Revoke(bob);
        await using var host = await StartAsync(null, tls =>
        {
            tls.RevocationLists.Add(_root.RevocationList(expired: true));
            tls.RevocationFailure = TlsRevocationFailure.Soft;
        });

        Assert.Contains("I am CN=alice.", await ConnectAsync(host, alice), StringComparison.Ordinal);
        Assert.Contains("alert certificate revoked", await ConnectAsync(host, bob), StringComparison.Ordinal);
    }

    [Fact]
    public Task Server_DiesAndComesBack_TheListGoesOnUntilItEnds_ThenIsHadAgain() => GrowingTime.TryAsync("a handshake before the list ends", async time =>
    {
        var alice = _root.Issue("alice");
        var ends = DateTime.UtcNow + TimeSpan.FromSeconds(5) + time;
        await using var server = await ListServer.StartAsync(_root.RevocationList(TimeSpan.FromHours(-3), ends - DateTime.UtcNow));
        await using var host = await StartAsync(server.Url);
        var first = await ConnectAsync(host, alice);
        if (DateTime.UtcNow > ends - TimeSpan.FromSeconds(1))
            return false;

        Assert.Contains("I am CN=alice.", first, StringComparison.Ordinal);

        // Down, and the list is still current; then it ends, for OpenSSL by the real clock.
        server.List = null;
        await _time.AdvanceAsync<WeakReference<FetchedList>>(TimeSpan.FromHours(1));
        await HoldsAsync(() => Fetched(host, "failed") == 1, host);
        await HoldsAsync(() => host.Logs.Entries.Any(entry => entry.ToString().Contains("has ended", StringComparison.Ordinal)), host);
        var rest = ends + TimeSpan.FromSeconds(1) - DateTime.UtcNow;
        await Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero);
        Assert.Contains("alert certificate expired", await ConnectAsync(host, alice), StringComparison.Ordinal);
        await ClientCertificateTests.CountedAsync(host, "revocation_unknown");

        // Asked for again with back-off; the outage is said once.
        for (var i = 2; i < 5; i++)
        {
            await _time.AdvanceAsync<WeakReference<FetchedList>>(TimeSpan.FromMinutes(10));
            await HoldsAsync(() => Fetched(host, "failed") >= i, host);
        }

        server.List = _root.RevocationList(TimeSpan.FromHours(-1), TimeSpan.FromHours(20));
        await _time.AdvanceAsync<WeakReference<FetchedList>>(TimeSpan.FromHours(1));
        await HoldsAsync(() => Fetched(host, "updated") == 2, host);
        Assert.Contains("I am CN=alice.", await ConnectAsync(host, alice), StringComparison.Ordinal);
        Assert.Single(host.Logs.Entries, entry => entry.ToString().Contains("There is no new revocation list", StringComparison.Ordinal));
        Assert.Single(host.Logs.Entries, entry => entry.ToString().Contains("Revocation lists come from", StringComparison.Ordinal));
        return true;
    });

    [Fact]
    public async Task OlderList_ShownBySomebodyOnTheWay_NotTaken()
    {
        var bob = _root.Issue("bob");
        var before = _root.RevocationList(TimeSpan.FromHours(-5), TimeSpan.FromHours(20));
        _root.Revoke(bob);
        await using var server = await ListServer.StartAsync(_root.RevocationList());
        await using var host = await StartAsync(server.Url);

        server.List = before;
        await _time.AdvanceAsync<WeakReference<FetchedList>>(TimeSpan.FromHours(1));

        await HoldsAsync(() => Fetched(host, "failed") == 1, host);
        Assert.Contains("alert certificate revoked", await ConnectAsync(host, bob), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cache_AServerThatIsStartedAgain_HasTheListThoughNobodyPublishesIt()
    {
        var (alice, bob) = (_root.Issue("alice"), _root.Issue("bob"));
        _root.Revoke(bob);
        await using var server = await ListServer.StartAsync(_root.RevocationList());
        await using (var first = await StartAsync(server.Url))
            Assert.Contains("I am CN=alice.", await ConnectAsync(first, alice), StringComparison.Ordinal);

        server.List = null;
        await using var second = await StartAsync(server.Url);

        Assert.Contains("I am CN=alice.", await ConnectAsync(second, alice), StringComparison.Ordinal);
        Assert.Contains("alert certificate revoked", await ConnectAsync(second, bob), StringComparison.Ordinal);

        // What was put there by somebody else is not believed.
        var file = Assert.Single(Directory.GetFiles(_files["cache"]));
        await File.WriteAllBytesAsync(file, new Authority("fetched root").RevocationList(), TestContext.Current.CancellationToken);
        await using var third = await StartAsync(server.Url);
        Assert.Contains("alert unknown ca", await ConnectAsync(third, alice), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Configuration_NamesIt()
    {
        var (alice, bob) = (_root.Issue("alice"), _root.Issue("bob"));
        _root.Revoke(bob);
        await using var server = await ListServer.StartAsync(_root.RevocationList());
        var authority = _files.WriteCertificate("ca.pem", _root.Public());
        var (certificate, key) = (_files.WriteCertificate("s.pem", Certificates.Ecdsa), _files.WriteKey("s.key", Certificates.Ecdsa));
        await using var host = await ConfiguredHost.StartAsync(
            $"""
             Aeronet:Tls:Certificate:Path={certificate}
             Aeronet:Tls:Certificate:KeyPath={key}
             Aeronet:Tls:ClientCertificates=Require
             Aeronet:Tls:TrustedClientAuthorities={authority}
             Aeronet:Tls:RevocationUrls={server.Url}
             Aeronet:Tls:RevocationFailure=Hard
             Aeronet:Tls:Revocation:CacheDirectory={_files["cache"]}
             Aeronet:Tls:Revocation:RefreshInterval=00:10:00
             """);

        Assert.Contains(ConfiguredHost.Answer, await ConnectAsync(host, alice), StringComparison.Ordinal);
        Assert.Contains("alert certificate revoked", await ConnectAsync(host, bob), StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(_files["cache"]));
    }

    /// <summary>A file that cannot take its place is not left beside it, list after list.</summary>
    [Fact]
    public async Task Cache_ThatCannotBeWritten_IsSaidAndLeavesNothing()
    {
        var alice = _root.Issue("alice");
        await using var server = await ListServer.StartAsync(_root.RevocationList());
        await using (await StartAsync(server.Url))
        {
        }

        var file = Assert.Single(Directory.GetFiles(_files["cache"]));
        File.Delete(file);
        Directory.CreateDirectory(file);

        await using var host = await StartAsync(server.Url);

        Assert.Contains("I am CN=alice.", await ConnectAsync(host, alice), StringComparison.Ordinal);
        await HoldsAsync(() => Fetched(host, "updated") == 1, host);
        Assert.Empty(Directory.GetFiles(_files["cache"]));
        Assert.Contains(host.Logs.From("Aeronet", Microsoft.Extensions.Logging.LogLevel.Warning), entry => entry.ToString().Contains("kept", StringComparison.Ordinal));
    }

    /// <summary>OpenSSL hashes a list in each handshake: those with a long one leave the loop at the ClientHello.</summary>
    [Fact]
    public async Task LongList_Taken()
    {
        var alice = _root.Issue("alice");
        var builder = new CertificateRevocationListBuilder();
        for (var i = 0; i < 20_000; i++)
        {
            var serial = new byte[8];
            BinaryPrimitives.WriteInt64BigEndian(serial, 0x7F000000_00000000 + i);
            builder.AddEntry(serial);
        }

        await using var server = await ListServer.StartAsync(builder.Build(_root.Certificate, 1, DateTimeOffset.UtcNow.AddHours(5), HashAlgorithmName.SHA256, thisUpdate: DateTimeOffset.UtcNow.AddHours(-1)));
        Assert.True(server.List!.Length > 256 * 1024);
        await using var host = await StartAsync(server.Url);

        Assert.Contains("I am CN=alice.", await ConnectAsync(host, alice), StringComparison.Ordinal);
    }

    private static long Fetched(KestrelHost host, string result) => (long)host.Metrics.Total("aeronet.tls.revocation.fetches", ("aeronet.tls.revocation.result", result));

    private static Task HoldsAsync(Func<bool> condition, KestrelHost host) => Eventually.HoldsAsync(condition, "the list to be fetched", host.Metrics.ToString);

    private static async Task<string> ConnectAsync(KestrelHost host, X509Certificate2 certificate, string version = "-tls1_3")
    {
        using var pem = new PemFile(certificate);
        return await OpensslClient.RunAsync(host, [version, "-cert", pem.Path], Close);
    }

    private Task<KestrelHost> StartAsync(string? url, Action<AeronetTlsOptions>? change = null) => KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
    {
        Builder = builder => builder.Services.AddSingleton<TimeProvider>(_time),
        Listen = listen => listen.UseAeronetTls(tls =>
        {
            tls.Certificates.Add(Certificates.Ecdsa);
            tls.ClientCertificates = TlsClientCertificates.Require;
            tls.TrustedClientAuthorities.Add(_root.Public());
            tls.Revocation.CacheDirectory = _files["cache"];
            if (url is not null)
                tls.RevocationUrls.Add(url);

            change?.Invoke(tls);
        }),
        App = app => app.Run(ClientCertificateTests.WhoAmI),
    });
}
