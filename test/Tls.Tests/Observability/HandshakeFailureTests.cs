using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Tls.Tests.Tools;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Tls.Tests.Observability;

/// <summary>Each way for a handshake to fail is told to the client and counted under a name of its own.</summary>
public sealed class HandshakeFailureTests
{
    private const string Handshakes = "aeronet.tls.handshakes";
    private static readonly byte[] s_hello = ClientHellos.Capture();

    // RFC 8446, section 6: what the client finds last in the server's bytes.
    private static readonly byte[] s_protocolVersion = [0x15, 0x03, 0x03, 0, 2, 2, 70];
    private static readonly byte[] s_decodeError = [0x15, 0x03, 0x03, 0, 2, 2, 50];

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    public async Task Raw_Stalls_Timeout(string sent)
    {
        await using var host = await StartAsync(tls => tls.HandshakeTimeout = TimeSpan.FromMilliseconds(300));
        using var raw = await host.ConnectAsync();
        await raw.SendAsync(sent == "hello" ? s_hello : []);
        await raw.ReadToEndAsync();

        await FailsAsync(host, "timeout", "timed out");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    [InlineData(int.MaxValue)]
    public async Task Raw_Finishes_PeerClosed(int sent)
    {
        await using var host = await StartAsync();
        using var raw = await host.ConnectAsync();
        await raw.SendAsync(s_hello.AsMemory(0, Math.Min(sent, s_hello.Length)));
        raw.ShutdownSend();
        await raw.ReadToEndAsync();

        await FailsAsync(host, "peer_closed", "the peer closed the connection");
        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.connections.closed", ("aeronet.close.reason", "peer_closed")) == 1, "the reason", host.Metrics.ToString);
    }

    [Fact]
    public async Task Raw_Resets_PeerReset()
    {
        await using var host = await StartAsync();
        using var raw = await host.ConnectAsync();
        await raw.SendAsync(s_hello);
        await raw.ReadSomeAsync();
        raw.Reset();

        await FailsAsync(host, "peer_reset", "reset");
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n")]
    public async Task Raw_Http_AnsweredInHttp(string request)
    {
        await using var host = await StartAsync();
        using var raw = await host.ConnectAsync();
        await raw.SendAsync(request);
        var (bytes, end) = await raw.ReadToEndAsync();

        var answer = Encoding.ASCII.GetString(bytes);
        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        var body = answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        Assert.Contains($"Content-Length: {body.Length}\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("https://", body, StringComparison.Ordinal);
        Assert.Equal(ConnectionEnd.Finished, end);
        await FailsAsync(host, "plain_http", "the client speaks HTTP without TLS");
    }

    [Fact]
    public async Task Raw_Noise_NotTls()
    {
        await using var host = await StartAsync();
        using var raw = await host.ConnectAsync();
        await raw.SendAsync("SSH-2.0-OpenSSH_9.2\r\n");
        await raw.ReadToEndAsync();

        await FailsAsync(host, "not_tls", "the client does not speak TLS");
    }

    [Fact]
    public async Task Raw_BrokenHello_ProtocolError()
    {
        await using var host = await StartAsync();
        using var raw = await host.ConnectAsync();
        await raw.SendAsync(Convert.FromHexString("160301000401000000"));
        var (bytes, end) = await raw.ReadToEndAsync();

        Assert.Equal(s_decodeError, bytes);
        Assert.Equal(ConnectionEnd.Finished, end);
        await FailsAsync(host, "protocol_error", "length");
        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.connections.closed", ("aeronet.close.reason", "tls_failed")) == 1, "the reason", host.Metrics.ToString);
    }

    [Theory]
    [InlineData("160301000401000000", true)]
    [InlineData("474554202F20485454502F312E310D0A486F73743A20780D0A0D0A", false)]
    public async Task Raw_GoesOnSending_AnswerNotLostToReset(string hex, bool alert)
    {
        await using var host = await StartAsync();
        using var raw = await host.ConnectAsync();
        await raw.SendAsync(Convert.FromHexString(hex));

        // A client that was reset could not send the second time.
        for (var i = 0; i < 3; i++)
        {
            await Task.Delay(150);
            await raw.SendAsync("more");
        }

        var (bytes, end) = await raw.ReadToEndAsync();
        Assert.Equal(alert ? 0x15 : (byte)'H', bytes[0]);
        Assert.Equal(ConnectionEnd.Finished, end);
    }

    [Fact]
    public async Task Raw_ForgedRecord_BadRecord()
    {
        await using var host = await StartAsync();
        using var raw = await host.ConnectAsync();
        await raw.SendAsync(s_hello);
        await raw.ReadSomeAsync();
        await raw.SendAsync(new byte[] { 0x17, 3, 3, 0, 64 }.Concat(new byte[64]).ToArray());
        await raw.ReadToEndAsync();

        await FailsAsync(host, "bad_record", "bad record mac");
    }

    [Fact]
    public async Task Raw_FatalAlert_PeerAlert()
    {
        await using var host = await StartAsync();
        using var raw = await host.ConnectAsync();
        await raw.SendAsync(s_hello);
        await raw.ReadSomeAsync();
        await raw.SendAsync(Convert.FromHexString("15030300020228"));
        await raw.ReadToEndAsync();

        await FailsAsync(host, "peer_alert", "alert handshake failure");
    }

    [Fact]
    public async Task OldVersion_AlertAndReason()
    {
        await using var host = await StartAsync(tls => tls.Protocols = SslProtocols.Tls13);
        var old = ClientHellos.Capture(SslProtocols.Tls12);
        using var raw = await host.ConnectAsync();
        await raw.SendAsync(old);
        var (bytes, end) = await raw.ReadToEndAsync();

        Assert.Equal(s_protocolVersion, bytes);
        Assert.Equal(ConnectionEnd.Finished, end);
        await FailsAsync(host, "unsupported_version", "unsupported protocol");
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA)]
    [InlineData(SslProtocols.Tls13, TlsCipherSuite.TLS_AES_128_CCM_SHA256)]
    public async Task NoSharedCipher_AlertAndReason(SslProtocols version, TlsCipherSuite suite)
    {
        await using var host = await StartAsync();

        await RefusedAsync(host, "handshake failure", client =>
        {
            client.EnabledSslProtocols = version;
            client.CipherSuitesPolicy = new CipherSuitesPolicy([suite]);
        });

        await FailsAsync(host, "no_shared_cipher", "no shared cipher");
    }

    [Theory]
    [InlineData("-tls1_3", "no_shared_group")]
    [InlineData("-tls1_2", "no_shared_cipher")] // A suite of TLS 1.2 without a group is not shared.
    public async Task NoSharedGroup_AlertAndReason(string version, string reason)
    {
        await using var host = await StartAsync();

        Assert.Contains("alert handshake failure", await OpensslClient.RunAsync(host, [version, "-groups", "P-521"]), StringComparison.Ordinal);

        await FailsAsync(host, reason, "no s");
    }

    [Theory]
    [InlineData("-tls1_3", "no_shared_signature_algorithm")]
    [InlineData("-tls1_2", "no_shared_cipher")]
    public async Task NoSharedSignatureAlgorithm_AlertAndReason(string version, string reason)
    {
        await using var host = await StartAsync();

        Assert.Contains("alert handshake failure", await OpensslClient.RunAsync(host, [version, "-sigalgs", "RSA-PSS+SHA256"]), StringComparison.Ordinal);

        await FailsAsync(host, reason, "no s");
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task UnknownSni_AlertAndReason(SslProtocols version)
    {
        await using var host = await StartAsync(tls =>
        {
            tls.Hosts["www.example.com"] = new AeronetTlsHostOptions { Certificates = { Certificates.Exact } };
            tls.RefuseUnknownHosts = true;
        });

        await RefusedAsync(host, "unrecognized name", client =>
        {
            client.EnabledSslProtocols = version;
            client.TargetHost = "other.test";
        });

        await FailsAsync(host, "unknown_sni", "no host is named 'other.test'");
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task AlpnMismatch_AlertAndReason(SslProtocols version)
    {
        await using var host = await StartAsync();

        await RefusedAsync(host, "no application protocol", client =>
        {
            client.EnabledSslProtocols = version;
            client.ApplicationProtocols = [new("spdy/3")];
        });

        await FailsAsync(host, "alpn_mismatch", "no application protocol");
    }

    [Theory]
    [InlineData("-tls1_2", false, "no_client_certificate", "alert handshake failure")]
    [InlineData("-tls1_3", false, "no_client_certificate", "alert certificate required")]
    [InlineData("-tls1_2", true, "unknown_authority", "alert unknown ca")]
    [InlineData("-tls1_3", true, "unknown_authority", "alert unknown ca")]
    public async Task ClientCertificate_AlertAndReason(string version, bool has, string reason, string alert)
    {
        await using var host = await StartAsync(tls =>
        {
            tls.ClientCertificates = TlsClientCertificates.Require;
            tls.TrustedClientAuthorities.Add(Certificates.Chain.Root);
        });
        var file = Path.Combine(Path.GetTempPath(), $"aeronet-{Guid.NewGuid():N}.pem");
        await File.WriteAllTextAsync(file, Certificates.Wildcard.ExportCertificatePem() + "\n" + Certificates.Wildcard.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        try
        {
            var output = await OpensslClient.RunAsync(host, [version, .. has ? ["-cert", file] : Array.Empty<string>()]);

            Assert.Contains(alert, output, StringComparison.Ordinal);
            await FailsAsync(host, reason, "certificate");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task OurCertificate_RefusedByPeer(string version)
    {
        await using var host = await StartAsync();

        await OpensslClient.RunAsync(host, [version, "-verify", "1", "-verify_return_error"]);

        await FailsAsync(host, "certificate_refused_by_peer", "alert");
    }

    [Fact]
    public async Task Successes_CountedAsFullOrResumed()
    {
        await using var host = await StartAsync();
        var session = Path.Combine(Path.GetTempPath(), $"aeronet-{Guid.NewGuid():N}.pem");
        const string Request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        await OpensslClient.RunAsync(host, ["-sess_out", session], Request);
        await OpensslClient.RunAsync(host, ["-sess_in", session], Request);
        File.Delete(session);

        Assert.Equal(1, host.Metrics.Total(Handshakes, ("tls.resumed", false)));
        Assert.Equal(1, host.Metrics.Total(Handshakes, ("tls.resumed", true)));
        Assert.Equal(2, host.Metrics.Total(Handshakes));
    }

    private static Task<KestrelHost> StartAsync(Action<AeronetTlsOptions>? tls = null) => TlsHost.StartAsync(context => context.Response.WriteAsync("ok"), tls);

    private static async Task RefusedAsync(KestrelHost host, string alert, Action<SslClientAuthenticationOptions> configure)
    {
        var failure = await Assert.ThrowsAsync<AuthenticationException>(() => TlsClient.ConnectAsync(host, configure));
        Assert.Contains(alert, $"{failure}", StringComparison.Ordinal);
    }

    private static async Task FailsAsync(KestrelHost host, string reason, string logged)
    {
        await Eventually.HoldsAsync(() => host.Metrics.Total(Handshakes) == 1, "the handshake to be counted", host.Metrics.ToString);
        Assert.True(host.Metrics.Total(Handshakes, ("error.type", reason)) == 1, $"{reason}: {host.Metrics}");
        await Eventually.HoldsAsync(() => host.Logs.Entries.Any(IsFailure), "the log", () => string.Join('\n', host.Logs.Entries));
        Assert.Contains(logged, host.Logs.Entries.First(IsFailure).Message, StringComparison.Ordinal);
        Assert.Equal(0, host.Metrics.Total("kestrel.active_tls_handshakes"));

        static bool IsFailure(LogEntry entry) => entry.EventId.Name == "HandshakeFailed";
    }
}
