using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Reflection;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Aeronet.AspNetCore.Transport.Tls.Hosts;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Tls.Tests.ClientCertificates;

/// <summary>The application decides about client certificates: on the thread pool, in the middle of the handshake.</summary>
public sealed class ValidationTests
{
    public static MatrixTheoryData<SslProtocols, DispatchMode> Ways => new(
        [SslProtocols.Tls12, SslProtocols.Tls13],
        Enum.GetValues<DispatchMode>());

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Validation_SeesCertificateChainAndReason_OnTheThreadPool(SslProtocols version, DispatchMode mode)
    {
        var seen = new List<string>();
        await using var host = await StartAsync(
            (certificate, chain, reason) =>
            {
                lock (seen)
                    seen.Add($"{certificate.Subject} [{string.Join(' ', chain.Select(link => link.Subject))}] {reason ?? "accepted"} {Thread.CurrentThread.IsThreadPoolThread}");

                return true;
            },
            transport: options => options.Dispatch = mode);

        Assert.Equal("I am CN=alice.", await AskAsync(host, version, ClientPki.Alice));
        Assert.Equal("I am CN=bob.", await AskAsync(host, version, ClientPki.Bob, ClientPki.Intermediate.Certificate));
        Assert.Equal("I am CN=mallory.", await AskAsync(host, version, ClientPki.Mallory));

        Assert.Equal(
            [
                "CN=alice [] accepted True",
                "CN=bob [CN=client intermediate] accepted True",
                "CN=mallory [] unable to get local issuer certificate True",
            ],
            seen);
    }

    [Theory]
    [InlineData("alice", "-tls1_2", "alert bad certificate", "bad_certificate")]
    [InlineData("alice", "-tls1_3", "alert bad certificate", "bad_certificate")]
    [InlineData("mallory", "-tls1_3", "alert unknown ca", "unknown_authority")]
    [InlineData("expired", "-tls1_3", "alert certificate expired", "expired")]
    public async Task Refusal_AlertAndReason(string who, string version, string alert, string reason)
    {
        await using var host = await StartAsync((_, _, _) => false);

        var output = await ClientCertificateTests.ConnectAsync(host, version, who);

        Assert.Contains(alert, output, StringComparison.Ordinal);
        Assert.DoesNotContain("I am", output, StringComparison.Ordinal);
        await ClientCertificateTests.CountedAsync(host, reason);
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task Exception_RefusedAndLogged(string version)
    {
        await using var host = await StartAsync((_, _, _) => throw new InvalidOperationException("the directory is down"));

        var output = await ClientCertificateTests.ConnectAsync(host, version, "alice");

        Assert.Contains("alert bad certificate", output, StringComparison.Ordinal);
        await host.Logs.SingleAsync(entry => entry.Exception?.Message == "the directory is down", "the exception");
        Assert.Single(host.Logs.From("Aeronet", LogLevel.Warning));
    }

    [Theory]
    [InlineData(TlsClientCertificates.Require)]
    [InlineData(TlsClientCertificates.Request)]
    public async Task NoCertificate_NotAsked(TlsClientCertificates mode)
    {
        await using var host = await StartAsync((_, _, _) => throw new UnreachableException(), tls => tls.ClientCertificates = mode);

        if (mode == TlsClientCertificates.Require)
            await Assert.ThrowsAnyAsync<Exception>(() => AskAsync(host, SslProtocols.Tls13));
        else
            Assert.Equal("I am nobody.", await AskAsync(host, SslProtocols.Tls13));
    }

    [Fact]
    public async Task Validation_OfOneHost_OthersStayOnTheLoop()
    {
        var asked = 0;
        await using var host = await TlsHost.StartAsync(ClientCertificateTests.WhoAmI, tls =>
        {
            var checkedHost = new AeronetTlsHostOptions { ClientCertificateValidation = (_, _, _) => Interlocked.Increment(ref asked) > 0 };
            ClientCertificateTests.Require(checkedHost);
            tls.Hosts["checked.test"] = checkedHost;
        });

        Assert.Contains("I am nobody.", await ClientCertificateTests.ConnectAsync(host, "-tls1_3", "alice"), StringComparison.Ordinal);
        Assert.Equal(0, asked);
        Assert.Contains("I am CN=mallory.", await ClientCertificateTests.ConnectAsync(host, "-tls1_3", "mallory", "-servername", "checked.test"), StringComparison.Ordinal);
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task Blocked_HoldsUpNobodyElse()
    {
        using var release = new ManualResetEventSlim();
        var blocked = 0;
        await using var host = await StartAsync(
            (certificate, _, _) =>
            {
                if (certificate.Subject == "CN=mallory")
                {
                    Interlocked.Increment(ref blocked);
                    release.Wait();
                }

                return true;
            },
            tls => tls.HandshakeTimeout = TimeSpan.FromMinutes(1),
            options => (options.EventLoops, options.Dispatch) = (1, DispatchMode.Inline));

        var waiting = Enumerable.Range(0, 4).Select(_ => AskAsync(host, SslProtocols.Tls13, ClientPki.Mallory)).ToArray();
        await Eventually.HoldsAsync(() => Volatile.Read(ref blocked) == 4, "all four to be asked about");
        for (var i = 0; i < 5; i++)
            Assert.Equal("I am CN=alice.", await AskAsync(host, SslProtocols.Tls13, ClientPki.Alice));

        release.Set();
        Assert.All(await Task.WhenAll(waiting).OrTimeout("the blocked ones"), answer => Assert.Equal("I am CN=mallory.", answer));
    }

    [Fact]
    public Task Timeout_WhileItRuns_ClientIsToldAtOnce_NothingIsLeft() => GrowingTime.TryAsync("the callback to be entered", async timeout =>
    {
        using var entered = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        using var returned = new ManualResetEventSlim();
        await using var host = await StartAsync(
            (_, _, _) =>
            {
                entered.Set();
                release.Wait();
                returned.Set();
                return true;
            },
            tls => tls.HandshakeTimeout = timeout);

        var output = await ClientCertificateTests.ConnectAsync(host, "-tls1_2", "alice");
        await Eventually.HoldsAsync(() => host.Metrics.Total("kestrel.active_connections") == 0, "the connection to end");
        if (!entered.IsSet)
            return false;

        Assert.False(returned.IsSet);
        Assert.DoesNotContain("I am", output, StringComparison.Ordinal);
        Assert.Contains(host.Logs.From("Aeronet"), entry => entry.Message.Contains("the handshake timed out", StringComparison.Ordinal));
        release.Set();
        await Task.Run(returned.Wait, TestContext.Current.CancellationToken).OrTimeout("the callback");
        await Eventually.HoldsAsync(() => host.Metrics.Total("kestrel.active_tls_handshakes") == 0, "the handshake to end");
        return true;
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ClientGone_WhileItRuns_ConnectionEnds(bool reset)
    {
        using var release = new ManualResetEventSlim();
        using var entered = new ManualResetEventSlim();
        await using var host = await StartAsync(
            (_, _, _) =>
            {
                entered.Set();
                release.Wait();
                return true;
            });
        var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream, 0);
        await socket.ConnectAsync(host.EndPoint, TestContext.Current.CancellationToken);
        var wire = new WireStream(socket);
        await using var tls = new SslStream(wire);
        var handshake = tls.AuthenticateAsClientAsync(OptionsFor(SslProtocols.Tls12, ClientPki.Alice));
        await Task.Run(entered.Wait, TestContext.Current.CancellationToken).OrTimeout("the callback");

        if (reset)
            socket.LingerState = new(true, 0);

        socket.Close();
        await Assert.ThrowsAnyAsync<Exception>(() => handshake.OrTimeout("the handshake"));
        release.Set();

        await Eventually.HoldsAsync(() => host.Metrics.Total("kestrel.active_connections") == 0, "the connection to end");
    }

    [Fact]
    public async Task Stop_WhileItRuns_DoesNotWaitForIt()
    {
        using var release = new ManualResetEventSlim();
        using var entered = new ManualResetEventSlim();
        using var returned = new ManualResetEventSlim();
        var host = await StartAsync(
            (_, _, _) =>
            {
                entered.Set();
                release.Wait();
                returned.Set();
                return true;
            },
            tls => tls.HandshakeTimeout = TimeSpan.FromMinutes(5));
        var ask = AskAsync(host, SslProtocols.Tls13, ClientPki.Alice);
        await Task.Run(entered.Wait, TestContext.Current.CancellationToken).OrTimeout("the callback");

        await host.DisposeAsync();

        Assert.False(returned.IsSet);
        release.Set();
        await Task.Run(returned.Wait, TestContext.Current.CancellationToken).OrTimeout("the callback to return");
        await Assert.ThrowsAnyAsync<Exception>(() => ask);
    }

    [Fact]
    public async Task ManyAtOnce_AllAnswered()
    {
        await using var host = await StartAsync((certificate, _, _) =>
        {
            Thread.Sleep(certificate.SerialNumberBytes.Span[^1] % 4);
            return true;
        });

        await Parallel.ForAsync(0, 300, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
            Assert.Equal("I am CN=alice.", await AskAsync(host, i % 2 == 0 ? SslProtocols.Tls12 : SslProtocols.Tls13, ClientPki.Alice)));

        Assert.Equal(0, host.Metrics.Total("kestrel.active_tls_handshakes"));
    }

    [Theory]
    [InlineData("localhost", "I am CN=mallory.")]
    [InlineData("plain.test", "alert unknown ca")]
    public async Task HelloRetryRequest_Works(string name, string expected)
    {
        await using var host = await StartAsync((_, _, _) => true, tls =>
        {
            var plain = new AeronetTlsHostOptions();
            ClientCertificateTests.Require(plain);
            tls.ClientCertificateValidation = null;
            tls.Hosts["localhost"] = new AeronetTlsHostOptions { ClientCertificateValidation = (_, _, _) => true };
            tls.Hosts["plain.test"] = plain;
        });

        // The client's key share is for a group that the server does not take (RFC 8446, section 4.1.4).
        var output = await ClientCertificateTests.ConnectAsync(host, "-tls1_3", "mallory", "-servername", name, "-groups", "P-521:P-384");

        Assert.Contains(expected, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OneByteAtATime_Works()
    {
        await using var host = await StartAsync((_, _, _) => true, tls => tls.HandshakeTimeout = TimeSpan.FromMinutes(2));
        await using var client = await TlsClient.ConnectAsync(
            host,
            options => options.ClientCertificateContext = SslStreamCertificateContext.Create(ClientPki.Alice, null, offline: true),
            step: 1);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");

        Assert.Contains("I am CN=alice.", await client.ReadUntilAsync("alice."), StringComparison.Ordinal);
    }

    /// <summary>A signature that does not verify leaves its errors behind; the application accepts, and the handshake goes on when the rest comes.</summary>
    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Validation_AcceptsForgery_HandshakeGoesOn(SslProtocols version)
    {
        var forger = new Authority("client root");
        using var forged = forger.Issue("forged");
        var reasons = new List<string?>();
        await using var host = await StartAsync((_, _, reason) =>
        {
            reasons.Add(reason);
            return true;
        });

        await using var client = await TlsClient.ConnectAsync(host, options =>
        {
            options.EnabledSslProtocols = version;
            options.ClientCertificateContext = SslStreamCertificateContext.Create(forged, null, offline: true);
        }, step: 64);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");

        Assert.Contains("I am CN=forged.", await client.ReadUntilAsync("forged."), StringComparison.Ordinal);
        Assert.Contains("signature", Assert.Single(reasons), StringComparison.Ordinal);
    }

    /// <summary>Whoever ends the connection meanwhile, or asks about it, does not wait for the application.</summary>
    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Validation_Runs_NoLockIsHeld(SslProtocols version)
    {
        var held = new List<string>();
        await using var host = await StartAsync((_, _, _) =>
        {
            foreach (var owner in OwnersOf(Transport.Tls.Handshake.HandshakeCallbacks.Current!))
            {
                foreach (var field in owner.GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public).Where(field => !field.FieldType.IsValueType))
                {
                    if (field.GetValue(owner) is { } value && (value is Lock { IsHeldByCurrentThread: true } || (value is not Lock && Monitor.IsEntered(value))))
                        held.Add($"{owner.GetType().Name}.{field.Name}");
                }
            }

            return true;
        });

        Assert.Equal("I am CN=alice.", await AskAsync(host, version, ClientPki.Alice));
        Assert.Empty(held);

        static IEnumerable<object> OwnersOf(object handshake) => handshake.GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic)
            .Where(field => field.FieldType.Namespace?.StartsWith("Aeronet", StringComparison.Ordinal) == true && !field.FieldType.IsValueType)
            .Select(field => field.GetValue(handshake))
            .OfType<object>()
            .Append(handshake);
    }

    private static Task<KestrelHost> StartAsync(
        Func<X509Certificate2, X509Certificate2Collection, string?, bool> validation,
        Action<AeronetTlsOptions>? change = null,
        Action<AeronetTransportOptions>? transport = null)
        => TlsHost.StartAsync(
            ClientCertificateTests.WhoAmI,
            tls =>
            {
                ClientCertificateTests.Require(tls);
                tls.ClientCertificateValidation = validation;
                change?.Invoke(tls);
            },
            transport);

    private static async Task<string> AskAsync(KestrelHost host, SslProtocols version, X509Certificate2? certificate = null, params X509Certificate2[] chain)
    {
        using var handler = KestrelHost.CreateHttpHandler(Certificates.Ecdsa);
        handler.SslOptions = OptionsFor(version, certificate, chain);
        using var client = new HttpClient(handler) { DefaultRequestVersion = HttpVersion.Version11, Timeout = TaskTimeoutExtensions.DefaultTimeout };
        return await client.GetStringAsync($"https://localhost:{host.Port}/");
    }

    private static SslClientAuthenticationOptions OptionsFor(SslProtocols version, X509Certificate2? certificate, params X509Certificate2[] chain) => new()
    {
        TargetHost = "localhost",
        EnabledSslProtocols = version,
        RemoteCertificateValidationCallback = (_, server, _, _) => Certificates.IsOurs(server),
        ClientCertificateContext = certificate is null ? null : SslStreamCertificateContext.Create(certificate, [.. chain], offline: true),
    };
}
