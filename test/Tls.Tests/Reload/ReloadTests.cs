using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Tls.Tests.Reload;

/// <summary>Certificates in files that change while the server runs, as tools change them.</summary>
public sealed class ReloadTests : IDisposable
{
    private const string Certificate = "Aeronet:Tls:Certificate";
    private const string Reloads = "aeronet.tls.certificate.reloads";

    private readonly TempFiles _files = new();
    private readonly X509Certificate2 _first = TestCertificate.Create();
    private readonly X509Certificate2 _second = TestCertificate.Create();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _files.Dispose();
        _first.Dispose();
        _second.Dispose();
    }

    [Fact]
    public async Task Files_OverwrittenInPlace_NewConnectionsGetTheNewAndOldOnesGoOn()
    {
        await using var host = await ConfiguredHost.StartAsync(Write("tls", _first));
        await using var old = await ConnectAsync(host);

        Write("tls", _second);

        await ShowsAsync(host, _second);
        Assert.Equal(_first, old.Tls.RemoteCertificate);
        await old.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await old.ReadUntilAsync(ConfiguredHost.Answer);
        Assert.Equal(1, host.Metrics.Total(Reloads, ("aeronet.tls.reload", "reloaded")));
    }

    [Fact]
    public async Task Files_RenamedOver_Taken()
    {
        await using var host = await ConfiguredHost.StartAsync(Write("tls", _first));

        Write("next", _second);
        File.Move(_files["next.key"], _files["tls.key"], overwrite: true);
        File.Move(_files["next.pem"], _files["tls.pem"], overwrite: true);

        await ShowsAsync(host, _second);
    }

    [Fact]
    public async Task Links_OfKubernetes_DirectorySwappedAtOnce_Taken()
    {
        var mount = Directory.CreateDirectory(_files["mount"]).FullName;
        WriteGeneration("..1", _first);
        File.CreateSymbolicLink(Path.Combine(mount, "..data"), "..1");
        File.CreateSymbolicLink(Path.Combine(mount, "tls.crt"), "..data/tls.crt");
        File.CreateSymbolicLink(Path.Combine(mount, "tls.key"), "..data/tls.key");
        await using var host = await ConfiguredHost.StartAsync($"{Certificate}:Path={mount}/tls.crt\n{Certificate}:KeyPath={mount}/tls.key");

        // As kubelet's AtomicWriter does it, twice: the second time nothing is left of the folder that was watched first.
        for (var (generation, certificate) = (2, _second); generation < 4; (generation, certificate) = (generation + 1, _first))
        {
            WriteGeneration($"..{generation}", certificate);
            File.CreateSymbolicLink(Path.Combine(mount, "..data_tmp"), $"..{generation}");
            Run("mv", "-T", Path.Combine(mount, "..data_tmp"), Path.Combine(mount, "..data"));
            Directory.Delete(Path.Combine(mount, $"..{generation - 1}"), recursive: true);

            await ShowsAsync(host, certificate);
        }

        Assert.Equal(0, host.Metrics.Total(Reloads, ("aeronet.tls.reload", "failed")));

        void WriteGeneration(string name, X509Certificate2 certificate)
        {
            Directory.CreateDirectory(Path.Combine(mount, name));
            _files.WriteCertificate($"mount/{name}/tls.crt", certificate);
            _files.WriteKey($"mount/{name}/tls.key", certificate);
        }
    }

    [Fact]
    public async Task Links_OfCertbot_PointedToTheNextFiles_Taken()
    {
        Directory.CreateDirectory(_files["live/site"]);
        Directory.CreateDirectory(_files["archive/site"]);
        WriteArchive(1, _first);
        foreach (var name in new[] { "fullchain", "privkey" })
        {
            File.CreateSymbolicLink(_files[$"live/site/{name}.pem"], $"../../archive/site/{name}1.pem");
        }

        await using var host = await ConfiguredHost.StartAsync(
            $"{Certificate}:Path={_files["live/site/fullchain.pem"]}\n{Certificate}:KeyPath={_files["live/site/privkey.pem"]}");

        WriteArchive(2, _second);
        foreach (var name in new[] { "privkey", "fullchain" })
        {
            File.Delete(_files[$"live/site/{name}.pem"]);
            File.CreateSymbolicLink(_files[$"live/site/{name}.pem"], $"../../archive/site/{name}2.pem");
        }

        await ShowsAsync(host, _second);

        void WriteArchive(int number, X509Certificate2 certificate)
        {
            _files.WriteCertificate($"archive/site/fullchain{number}.pem", certificate);
            _files.WriteKey($"archive/site/privkey{number}.pem", certificate);
        }
    }

    [Fact]
    public async Task Folder_WhichItselfIsALink_PointedElsewhere_Taken()
    {
        Directory.CreateDirectory(_files["releases/1"]);
        Directory.CreateDirectory(_files["releases/2"]);
        Write("releases/1/tls", _first);
        Write("releases/2/tls", _second);
        File.CreateSymbolicLink(_files["current"], "releases/1");
        await using var host = await ConfiguredHost.StartAsync($"{Certificate}:Path={_files["current/tls.pem"]}\n{Certificate}:KeyPath={_files["current/tls.key"]}");

        File.CreateSymbolicLink(_files["next"], "releases/2");
        Run("mv", "-T", _files["next"], _files["current"]);

        await ShowsAsync(host, _second);
    }

    [Fact]
    public async Task File_ThatNoWatchTellsOf_FoundByLooking()
    {
        var configuration = Write("tls", _first);
        Directory.CreateDirectory(_files["elsewhere"]);

        // A write by another name of the file is no event of the watched folder (inotify(7)).
        Run("ln", _files["tls.pem"], _files["elsewhere/tls.pem"]);
        Run("ln", _files["tls.key"], _files["elsewhere/tls.key"]);
        await using var host = await ConfiguredHost.StartAsync($"{configuration}\nAeronet:Tls:ReloadInterval=00:00:01");
        await ShowsAsync(host, _first);

        Write("elsewhere/tls", _second);

        await ShowsAsync(host, _second);
    }

    [Fact]
    public async Task File_BadAndThenGood_OldServedUntilThen()
    {
        await using var host = await ConfiguredHost.StartAsync(Write("tls", _first));

        _files.Write("tls.pem", "-----BEGIN CERTIFICATE-----\nnonsense");
        await FailsAsync(host, $"{Certificate}:Path is '{_files["tls.pem"]}', which cannot be read");
        Assert.Equal(_first, await ShownAsync(host));

        Write("tls", _second);
        await ShowsAsync(host, _second);
    }

    [Fact]
    public async Task File_Gone_OldServed()
    {
        await using var host = await ConfiguredHost.StartAsync(Write("tls", _first));

        File.Delete(_files["tls.key"]);

        await FailsAsync(host, $"{Certificate}:KeyPath is '{_files["tls.key"]}', which does not exist");
        Assert.Equal(_first, await ShownAsync(host));
    }

    [Fact]
    public async Task Key_OfAnotherCertificate_OldServed()
    {
        await using var host = await ConfiguredHost.StartAsync(Write("tls", _first));

        _files.WriteCertificate("tls.pem", _second);

        await FailsAsync(host, "holds a private key that is not that of the certificate");
        Assert.Equal(_first, await ShownAsync(host));
    }

    [Fact]
    public async Task Certificate_Expired_OldServed()
    {
        using var expired = TestCertificate.Create(days: 0);
        await using var host = await ConfiguredHost.StartAsync(Write("tls", _first));

        Write("tls", expired);

        await FailsAsync(host, $"{Certificate}:Path is '{_files["tls.pem"]}', and the certificate 'CN=localhost' expired on");
        Assert.Equal(_first, await ShownAsync(host));
    }

    [Fact]
    public async Task Chain_LeftOutByARenewal_OldServed()
    {
        var (leaf, intermediate, _) = Certificates.Chain;
        var configuration = Write("tls", leaf);
        _files.WriteCertificate("tls.pem", leaf, intermediate);
        await using var host = await ConfiguredHost.StartAsync(configuration);

        _files.WriteCertificate("tls.pem", leaf);

        await FailsAsync(host, "without the certificate of its issuer 'CN=intermediate'");
    }

    [Fact]
    public async Task CertificateOfAHost_Renewed_OthersKeepTheirs()
    {
        const string Named = "Aeronet:Tls:Hosts:www.example.com:Certificate";
        await using var host = await ConfiguredHost.StartAsync(
            $"{Write("tls", _first)}\n{Write("www", _first).Replace(Certificate, Named, StringComparison.Ordinal)}");

        Write("www", _second);

        await ShowsAsync(host, _second, "www.example.com");
        Assert.Equal(_first, await ShownAsync(host));
        var status = Assert.Single(host.Services.GetRequiredService<IAeronetTlsStatus>().Endpoints);
        Assert.Equal(
            [_first, _second],
            status.Hosts.Select(shown => shown.Certificates[0].Fingerprint == Fingerprint(_first) ? _first : _second));
    }

    [Fact]
    public async Task Configuration_NamesOtherFiles_Taken()
    {
        var source = new ReloadableConfiguration(ConfiguredHost.Parse(Write("tls", _first)));
        var next = Write("next", _second);
        await using var host = await ConfiguredHost.StartAsync("", builder: builder => ((Microsoft.Extensions.Configuration.IConfigurationBuilder)builder.Configuration).Add(source));

        source.Reload(ConfiguredHost.Parse($"{Certificate}:Path=/nowhere/tls.pem"));
        await FailsAsync(host, $"{Certificate}:Path is '/nowhere/tls.pem', which does not exist");
        source.Reload(ConfiguredHost.Parse(next));

        await ShowsAsync(host, _second);
        Write("next", _first);
        await ShowsAsync(host, _first);
    }

    [Fact]
    public async Task EndpointOfKestrelsSection_WithACertificateOfOurs_Reloaded()
    {
        await using var host = await ConfiguredHost.StartKestrelAsync($"Kestrel:Endpoints:A:Url=https://127.0.0.1:0\n{Write("tls", _first)}");

        Write("tls", _second);

        await ShowsAsync(host, _second);
    }

    [Fact]
    public async Task KestrelsTls_OnAnotherTransport_ReloadedToo()
    {
        await using var host = await ConfiguredHost.StartAsync(
            Write("tls", _first), builder: builder => builder.Services.AddSingleton<IConnectionListenerFactory, SocketTransportFactory>());
        Assert.Equal(_first, await ShownAsync(host));

        Write("tls", _second);

        await ShowsAsync(host, _second);
    }

    [Fact]
    public async Task ReloadAsync_WhereNothingIsWatched_ReloadsAndSaysWhatIsWrong()
    {
        await using var host = await ConfiguredHost.StartAsync($"{Write("tls", _first)}\nAeronet:Tls:ReloadCertificates=false\nAeronet:Tls:ReloadInterval=00:00:01");
        var manager = host.Services.GetRequiredService<ITlsCertificateManager>();
        var raised = new List<TlsReloadResult>();
        manager.Reloaded += (_, result) => raised.Add(result);

        Write("tls", _second);
        await Task.Delay(1500, Token);
        Assert.Equal(_first, await ShownAsync(host));

        var good = Assert.Single(await manager.ReloadAsync(Token));
        Assert.Equal((host.Addresses[0], null), (good.Address, good.Failure));
        Assert.Equal(_second, await ShownAsync(host));

        File.Delete(_files["tls.pem"]);
        var bad = Assert.Single(await manager.ReloadAsync(Token));
        Assert.StartsWith($"{Certificate}:Path is", bad.Failure, StringComparison.Ordinal);
        Assert.Equal(_second, await ShownAsync(host));
        Assert.Equal([good, bad], raised);
    }

    [Fact]
    public async Task ReloadAsync_CertificateOfCode_DelegateAskedAgain()
    {
        var current = _first;
        await using var host = await ConfiguredHost.StartAsync("", listen => listen.UseAeronetTls(options => options.Certificates.Add(current)));

        current = _second;
        await host.Services.GetRequiredService<ITlsCertificateManager>().ReloadAsync(Token);

        Assert.Equal(_second, await ShownAsync(host));
    }

    [Theory]
    [InlineData("00:00:00.5")]
    [InlineData("2.00:00:00")]
    public async Task ReloadInterval_OutOfRange_FailsTheStart(string interval)
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => ConfiguredHost.StartAsync($"{Write("tls", _first)}\nAeronet:Tls:ReloadInterval={interval}"));

        Assert.StartsWith("Aeronet:Tls:ReloadInterval is ", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith("use 00:00:01 to 1.00:00:00.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Expiry_LessThanTwoWeeksAway_MeasuredAndWarnedOfOnce()
    {
        using var soon = TestCertificate.Create(days: 5);
        await using var host = await ConfiguredHost.StartAsync(Write("tls", soon));
        await Eventually.HoldsAsync(
            () => host.Logs.From("Aeronet.AspNetCore.Transport", LogLevel.Warning).Any(line => line.ToString().Contains("expires in 4 day(s)", StringComparison.Ordinal)),
            "the warning", () => "");

        await host.Services.GetRequiredService<ITlsCertificateManager>().ReloadAsync(Token);

        Assert.Single(host.Logs.From("Aeronet.AspNetCore.Transport", LogLevel.Warning), line => line.ToString().Contains("expires in 4 day(s)", StringComparison.Ordinal));
        var measured = new List<(double Seconds, object? Host)>();
        using var listener = new MeterListener();
        var meters = host.Services.GetRequiredService<IMeterFactory>();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "aeronet.tls.certificate.expiry" && instrument.Meter.Scope == meters)
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) => measured.Add((value, tags[0].Value)));
        listener.Start();
        listener.RecordObservableInstruments();
        var (seconds, of) = Assert.Single(measured);
        Assert.Equal("*", of);
        Assert.InRange(seconds, (4 * 86400) + 80000, 5 * 86400);
    }

    private static string Fingerprint(X509Certificate2 certificate) => certificate.GetCertHashString(HashAlgorithmName.SHA256);

    // What .NET cannot: rename a link to a folder, make a second name.
    private static void Run(string tool, params string[] arguments)
    {
        using var process = Process.Start(tool, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private string Write(string name, X509Certificate2 certificate)
    {
        // Key first: for an instant it is not that of the certificate.
        _files.WriteKey($"{name}.key", certificate);
        _files.WriteCertificate($"{name}.pem", certificate);
        return $"{Certificate}:Path={_files[$"{name}.pem"]}\n{Certificate}:KeyPath={_files[$"{name}.key"]}";
    }

    private static Task<TlsClient> ConnectAsync(KestrelHost host, string name = "localhost") => TlsClient.ConnectAsync(host, options =>
    {
        options.TargetHost = name;
        options.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
    });

    private static async Task<X509Certificate> ShownAsync(KestrelHost host, string name = "localhost")
    {
        await using var client = await ConnectAsync(host, name);
        return client.Tls.RemoteCertificate!;
    }

    private static async Task ShowsAsync(KestrelHost host, X509Certificate2 expected, string name = "localhost")
    {
        for (var waited = 0; waited < 300; waited++)
        {
            if ((await ShownAsync(host, name)).Equals(expected))
            {
                return;
            }

            await Task.Delay(100, Token);
        }

        Assert.Fail("The new certificate was not taken within half a minute.");
    }

    private static async Task FailsAsync(KestrelHost host, string reason)
    {
        await Eventually.HoldsAsync(
            () => host.Logs.From("Aeronet.AspNetCore.Transport", LogLevel.Warning).Any(line => line.ToString().Contains(reason, StringComparison.Ordinal)),
            $"'{reason}'", () => string.Join("\n", host.Logs.From("Aeronet.AspNetCore.Transport", LogLevel.Warning)));

        // Counted behind the line in the log.
        await Eventually.HoldsAsync(() => Failed() >= 1, "the failure to be counted");
        Assert.InRange(Failed(), 1, 10);

        double Failed() => host.Metrics.Total(Reloads, ("aeronet.tls.reload", "failed"));
    }
}
