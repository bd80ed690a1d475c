using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Aeronet.AspNetCore.Transport.Limits;
using Aeronet.AspNetCore.Transport.Tests.ProxyProtocol;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Transport.Tests.Limits;

/// <summary>Connections over a limit are ended before Kestrel serves them, and those that end make room for others.</summary>
public sealed class LimitTests
{
    private const int MaxTries = 30;

    private readonly List<Socket> _opened = [];

    [Fact]
    public async Task Total_OneTooMany_IsReset_AndKestrelHearsNothing()
    {
        await using var host = await LimitedHost.StartAsync(limits => limits.MaxConnections = 2);
        string[] answers = [await AskAsync(host), await AskAsync(host), await AskAsync(host)];

        Assert.Equal(["200", "200", "reset"], answers);
        Assert.Equal((1, 2), (host.Rejected("total"), host.Metrics.Total("aeronet.connections.accepted")));
        Assert.Equal(2, host.Metrics.Count("kestrel.active_connections"));
        var warning = Assert.Single(host.Logs.From("Aeronet", LogLevel.Warning));
        Assert.Contains("Aeronet:ConnectionLimits:MaxConnections is reached", warning.Message, StringComparison.Ordinal);

        _opened[0].Dispose();
        await LimitedHost.AskUntilServedAsync(host, _opened);
        LimitedHost.Close(_opened);
    }

    [Fact]
    public async Task Client_OneTooMany_IsReset_AndOthersAreServed()
    {
        await using var host = await LimitedHost.StartAsync(limits => limits.MaxConnectionsPerClient = 2);

        Assert.Equal("200", await AskAsync(host));
        Assert.Equal("200", await AskAsync(host));
        Assert.Equal("reset", await AskAsync(host));
        Assert.Equal("200", await AskAsync(host, from: "127.0.0.2"));
        Assert.Equal(1, host.Rejected("client"));
        Assert.Equal(3, host.Metrics.Total("aeronet.connections.accepted"));

        _opened[1].Dispose();
        await LimitedHost.AskUntilServedAsync(host, _opened);
        Assert.Equal("reset", await AskAsync(host));
        LimitedHost.Close(_opened);
    }

    [Fact]
    public async Task Client_OfAPrefix_IsOne()
    {
        await using var host = await LimitedHost.StartAsync(limits => (limits.MaxConnectionsPerClient, limits.IPv4PrefixLength) = (1, 24));

        Assert.Equal("200", await AskAsync(host, from: "127.0.1.1"));
        Assert.Equal("reset", await AskAsync(host, from: "127.0.1.200"));
        Assert.Equal("200", await AskAsync(host, from: "127.0.2.1"));
        LimitedHost.Close(_opened);
    }

    // All come from the balancer; the header says of whom.
    [Fact]
    public async Task Client_BehindAHeader_IsTheHeaders()
    {
        await using var host = await LimitedHost.StartAsync(limits => limits.MaxConnectionsPerClient = 1, listen => listen.UsePatientProxyProtocol());

        Assert.Equal("200", await AskAsync(host, "PROXY TCP4 192.0.2.1 198.51.100.1 1 443\r\n"));
        Assert.Equal("reset", await AskAsync(host, "PROXY TCP4 192.0.2.1 198.51.100.1 2 443\r\n"));
        Assert.Equal("200", await AskAsync(host, "PROXY TCP4 192.0.2.2 198.51.100.1 1 443\r\n"));
        Assert.Equal("200", await AskAsync(host, "PROXY TCP6 2001:db8::1 2001:db8::ffff 1 443\r\n"));
        Assert.Equal("reset", await AskAsync(host, "PROXY TCP6 2001:db8::2 2001:db8::ffff 1 443\r\n"));
        Assert.Equal("200", await AskAsync(host, "PROXY TCP6 2001:db8:0:1::1 2001:db8::ffff 1 443\r\n"));
        Assert.Equal("200", await AskAsync(host, "PROXY UNKNOWN\r\n"));
        Assert.Equal("200", await AskAsync(host, "PROXY UNKNOWN\r\n"));
        Assert.Equal(2, host.Rejected("client"));
        await Eventually.HoldsAsync(() => host.Closed("limit_reached") == 2, "both ends", host.Metrics.ToString);

        _opened[0].Dispose();
        await LimitedHost.AskUntilServedAsync(host, _opened, "PROXY TCP4 192.0.2.1 198.51.100.1 3 443\r\n");
        Assert.Equal("reset", await AskAsync(host, "PROXY TCP4 192.0.2.1 198.51.100.1 4 443\r\n"));
        LimitedHost.Close(_opened);
    }

    [Fact]
    public async Task Client_WithoutAnOptionalHeader_IsThePeer()
    {
        await using var host = await LimitedHost.StartAsync(
            limits => limits.MaxConnectionsPerClient = 1, listen => listen.UseAeronetProxyProtocol(options => (options.Mode, options.TrustedPeers, options.HeaderTimeout) = (ProxyProtocolMode.Optional, ["127.0.0.1"], ProxyHost.Patience)));

        Assert.Equal("200", await AskAsync(host));
        Assert.Equal("reset", await AskAsync(host));
        Assert.Equal("200", await AskAsync(host, from: "127.0.0.2"));
        Assert.Equal("reset", await AskAsync(host, from: "127.0.0.2"));
        Assert.Equal("200", await AskAsync(host, "PROXY TCP4 192.0.2.1 198.51.100.1 1 443\r\n"));
        LimitedHost.Close(_opened);
    }

    [Fact]
    public async Task Answer_OnPlainHttp_Is503_WholeAndInOrder()
    {
        await using var host = await LimitedHost.StartAsync(limits =>
            (limits.MaxConnections, limits.OnExceeded, limits.RetryAfter) = (1, ConnectionLimitAnswer.ServiceUnavailable, TimeSpan.FromSeconds(17)));

        // Nobody knows before what is spoken here.
        Assert.Equal("200", await AskAsync(host));
        for (var i = 0; i < 20; i++)
        {
            using var client = await host.ConnectAsync();
            await client.SendAsync("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n" + new string('x', 100_000));
            var response = await client.ReadResponseAsync();

            Assert.Equal((503, "17", "close"), (response.StatusCode, response["Retry-After"], response["Connection"]));
            Assert.Equal(([], ConnectionEnd.Finished), await client.ReadToEndAsync());
        }

        Assert.Equal(20, host.Rejected("total"));
        Assert.Equal(1, host.Metrics.Total("aeronet.connections.accepted"));
        LimitedHost.Close(_opened);
    }

    [Fact]
    public async Task Answer_BehindAHeader_Is503()
    {
        await using var host = await LimitedHost.StartAsync(
            limits => (limits.MaxConnectionsPerClient, limits.OnExceeded) = (1, ConnectionLimitAnswer.ServiceUnavailable), listen => listen.UsePatientProxyProtocol());
        const string Header = "PROXY TCP4 192.0.2.1 198.51.100.1 1 443\r\n";

        Assert.Equal("200", await AskAsync(host, Header));
        Assert.Equal("503", await AskAsync(host, Header));
        Assert.Equal("503", await AskAsync(host, Header));
        var http2 = HeaderBytes.Tcp(IPEndPoint.Parse("192.0.2.1:1"), IPEndPoint.Parse("198.51.100.1:443"), HeaderBytes.Tlv(1, "h2"));
        Assert.Equal("reset", await AskAsync(host, Encoding.Latin1.GetString(http2)));
        await Eventually.HoldsAsync(() => host.Closed("limit_reached") == 3, "all ends", host.Metrics.ToString);
        LimitedHost.Close(_opened);
    }

    [Fact]
    public void Answers_BehindAHeader_AreBounded_UntilTheirSocketsAreClosed()
    {
        var limits = Limits(new AeronetConnectionLimitOptions { MaxConnections = 1000, OnExceeded = ConnectionLimitAnswer.ServiceUnavailable });
        var permits = Enumerable.Range(0, 300).Select(_ => limits.TryEnter(null, isClient: false)!).ToArray();

        Assert.Equal(256, permits.Count(permit => permit.TryBeginAnswer()));
        Assert.False(permits[0].TryBeginAnswer());
        Assert.False(limits.TryBeginAnswer());
        permits[0].Leave();
        permits[0].Leave();
        Assert.False(permits[0].TryBeginAnswer());
        Assert.True(permits[299].TryBeginAnswer());
        Assert.False(limits.TryBeginAnswer());
    }

    [Fact]
    public async Task Answer_OnTls_IsAReset()
    {
        using var certificate = TestCertificate.Create();
        await using var host = await LimitedHost.StartAsync(
            limits => (limits.MaxConnections, limits.OnExceeded) = (1, ConnectionLimitAnswer.ServiceUnavailable), listen => listen.UseAeronetTls(certificate));
        using var served = await host.ConnectAsync();
        await using var stream = new SslStream(new NetworkStream(served.Socket));
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", RemoteCertificateValidationCallback = (_, other, _, _) => certificate.Equals(other) });
        await stream.WriteAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        Assert.NotEqual(0, await stream.ReadAsync(new byte[1000]));

        Assert.Equal("reset", await AskAsync(host));
    }

    // However connections end, each is counted off once.
    [Fact]
    public async Task Churn_LeavesNothingCounted()
    {
        var aborts = true;
        await using var host = await LimitedHost.StartAsync(
            limits => (limits.MaxConnections, limits.MaxConnectionsPerClient, limits.OnExceeded) = (8, 4, ConnectionLimitAnswer.ServiceUnavailable),
            listen => listen.UsePatientProxyProtocol(),
            context =>
            {
                if (!Volatile.Read(ref aborts))
                    return context.Response.WriteAsync("served");

                context.Abort();
                return Task.CompletedTask;
            });
        string[] headers = ["PROXY TCP4 192.0.2.1 198.51.100.1 1 443\r\n", "PROXY TCP4 192.0.2.2 198.51.100.1 1 443\r\n", "PROXY UNKNOWN\r\n", "malformed"];
        await Parallel.ForEachAsync(Enumerable.Range(0, 400), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
        {
            var opened = new List<Socket>();
            await LimitedHost.AskAsync(host, opened, headers[i % headers.Length]);
            if (i % 3 == 0)
                opened[0].LingerState = new LingerOption(true, 0);

            LimitedHost.Close(opened);
        });

        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.connections.open") == 0, "the end of all", host.Metrics.ToString);
        Volatile.Write(ref aborts, false);
        for (var i = 0; i < 8; i++)
        {
            // Each of both clients has all its places, and they have all there are.
            await LimitedHost.AskUntilServedAsync(host, _opened, headers[i % 2]);
        }

        Assert.NotEqual("200", await AskAsync(host, headers[2]));
        LimitedHost.Close(_opened);
    }

    // A connection may end at the moment that its client is known.
    [Fact]
    public void Permits_LeftWhileTheirClientsAreCounted_LeaveNothingCounted()
    {
        var limits = Limits(new AeronetConnectionLimitOptions { MaxConnectionsPerClient = 1_000_000 });
        for (var i = 0; i < 2_000; i++)
        {
            var permit = limits.TryEnter(null, isClient: false)!;
            var client = new IPEndPoint(new IPAddress([10, 0, (byte)(i >> 8), (byte)i]), 1);
            Parallel.Invoke(() => limits.TryUse(permit, client), permit.Leave);
        }

        Assert.Equal((0, 0), (limits.Count, limits.CountOfClients));
        var counted = limits.TryEnter(IPEndPoint.Parse("192.0.2.1:1"), isClient: true)!;
        Assert.Equal((1, 1), (limits.Count, limits.CountOfClients));
        counted.Leave();
        Assert.Equal((0, 0), (limits.Count, limits.CountOfClients));
    }

    // Its socket is open as long as the client may be sending.
    [Fact]
    public async Task Total_CountsWhatLingers()
    {
        await using var host = await LimitedHost.StartAsync(
            limits => limits.MaxConnections = 1,
            handler: async context =>
            {
                context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = 1000;
                await context.Request.Body.CopyToAsync(Stream.Null);
            });
        using var uploading = await host.ConnectAsync();
        await uploading.SendAsync("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n");
        Assert.Equal(413, (await uploading.ReadResponseAsync()).StatusCode);
        Assert.Equal(ConnectionEnd.Finished, (await uploading.ReadToEndAsync()).End);

        if (await AskAsync(host) == "200")
        {
            // Not before the server has given up on it: what is sent to it now is refused.
            await Assert.ThrowsAsync<SocketException>(async () =>
            {
                await uploading.SendAsync("x");
                await uploading.SendAsync("x");
            });
        }

        uploading.Dispose();
        LimitedHost.Close(_opened);
        await LimitedHost.AskUntilServedAsync(host, _opened);
        LimitedHost.Close(_opened);
    }

    [Fact]
    public async Task Idle_ConnectionsAreClosedInOrder()
    {
        await using var host = await LimitedHost.StartAsync(limits => limits.IdleTimeout = TimeSpan.FromSeconds(1));
        using var silent = await host.ConnectAsync();
        using var served = await ServedAsync(host.ConnectAsync, async client => Assert.Equal(200, (await client.GetAsync()).StatusCode));

        Assert.Equal(([], ConnectionEnd.Finished), await served.ReadToEndAsync());
        Assert.Equal(([], ConnectionEnd.Finished), await silent.ReadToEndAsync());
        await Eventually.HoldsAsync(() => host.Closed("idle") >= 2, "the count", host.Metrics.ToString);
        Assert.Empty(host.Logs.From("Microsoft", LogLevel.Warning));
    }

    // What it was sent of the response must not look whole.
    [Fact]
    public async Task Idle_InTheMiddleOfAResponse_IsReset()
    {
        await using var host = await LimitedHost.StartAsync(
            limits => limits.IdleTimeout = TimeSpan.FromSeconds(1), handler: context => context.Response.Body.WriteAsync(new byte[64 * 1024 * 1024]).AsTask());
        using var client = await ServedAsync(
            () => RawClient.ConnectAsync(host.EndPoint, receiveBufferSize: 4096),
            async client =>
            {
                await client.SendGetAsync();
                await client.ReadUntilAsync("\r\n\r\n");
            });
        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.connections.open") == 0, "the end", host.Metrics.ToString);

        Assert.Equal(ConnectionEnd.Reset, (await client.ReadToEndAsync()).End);
        Assert.NotEqual(0, host.Closed("idle"));
    }

    // The end of the connection is the end of such a response: in order it would look whole.
    [Fact]
    public async Task Idle_InTheMiddleOfAResponseThatEndsWithTheConnection_IsReset()
    {
        await using var host = await LimitedHost.StartAsync(
            limits => limits.IdleTimeout = TimeSpan.FromSeconds(1),
            handler: async context =>
            {
                await context.Response.WriteAsync("part");
                await context.Response.Body.FlushAsync();
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            });
        using var client = await ServedAsync(host.ConnectAsync, async client =>
        {
            await client.SendAsync("GET / HTTP/1.0\r\n\r\n");
            await client.ReadUntilAsync("part");
        });

        Assert.Equal(([], ConnectionEnd.Reset), await client.ReadToEndAsync());
        await Eventually.HoldsAsync(() => host.Closed("idle") >= 1, "the count", host.Metrics.ToString);
    }

    [Fact]
    public void Idle_CountsFromTheLastByte()
    {
        var limits = Limits(new AeronetConnectionLimitOptions { IdleTimeout = TimeSpan.FromSeconds(10) });
        var permit = limits.TryEnter(null, isClient: true)!;
        var start = Environment.TickCount64 + 1000;

        Assert.Equal(0, permit.IdleFor(5, start));
        Assert.Equal(9_000, permit.IdleFor(5, start + 9_000));
        Assert.Equal(0, permit.IdleFor(6, start + 9_500));
        Assert.Equal(2_500, permit.IdleFor(6, start + 12_000));
        permit.Leave();
        permit.Leave();
        Assert.Equal(0, limits.Count);
    }

    [Theory]
    [InlineData("MaxConnections", "-1", "MaxConnections is -1: use 1 to 10000000, or 0 for no limit.")]
    [InlineData("MaxConnectionsPerClient", "1000001", "MaxConnectionsPerClient is 1000001: use 1 to 1000000, or 0 for no limit.")]
    [InlineData("IPv6PrefixLength", "8", "IPv6PrefixLength is 8: use 16 to 128 bits.")]
    [InlineData("IdleTimeout", "00:00:00.5", "IdleTimeout is 00:00:00.5000000: use 00:00:01 to 1.00:00:00, or 00:00:00 for no limit.")]
    [InlineData("OnExceeded", "Teapot", "OnExceeded is 'Teapot': use Reset or ServiceUnavailable.")]
    [InlineData("RetryAfter", "0:00:00", "RetryAfter is 00:00:00: use 00:00:01 to 1.00:00:00.")]
    [InlineData("MaxConnection", "1", "MaxConnection is not an option: did you mean MaxConnections?")]
    public async Task Mistake_FailsTheStart_WithOneLine(string key, string value, string expected)
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => ProxyHost.StartAsync(
            [new($"Aeronet:ConnectionLimits:{key}", value), new("Kestrel:Endpoints:Front:Url", "http://127.0.0.1:0")]));

        Assert.Equal($"Aeronet:ConnectionLimits:{expected}", Assert.Single(failure.Failures));
    }

    [Fact]
    public void Table_IsThatOfTheOptions()
    {
        var options = new AeronetConnectionLimitOptions();
        var documented = Repository.Table("docs/connection-limits.md", "## Aeronet:ConnectionLimits", "| key |");

        Assert.Equal(
            typeof(AeronetConnectionLimitOptions).GetProperties().Select(property => $"{property.Name} = {property.GetValue(options)}").Order(),
            documented.Select(row => $"{row[0].Trim('`')} = {row[1].Trim('`')}").Order());
    }

    // Nothing in these is rejected, which would be counted and logged.
    private static ConnectionLimits Limits(AeronetConnectionLimitOptions options) => ConnectionLimits.Of(options, null!, null!)!;

    /// <summary>A connection that was served before it was idle for too long, as a busy machine may make it.</summary>
    private static async Task<RawClient> ServedAsync(Func<Task<RawClient>> connect, Func<RawClient, Task> ask)
    {
        for (var tries = 1; ; tries++)
        {
            var client = await connect();
            try
            {
                await ask(client);
                return client;
            }
            catch (Exception failure) when (tries < MaxTries && failure is (SocketException or EndOfStreamException))
            {
                client.Dispose();
            }
        }
    }

    private Task<string> AskAsync(KestrelHost host, string header = "", string from = "127.0.0.1") => LimitedHost.AskAsync(host, _opened, header, from);
}
