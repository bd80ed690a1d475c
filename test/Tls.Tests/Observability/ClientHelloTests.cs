using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Authentication;
using System.Text.RegularExpressions;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Tls.Tests.Tools;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Tls.Tests.Observability;

/// <summary>The observer of the ClientHello and the fingerprints, on real connections.</summary>
public sealed class ClientHelloTests
{
    private static readonly byte[] s_hello = ClientHellos.Capture();

    [Theory]
    [InlineData(TransportKind.Aeronet, 0)]
    [InlineData(TransportKind.Aeronet, 1)]
    [InlineData(TransportKind.Sockets, 0)]
    public async Task Observer_SeesTheBytesThatWereSent(TransportKind kind, int step)
    {
        var seen = new TaskCompletionSource<(string Id, byte[] Bytes)>();

        // As long as a client takes for bytes sent one by one on a busy machine: other tests run beside this one.
        await using var host = await StartAsync(
            tls =>
            {
                tls.OnClientHello = (context, bytes) => seen.SetResult((context.ConnectionId, bytes.ToArray()));
                tls.HandshakeTimeout = TimeSpan.FromMinutes(2);
            },
            kind: kind);
        using var raw = await host.ConnectAsync();
        for (var i = 0; i < s_hello.Length; i += step > 0 ? step : s_hello.Length)
            await raw.SendAsync(s_hello.AsMemory(i, step > 0 ? step : s_hello.Length));

        var (id, bytes) = await seen.Task.OrTimeout("the observer");

        Assert.Equal(s_hello, bytes);
        Assert.NotEmpty(id);
        Assert.Equal(0x16, (await raw.ReadSomeAsync())[0]);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, 1)]
    [InlineData(SslProtocols.Tls12, 100)]
    [InlineData(SslProtocols.Tls13, 1)]
    [InlineData(SslProtocols.Tls13, 100)]
    public async Task Observer_HelloInManyRecords_SeenWholeAndOnce(SslProtocols version, int fragment)
    {
        var seen = new ConcurrentQueue<byte[]>();
        await using var host = await StartAsync(tls => tls.OnClientHello = (_, bytes) => seen.Enqueue(bytes.ToArray()));

        await using var client = await TlsClient.ConnectAsync(host, TlsClient.Version(version), helloFragment: fragment);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Assert.Contains(" 200 ", await client.ReadUntilAsync("\r\n\r\n"), StringComparison.Ordinal);

        var bytes = Assert.Single(seen);
        Assert.Equal((bytes.Length - 5, bytes.Length - 9), ((bytes[3] << 8) | bytes[4], (bytes[7] << 8) | bytes[8]));
    }

    /// <summary>A hello of 12 KiB takes many segments and, like one with post-quantum keys, more than one.</summary>
    [Fact]
    public async Task Observer_LargeHello_SeenWhole()
    {
        var length = 0L;
        await using var host = await StartAsync(tls => tls.OnClientHello = (_, bytes) => length = bytes.Length);

        await using var client = await TlsClient.ConnectAsync(host, o => o.ApplicationProtocols =
            [new("http/1.1"), .. Enumerable.Range(0, 60).Select(i => new System.Net.Security.SslApplicationProtocol(new string((char)('a' + (i % 26)), 190 + i)))]);

        Assert.Equal("http/1.1", $"{client.Tls.NegotiatedApplicationProtocol}");
        Assert.InRange(length, 12_000, 16_384);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Observer_Aborts_ClientIsRefused(SslProtocols version)
    {
        await using var host = await StartAsync(tls => tls.OnClientHello = (context, _) => context.Abort());

        await Assert.ThrowsAnyAsync<Exception>(() => TlsClient.ConnectAsync(host, TlsClient.Version(version)));

        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.tls.handshakes", ("error.type", "aborted")) == 1, "the refusal", host.Metrics.ToString);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Observer_Throws_ClientIsRefusedAndTheNextServed(SslProtocols version)
    {
        var calls = 0;
        await using var host = await StartAsync(tls => tls.OnClientHello = (_, _) =>
        {
            if (Interlocked.Increment(ref calls) == 1)
                throw new FormatException("a mistake");
        });

        var failure = await Assert.ThrowsAsync<AuthenticationException>(() => TlsClient.ConnectAsync(host, TlsClient.Version(version)));
        await using var next = await TlsClient.ConnectAsync(host, TlsClient.Version(version));

        Assert.Contains("internal error", $"{failure}", StringComparison.Ordinal);
        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.tls.handshakes", ("error.type", "observer_failed")) == 1, "the refusal", host.Metrics.ToString);
        await host.Logs.SingleAsync(entry => entry is { EventId.Name: "ObserverFailed", Exception: FormatException }, "the mistake");
    }

    /// <summary>One loop, and an observer that blocks its thread: only its own handshake waits.</summary>
    [Fact]
    public async Task Observer_Blocks_OthersAreServed()
    {
        using var release = new ManualResetEventSlim();
        var first = 1;
        await using var host = await StartAsync(
            tls => tls.OnClientHello = (_, _) =>
            {
                if (Interlocked.Exchange(ref first, 0) == 1)
                    release.Wait(TaskTimeoutExtensions.DefaultTimeout);
            },
            transport => (transport.EventLoops, transport.Dispatch) = (1, DispatchMode.Inline));
        var blocked = TlsClient.ConnectAsync(host);
        await Eventually.HoldsAsync(() => Volatile.Read(ref first) == 0, "the observer to block");

        await using (var other = await TlsClient.ConnectAsync(host))
            Assert.False(blocked.IsCompleted);

        release.Set();
        await (await blocked).DisposeAsync();
    }

    [Fact]
    public Task Observer_TakesTooLong_HandshakeTimesOut() => GrowingTime.TryAsync("the observer to be told", async timeout =>
    {
        var told = 0;
        using var release = new ManualResetEventSlim();
        await using var host = await StartAsync(tls =>
        {
            tls.HandshakeTimeout = timeout;
            tls.OnClientHello = (_, _) =>
            {
                Interlocked.Increment(ref told);
                release.Wait(TimeSpan.FromMinutes(5));
            };
        });

        await Assert.ThrowsAnyAsync<Exception>(() => TlsClient.ConnectAsync(host));

        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.tls.handshakes", ("error.type", "timeout")) == 1, "the timeout", host.Metrics.ToString);
        release.Set();
        return Volatile.Read(ref told) == 1;
    });

    [Fact]
    public async Task Observer_ClientIsRefusedLater_SeenAllTheSame()
    {
        var seen = 0;
        await using var host = await StartAsync(tls =>
        {
            tls.Protocols = SslProtocols.Tls13;
            tls.OnClientHello = (_, _) => seen++;
        });

        await Assert.ThrowsAsync<AuthenticationException>(() => TlsClient.ConnectAsync(host, TlsClient.Version(SslProtocols.Tls12)));

        Assert.Equal(1, seen);
    }

    [Theory]
    [InlineData(TransportKind.Aeronet, "1.1", "00")]
    [InlineData(TransportKind.Aeronet, "2.0", "h2")]
    [InlineData(TransportKind.Sockets, "1.1", "00")]
    [InlineData(TransportKind.Sockets, "2.0", "h2")]
    public async Task Fingerprints_OnEveryRequest_SameForTheSameClient(TransportKind kind, string version, string protocol)
    {
        var answers = new HashSet<string>();
        await using var host = await StartAsync(tls => tls.Fingerprints = true, kind: kind);
        for (var i = 0; i < 2; i++)
        {
            // Resuming would add an extension.
            using var handler = KestrelHost.CreateHttpHandler(Certificates.Ecdsa);
            handler.SslOptions.AllowTlsResume = false;
            using var client = new HttpClient(handler) { BaseAddress = new Uri($"https://127.0.0.1:{host.Port}"), DefaultRequestVersion = Version.Parse(version) };
            answers.Add(await client.GetStringAsync("/"));
            answers.Add(await client.GetStringAsync("/"));
        }

        var parts = Assert.Single(answers).Split(' ');
        Assert.Matches("^[0-9a-f]{32}$", parts[0]);
        Assert.Matches($"^t13i[0-9]{{4}}{protocol}_[0-9a-f]{{12}}_[0-9a-f]{{12}}$", parts[1]);
        Assert.Matches("^771,", parts[2]);
        Assert.StartsWith($"{parts[1][..10]}_", parts[3], StringComparison.Ordinal);
    }

    /// <summary>TLS 1.3 resumes by an extension, pre_shared_key, which is part of the fingerprint.</summary>
    [Fact]
    public async Task Fingerprints_Resumption_OneMoreExtension()
    {
        await using var host = await StartAsync(tls => tls.Fingerprints = true);
        var session = Path.Combine(Path.GetTempPath(), $"aeronet-{Guid.NewGuid():N}.pem");
        const string Request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        var full = Regex.Match(await OpensslClient.RunAsync(host, ["-tls1_3", "-servername", "x.test", "-sess_out", session], Request), "t13d(\\d\\d)(\\d\\d)00_");
        var resumed = Regex.Match(await OpensslClient.RunAsync(host, ["-tls1_3", "-servername", "x.test", "-sess_in", session], Request), "t13d(\\d\\d)(\\d\\d)00_");
        File.Delete(session);

        Assert.Equal(full.Groups[1].Value, resumed.Groups[1].Value);
        Assert.Equal(int.Parse(full.Groups[2].ValueSpan, CultureInfo.InvariantCulture) + 1, int.Parse(resumed.Groups[2].ValueSpan, CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Fingerprints_NotAskedFor_NoFeature()
    {
        await using var host = await StartAsync();
        using var client = host.CreateHttpClient(HttpVersion.Version11, Certificates.Ecdsa);

        Assert.Equal("none", await client.GetStringAsync("/"));
    }

    [Theory]
    [InlineData(TransportKind.Aeronet)]
    [InlineData(TransportKind.Sockets)]
    public async Task Fingerprints_AreThereForTheObserver(TransportKind kind)
    {
        var seen = "";
        await using var host = await StartAsync(
            tls =>
            {
                tls.Fingerprints = true;
                tls.OnClientHello = (context, _) => seen = context.Features.Get<ITlsFingerprintFeature>()?.Ja4 ?? "none";
            },
            kind: kind);
        using var client = host.CreateHttpClient(HttpVersion.Version11, Certificates.Ecdsa);
        var answer = await client.GetStringAsync("/");

        Assert.Equal(answer.Split(' ')[1], seen);
    }

    private static Task<KestrelHost> StartAsync(Action<AeronetTlsOptions>? tls = null, Action<AeronetTransportOptions>? transport = null, TransportKind kind = TransportKind.Aeronet)
        => TlsHost.StartAsync(
            context => context.Response.WriteAsync(context.Features.Get<ITlsFingerprintFeature>() is { } f ? $"{f.Ja3} {f.Ja4} {f.Ja3Raw} {f.Ja4Raw}" : "none"),
            tls,
            transport,
            kind: kind);
}
