using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Tls.Tests.Tickets;
using Aeronet.AspNetCore.Transport;
using Aeronet.AspNetCore.Transport.Tls.Stapling;

namespace Aeronet.AspNetCore.Tls.Tests.Stapling;

/// <summary>Staples on disk: those that were fetched, across restarts, and those that somebody else puts there.</summary>
public sealed class KeptTests : IDisposable
{
    private readonly TempFiles _files = new();
    private readonly StapleAuthority _authority;
    private readonly int _port = TestPorts.Next();

    public KeptTests() => _authority = new StapleAuthority(_files);

    private string Folder => _files["cache/ocsp"];

    public void Dispose()
    {
        _authority.Dispose();
        _files.Dispose();
    }

    [Fact]
    public async Task Restart_WhileTheResponderIsDead_StapledFromTheFirstHandshakeOn()
    {
        var certificate = await FillAsync();

        await using var host = await StartAsync(certificate);

        Assert.Equal(TlsStapleState.Good, StapleClient.StatusOf(host).Single().Staple);
        Assert.Equal("good", await StapleClient.AskAsync(host));
        Assert.Equal("served", (await StapleClient.CurlAsync(host, _authority.RootPath)).Output);

        // It is young: nobody is asked yet.
        Assert.Equal(0, host.Metrics.Total("aeronet.tls.staple.fetches"));
    }

    [Fact]
    public async Task File_IsTheOwnersAlone()
    {
        await FillAsync();

        var file = Assert.Single(Directory.GetFiles(Folder));
        Assert.EndsWith(".ocsp", file, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Folder));
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("empty")]
    [InlineData("changed")]
    [InlineData("over")]
    [InlineData("a stranger's")]
    [InlineData("huge")]
    public async Task File_ThatIsNotToBeSent_IsNot(string content)
    {
        var certificate = await FillAsync();
        var file = Assert.Single(Directory.GetFiles(Folder));
        var now = DateTimeOffset.UtcNow;
        using var stranger = new StapleAuthority(_files, "stranger");
        var changed = File.ReadAllBytes(file);
        changed[100] ^= 1;
        File.WriteAllBytes(file, content switch
        {
            "garbage" => "garbage"u8.ToArray(),
            "empty" => [],
            "changed" => changed,
            "over" => OcspResponses.Make(_authority.Certificate, certificate, now.AddHours(-2), now.AddSeconds(-1)),
            "huge" => new byte[1 << 20],
            _ => OcspResponses.Make(_authority.Certificate, certificate, now, now.AddHours(1), signer: stranger.Certificate),
        });

        await using var host = await StartAsync(certificate);

        Assert.Equal(StapleClient.None, await StapleClient.AskAsync(host));
    }

    [Fact]
    public async Task Folder_ThatCannotBeMade_StapledAllTheSame()
    {
        var certificate = _authority.Issue(OpensslResponder.AddressOf(_port));
        _files.Write("file", "not a folder");
        using var responder = await OpensslResponder.StartAsync(_authority, _port);
        await using var host = await StapleHost.StartAsync(_authority, certificate, options => options.OcspStapling.CacheDirectory = _files["file/ocsp"]);

        await StapleClient.UntilAsync(host, TlsStapleState.Good);

        await Eventually.HoldsAsync(() => host.Logs.Entries.Any(entry => entry.EventId.Name == "StapleNotKept"), "a warning");
    }

    [Fact]
    public async Task Folder_OldFilesOfIts_Removed()
    {
        Directory.CreateDirectory(Folder);
        string[] old = [$"{new string('a', 64)}.ocsp", $".{new string('b', 64)}.{Guid.NewGuid():N}"];
        string[] others = [$"{new string('c', 64)}.ocsp", "notes.txt", $"{new string('A', 64)}.ocsp"];
        foreach (var name in old.Concat(others))
            File.WriteAllText(Path.Combine(Folder, name), "");

        foreach (var name in old.Concat(others[1..]))
            File.SetLastWriteTimeUtc(Path.Combine(Folder, name), DateTime.UtcNow.AddDays(-31));

        await FillAsync();

        Assert.Equal(others.Order(), Directory.GetFiles(Folder).Select(file => Path.GetFileName(file)!).Where(name => old.Concat(others).Contains(name)).Order());
    }

    [Fact]
    public async Task ResponseFiles_GivenAndReplaced_TakenWithoutAskingAnybody()
    {
        await using var responder = await FakeResponder.StartAsync();
        var (rsa, ecdsa) = (_authority.Issue(responder.Address, rsa: true), _authority.Issue(responder.Address));
        var time = new ManualTime(DateTimeOffset.UtcNow);
        var (first, second) = (Write("1.ocsp", rsa, time, status: 1), Write("2.ocsp", ecdsa, time, status: 0));
        await using var host = await StapleHost.StartAsync(
            _authority, rsa,
            options =>
            {
                options.Certificates.Add(ecdsa);
                options.OcspStapling.ResponseFiles.Add(first);
                options.OcspStapling.ResponseFiles.Add(second);
            },
            time);

        // At once, and each its own.
        Assert.Equal("revoked", await StapleClient.AskAsync(host, "-tls1_3", "-sigalgs", "rsa_pss_rsae_sha256"));
        Assert.Equal("good", await StapleClient.AskAsync(host, "-tls1_3", "-sigalgs", "ECDSA+SHA256"));

        time.Advance(TimeSpan.FromMinutes(1));
        File.Move(Write("1.new", rsa, time, status: 0), first, overwrite: true);
        for (var i = 0; i < 100 && StapleClient.StatusOf(host)[0].Staple != TlsStapleState.Good; i++)
        {
            time.Advance(TimeSpan.FromSeconds(10));
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.Equal("good", await StapleClient.AskAsync(host, "-tls1_3", "-sigalgs", "rsa_pss_rsae_sha256"));
        Assert.Equal(0, responder.Asked);
        Assert.DoesNotContain(host.Logs.Entries, entry => entry.EventId.Name == "StapleFailed");
    }

    [Theory]
    [InlineData("/var/cache/site", "/var/cache/site/aeronet-ocsp")]
    [InlineData("/var/cache/site:/var/cache/other", "/var/cache/site/aeronet-ocsp")]
    [InlineData("site", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Folder_OfTheEnvironment_IsInTheFirst(string? environment, string? folder) => Assert.Equal(folder, TlsStapler.DirectoryIn(environment));

    private string Write(string name, X509Certificate2 certificate, TimeProvider time, int status) =>
        _files.Write(name, OcspResponses.Make(_authority.Certificate, certificate, time.GetUtcNow(), time.GetUtcNow().AddHours(1), status));

    private Task<KestrelHost> StartAsync(X509Certificate2 certificate) =>
        StapleHost.StartAsync(_authority, certificate, options => options.OcspStapling.CacheDirectory = Folder);

    // Serves once with a responder that dies then.
    private async Task<X509Certificate2> FillAsync()
    {
        var certificate = _authority.Issue(OpensslResponder.AddressOf(_port));
        using var responder = await OpensslResponder.StartAsync(_authority, _port);
        await using var host = await StartAsync(certificate);
        await StapleClient.UntilAsync(host, TlsStapleState.Good);
        await Eventually.HoldsAsync(() => Directory.Exists(Folder) && Directory.GetFiles(Folder, "????????*.ocsp").Any(file => new FileInfo(file).Length > 0), "a file");
        return certificate;
    }
}
