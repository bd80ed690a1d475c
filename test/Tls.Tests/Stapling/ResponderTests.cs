using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Tls.Tests.Tickets;
using Aeronet.AspNetCore.Transport;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Tls.Tests.Stapling;

/// <summary>Staples of <c>openssl ocsp</c>, as <c>openssl s_client</c> and curl see them.</summary>
public sealed class ResponderTests : IDisposable
{
    private readonly TempFiles _files = new();
    private readonly StapleAuthority _authority;
    private readonly int _port = TestPorts.Next();

    public ResponderTests() => _authority = new StapleAuthority(_files);

    private string Responder => OpensslResponder.AddressOf(_port);

    public void Dispose()
    {
        _authority.Dispose();
        _files.Dispose();
    }

    [Theory]
    [InlineData("-tls1_2", false)]
    [InlineData("-tls1_2", true)]
    [InlineData("-tls1_3", false)]
    [InlineData("-tls1_3", true)]
    public async Task Certificate_ThatNamesAResponder_IsStapled(string version, bool rsa)
    {
        var certificate = _authority.Issue(Responder, rsa: rsa);
        using var responder = await OpensslResponder.StartAsync(_authority, _port);
        await using var host = await StapleHost.StartAsync(_authority, certificate);
        await StapleClient.UntilAsync(host, TlsStapleState.Good);

        Assert.Equal("good", await StapleClient.AskAsync(host, version));
        var curl = await StapleClient.CurlAsync(host, _authority.RootPath, version == "-tls1_2" ? "--tls-max" : "--tlsv1.3", version == "-tls1_2" ? "1.2" : "--no-progress-meter");

        Assert.True(curl.Output == "served", curl.Error);
        Assert.Equal(2, host.Metrics.Total("aeronet.tls.staples", ("aeronet.staple.sent", true)));
        Assert.Equal(1, host.Metrics.Total("aeronet.tls.staple.fetches", ("aeronet.staple.result", "good")));
        Assert.Equal(2, host.Metrics.Count("aeronet.tls.staple.age"));
        Assert.InRange(host.Metrics.Total("aeronet.tls.staple.expiry", ("aeronet.tls.host", "*")), 400, 600);
    }

    [Fact]
    public async Task Pair_OfRsaAndEcdsa_EachItsOwn()
    {
        var (rsa, ecdsa) = (_authority.Issue(Responder, rsa: true), _authority.Issue(Responder));
        _authority.Revoke(rsa);
        using var responder = await OpensslResponder.StartAsync(_authority, _port);
        await using var host = await StapleHost.StartAsync(_authority, rsa, options => options.Certificates.Add(ecdsa));
        await Eventually.HoldsAsync(() => StapleClient.StatusOf(host).All(certificate => certificate.Staple != TlsStapleState.Missing), "both staples");

        Assert.Equal("revoked", await StapleClient.AskAsync(host, "-tls1_2", "-cipher", "aRSA"));
        Assert.Equal("good", await StapleClient.AskAsync(host, "-tls1_2", "-cipher", "aECDSA"));
        Assert.Equal("revoked", await StapleClient.AskAsync(host, "-tls1_3", "-sigalgs", "rsa_pss_rsae_sha256"));
        Assert.Equal("good", await StapleClient.AskAsync(host, "-tls1_3", "-sigalgs", "ECDSA+SHA256"));
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task Hosts_EachItsOwn(string version)
    {
        var (first, second) = (_authority.Issue(Responder), _authority.Issue(Responder, "second.example"));
        _authority.Revoke(second);
        using var responder = await OpensslResponder.StartAsync(_authority, _port);
        await using var host = await StapleHost.StartAsync(_authority, first, options =>
        {
            options.Hosts["second.example"] = HostOf(second);
            options.Hosts["third.example"] = HostOf(Certificates.Ecdsa);
            options.Hosts["off.example"] = HostOf(first);
            options.Hosts["off.example"].OcspStapling.Enabled = false;
            options.Hosts["same.example"] = new AeronetTlsHostOptions();
        });
        await StapleClient.UntilAsync(host, TlsStapleState.Good);
        await StapleClient.UntilAsync(host, TlsStapleState.Revoked, "second.example");

        Assert.Equal("good", await StapleClient.AskAsync(host, version));
        Assert.Equal("revoked", await StapleClient.AskAsync(host, version, "-servername", "second.example"));
        Assert.Equal(StapleClient.None, await StapleClient.AskAsync(host, version, "-servername", "third.example"));
        Assert.Equal(StapleClient.None, await StapleClient.AskAsync(host, version, "-servername", "off.example"));
        Assert.Equal("good", await StapleClient.AskAsync(host, version, "-servername", "same.example"));

        // Two certificates, though five hosts have them: one request each.
        Assert.Equal(1, host.Metrics.Total("aeronet.tls.staple.fetches", ("aeronet.staple.result", "good")));
        Assert.Equal(1, host.Metrics.Total("aeronet.tls.staple.fetches", ("aeronet.staple.result", "revoked")));
        Assert.Equal(TlsStapleState.None, StapleClient.StatusOf(host, "third.example").Single().Staple);

        AeronetTlsHostOptions HostOf(X509Certificate2 certificate) =>
            new() { Certificates = { certificate }, Intermediates = { _authority.Certificate } };
    }

    [Fact]
    public async Task Certificate_Revoked_StapledAsRevokedAndSaidSo()
    {
        var certificate = _authority.Issue(Responder);
        _authority.Revoke(certificate);
        using var responder = await OpensslResponder.StartAsync(_authority, _port);
        await using var host = await StapleHost.StartAsync(_authority, certificate);
        await StapleClient.UntilAsync(host, TlsStapleState.Revoked);

        var curl = await StapleClient.CurlAsync(host, _authority.RootPath);

        Assert.Equal(91, curl.ExitCode);
        Assert.Contains("revocation", curl.Error, StringComparison.OrdinalIgnoreCase);
        await host.Logs.SingleAsync(entry => entry.EventId.Name == "CertificateRevoked" && entry.Level == LogLevel.Error, "the revocation");
    }

    [Fact]
    public async Task Certificate_UnknownToTheResponder_NotStapled()
    {
        var certificate = _authority.Issue(Responder, known: false);
        using var responder = await OpensslResponder.StartAsync(_authority, _port);
        await using var host = await StapleHost.StartAsync(_authority, certificate);
        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.tls.staple.fetches", ("aeronet.staple.result", "unknown")) > 0, "an answer");

        Assert.Equal(StapleClient.None, await StapleClient.AskAsync(host));
        Assert.Equal(91, (await StapleClient.CurlAsync(host, _authority.RootPath)).ExitCode);
        await host.Logs.SingleAsync(entry => entry.EventId.Name == "StapleFailed", "the failure");
        Assert.Equal("the responder does not know the certificate", StapleClient.StatusOf(host).Single().StapleProblem);
        Assert.Equal(2, host.Metrics.Total("aeronet.tls.staples", ("aeronet.staple.sent", false)));
    }

    [Fact]
    public async Task Delegate_OfTheIssuer_Stapled()
    {
        var certificate = _authority.Issue(Responder);
        var signer = _authority.Delegate();
        using var responder = await OpensslResponder.StartAsync(
            _authority, _port, "-rsigner", _files.WriteCertificate("delegate.pem", signer), "-rkey", _files.WriteKey("delegate.key", signer));
        await using var host = await StapleHost.StartAsync(_authority, certificate);
        await StapleClient.UntilAsync(host, TlsStapleState.Good);

        Assert.Equal("served", (await StapleClient.CurlAsync(host, _authority.RootPath)).Output);
    }

    [Fact]
    public async Task Responder_KilledAndStartedAgain_TheLastIsSentToItsEndThenNoneThenTheNext()
    {
        var time = new ManualTime(DateTimeOffset.UtcNow);
        var certificate = _authority.Issue(Responder);
        KestrelHost host;
        using (await OpensslResponder.StartAsync(_authority, _port, "-nmin", "10"))
        {
            host = await StapleHost.StartAsync(_authority, certificate, time: time);
            await StapleClient.UntilAsync(host, TlsStapleState.Good);
        }

        await using var disposal = host;
        time.Advance(StapleClient.StatusOf(host).Single().StapleExpiresAt!.Value - TimeSpan.FromSeconds(1) - time.GetUtcNow());
        Assert.Equal("served", (await StapleClient.CurlAsync(host, _authority.RootPath)).Output);

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(StapleClient.None, await StapleClient.AskAsync(host));
        Assert.Equal(91, (await StapleClient.CurlAsync(host, _authority.RootPath)).ExitCode);

        using var again = await OpensslResponder.StartAsync(_authority, _port, "-nmin", "600");
        for (var minute = 0; minute < 120 && StapleClient.StatusOf(host).Single().Staple != TlsStapleState.Good; minute++)
        {
            time.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.Equal("served", (await StapleClient.CurlAsync(host, _authority.RootPath)).Output);
    }

    [Fact]
    public async Task Responder_Overridden_IsAsked()
    {
        var certificate = _authority.Issue("http://127.0.0.1:1/");
        using var responder = await OpensslResponder.StartAsync(_authority, _port);
        await using var host = await StapleHost.StartAsync(_authority, certificate, options => options.OcspStapling.Responder = Responder);

        await StapleClient.UntilAsync(host, TlsStapleState.Good);
    }

    [Fact]
    public async Task Client_ThatComesBack_NoStapleCounted()
    {
        var certificate = _authority.Issue(Responder);
        using var responder = await OpensslResponder.StartAsync(_authority, _port);
        await using var host = await StapleHost.StartAsync(_authority, certificate);
        await StapleClient.UntilAsync(host, TlsStapleState.Good);
        using var client = new TicketClient("tls1_3");

        Assert.False(await client.ConnectAsync(host, "-status"));
        Assert.True(await client.ConnectAsync(host, "-status"));

        Assert.Equal(1, host.Metrics.Total("aeronet.tls.staples"));
    }
}
