using System.Net.Sockets;
using System.Security.Authentication;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aeronet.AspNetCore.Tls.Tests.Endings;

/// <summary>What goes wrong after the handshake is said by an alert that reaches the client, counted and logged.</summary>
[Collection(Alone.Name)]
public sealed class AlertTests
{
    private const byte Alert = 0x15;
    private const string Broken = "aeronet.tls.broken";

    public static MatrixTheoryData<SslProtocols, string> VersionsAndMoments => new([SslProtocols.Tls12, SslProtocols.Tls13], ["idle", "request", "body", "response"]);

    /// <summary>A record that was tampered with (RFC 8446, section 5.2).</summary>
    [Theory]
    [MemberData(nameof(VersionsAndMoments))]
    public async Task ForgedRecord_AlertThenEndWithoutReset(SslProtocols version, string moment)
    {
        using var release = new CancellationTokenSource();
        await using var host = await TlsHost.StartAsync(async context =>
        {
            if (moment == "body")
                await context.Request.Body.CopyToAsync(Stream.Null);
            else if (moment == "response")
                await Task.Delay(500, release.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

            await context.Response.WriteAsync("ok");
        });
        await using var client = await TlsClient.ConnectAsync(host, TlsClient.Version(version));
        await client.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        if (moment != "response")
            await client.ReadUntilAsync("0\r\n\r\n");

        if (moment == "body")
            await client.SendAsync("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhalf");
        else if (moment == "request")
            await client.SendAsync("GET / HT");

        client.Wire.CorruptNext = true;
        await client.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");

        // What the client says before it has heard must not turn the alert into a reset, after which it could not send.
        for (var i = 0; i < 3; i++)
        {
            await Task.Delay(150);
            await client.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        }

        var failure = await Assert.ThrowsAnyAsync<Exception>(client.ReadToEndAsync);
        await release.CancelAsync();

        Assert.Contains("bad record mac", $"{failure}", StringComparison.Ordinal);
        Assert.False(client.Wire.WasReset);
        Assert.Equal(version == SslProtocols.Tls12 ? Alert : 0x17, client.Wire.RecordTypes[^1]);
        client.Socket.Shutdown(SocketShutdown.Send);
        await Eventually.HoldsAsync(() => host.Metrics.Total(Broken, ("error.type", "bad_record")) == 1, "the failure", host.Metrics.ToString);
        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.connections.closed", ("aeronet.close.reason", "tls_failed")) == 1, "the reason", host.Metrics.ToString);
        Assert.Contains(host.Logs.Entries, entry => entry.EventId.Name == "SessionBroke" && entry.Message.Contains("bad_record", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Truncated_CountedUnlessClosedInOrder(bool closeNotify)
    {
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("ok"));
        await using var client = await TlsClient.ConnectAsync(host);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await client.ReadUntilAsync("0\r\n\r\n");
        if (closeNotify)
            await client.Tls.ShutdownAsync();

        client.Socket.Shutdown(SocketShutdown.Send);
        await client.ReadToEndAsync();

        await Eventually.HoldsAsync(
            () => host.Metrics.Total("aeronet.connections.closed", ("aeronet.close.reason", "peer_closed")) == 1, "the connection to end", host.Metrics.ToString);
        await Eventually.HoldsAsync(() => host.Metrics.Total("kestrel.active_connections") == 0, "Kestrel to end it", host.Metrics.ToString);
        Assert.Equal(closeNotify ? 0 : 1, host.Metrics.Total(Broken, ("error.type", "truncated")));
        Assert.Equal(closeNotify ? 0 : 1, host.Logs.Entries.Count(entry => entry.EventId.Name == "SessionBroke"));
    }

    [Fact]
    public async Task Reset_IsNotATlsFailure()
    {
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("ok"));
        await using var client = await TlsClient.ConnectAsync(host);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await client.ReadUntilAsync("0\r\n\r\n");
        client.Socket.LingerState = new LingerOption(true, 0);
        client.Socket.Close();

        await Eventually.HoldsAsync(
            () => host.Metrics.Total("aeronet.connections.closed", ("aeronet.close.reason", "peer_reset")) == 1, "the connection to end", host.Metrics.ToString);
        await Eventually.HoldsAsync(() => host.Metrics.Total("kestrel.active_connections") == 0, "Kestrel to end it", host.Metrics.ToString);
        Assert.Equal(0, host.Metrics.Total(Broken));
    }

    /// <summary>
    /// However full the socket is when the last byte of the response goes into it. A Unix socket, because it takes nothing at
    /// all when it is full; a TCP socket of this machine always has room for the last few bytes.
    /// </summary>
    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task ServerCloses_SocketFull_CloseNotifyStillComes(SslProtocols version)
    {
        var path = Path.Combine(Path.GetTempPath(), $"aeronet-{Guid.NewGuid():N}.sock");
        await using var host = await StartOnUnixSocketAsync(path, TimeSpan.FromMinutes(5));
        await Parallel.ForAsync(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
        {
            var length = 80_000 + (i * 4096);
            await using var client = await TlsClient.ConnectAsync(new UnixDomainSocketEndPoint(path), TlsClient.Version(version));
            await client.SendAsync($"GET /?n={length} HTTP/1.0\r\nHost: localhost\r\n\r\n");
            await Task.Delay(200, CancellationToken.None);
            var response = await client.ReadToEndAsync();

            Assert.Equal(length, response.Length - response.IndexOf("\r\n\r\n", StringComparison.Ordinal) - 4);
            Assert.True(client.Wire.EndedByCloseNotify(version), $"{length}: no close_notify");
        });
        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.connections.open") == 0, "the connections to end", host.Metrics.ToString);
    }

    [Fact]
    public async Task ServerCloses_SocketStaysFull_GivenUpInTime()
    {
        var path = Path.Combine(Path.GetTempPath(), $"aeronet-{Guid.NewGuid():N}.sock");
        await using var host = await StartOnUnixSocketAsync(path, TimeSpan.FromSeconds(2));
        var sockets = ProcessCounters.CountDescriptors("socket");
        var clients = await Task.WhenAll(Enumerable.Range(0, 64).Select(async i =>
        {
            var client = await TlsClient.ConnectAsync(new UnixDomainSocketEndPoint(path), TlsClient.Version(SslProtocols.Tls12));
            await client.SendAsync($"GET /?n={80_000 + (i * 2048)} HTTP/1.0\r\nHost: localhost\r\n\r\n");
            return client;
        }));

        await Eventually.HoldsAsync(
            () => host.Metrics.Total("aeronet.connections.open") == 0 && ProcessCounters.CountDescriptors("socket") <= sockets + clients.Length + 8,
            "the connections to be given up",
            () => $"{sockets} sockets before; {host.Metrics}");
        foreach (var client in clients)
            await client.DisposeAsync();
    }

    private static Task<KestrelHost> StartOnUnixSocketAsync(string path, TimeSpan patience) => KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
    {
        DefaultEndpoint = false,
        Kestrel = kestrel => kestrel.ListenUnixSocket(path, listen => listen.UseAeronetTls(Certificates.Ecdsa)),
        Transport = transport => transport.ShutdownTimeout = patience,
        App = app => app.Run(context =>
            Pattern.WriteAsync(context.Response.Body, int.Parse(context.Request.Query["n"]!, System.Globalization.CultureInfo.InvariantCulture))),
    });
}
