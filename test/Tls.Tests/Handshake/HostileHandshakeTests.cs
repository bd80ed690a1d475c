using System.Diagnostics;
using System.Net.Sockets;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport.EventLoop;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Tls.Tests.Handshake;

/// <summary>Clients that do not mean well, or do not know better. The server must answer the next one.</summary>
[Collection(Alone.Name)]
public sealed class HostileHandshakeTests
{
    private static readonly byte[] s_hello = ClientHellos.Capture();

    public static TheoryData<string> Openings => new(
        "15030100020100", // close_notify before anything
        "15030300020100",
        "1503010002022F", // fatal alert
        "15030100020100150301000201001503010002010015030100020100",
        "140303000101",
        "16030100",
        "1603010000",
        "1603010001",
        "16030140000100", // record longer than allowed
        "16030100040100FFFF",
        "160301000401000000",
        "170303000548656C6C6F",
        "80800103010000",
        "474554202F20485454502F312E310D0A486F73743A20780D0A0D0A",
        "00000000000000000000",
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF");

    [Theory, InlineData(true), InlineData(false)]
    public async Task Connection_EndedBeforeTheHandshakeBegins_IsNotWaitedFor(bool forAReason)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            Listen = listen =>
            {
                listen.Use(next => async connection =>
                {
                    var read = await connection.Transport.Input.ReadAsync();
                    connection.Transport.Input.AdvanceTo(read.Buffer.Start);

                    // With the descriptor kept open, as by a thread that uses it at that moment: there is a session to create.
                    ((Transport.Connections.ConnectionInput)connection.Transport.Input).End(
                        forAReason ? Transport.Connections.InputEnd.Aborted : Transport.Connections.InputEnd.Closed);
                    await next(connection);
                    ended.SetResult();
                });
                listen.UseAeronetTls(options =>
                {
                    options.Certificates.Add(Certificates.Ecdsa);
                    options.HandshakeTimeout = TimeSpan.FromMinutes(1);
                });
            },
        });
        using var raw = await host.ConnectAsync();
        await raw.SendAsync(s_hello.AsMemory(0, 20));

        await ended.Task.OrTimeout("the handshake to be given up");
        Assert.Equal(0, host.Metrics.Total("aeronet.tls.connections"));
    }

    [Theory]
    [MemberData(nameof(Openings))]
    public async Task Opening_NotAHandshake_ClosedAndNextServed(string hex)
    {
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("ok"));
        using (var raw = await host.ConnectAsync())
        {
            await raw.SendAsync(Convert.FromHexString(hex));
            raw.ShutdownSend();
            await raw.ReadToEndAsync();
        }

        Assert.Equal(1, host.Metrics.Count("kestrel.tls_handshake.duration"));
        Assert.Equal(0, host.Metrics.Total("aeronet.tls.connections"));
        await AssertServesAsync(host);
    }

    [Theory]
    [InlineData("15030300020100")]
    [InlineData("15030300020200")]
    [InlineData("1503030002022F")]
    [InlineData("15030300020150")]
    public async Task Alert_AfterServerHello_FailsHandshake(string hex)
    {
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("ok"));
        using (var raw = await host.ConnectAsync())
        {
            await raw.SendAsync(s_hello);
            await raw.ReadSomeAsync();
            await raw.SendAsync(Convert.FromHexString(hex));
            raw.ShutdownSend();
            await raw.ReadToEndAsync();
        }

        Assert.Equal(0, host.Metrics.Total("aeronet.tls.connections"));
        await AssertServesAsync(host);
    }

    [Fact]
    public async Task PlainHttp_LongBody_AnswerNotLostToReset()
    {
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("ok"));
        for (var i = 0; i < 20; i++)
        {
            using var raw = await host.ConnectAsync();
            await raw.SendAsync("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n" + new string('x', 100000));
            var (bytes, end) = await raw.ReadToEndAsync();

            Assert.Equal(ConnectionEnd.Finished, end);
            Assert.StartsWith("HTTP/1.1 400 ", System.Text.Encoding.Latin1.GetString(bytes), StringComparison.Ordinal);
        }

        await AssertServesAsync(host);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(50)]
    public Task Timeout_ClientStopsSending_ClosedInTime(int sent) => GrowingTime.TryAsync("closing the connection in time", async timeout =>
    {
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("ok"), tls => tls.HandshakeTimeout = timeout);
        var start = Stopwatch.GetTimestamp();
        using var raw = await host.ConnectAsync();
        await raw.SendAsync(s_hello.AsMemory(0, sent));

        await raw.ReadToEndAsync();

        var elapsed = Stopwatch.GetElapsedTime(start);
        Assert.True(elapsed > timeout * 0.9, $"It was closed after {elapsed}.");
        await Eventually.HoldsAsync(() => host.Metrics.Count("kestrel.tls_handshake.duration") == 1, "the handshake to be counted");
        Assert.True(host.Metrics.Total("kestrel.tls_handshake.duration", ("error.type", "System.OperationCanceledException")) > timeout.TotalSeconds * 0.7, host.Metrics.ToString());
        Assert.Equal(0, host.Metrics.Total("kestrel.active_tls_handshakes"));
        return elapsed < timeout * 2.5;
    });

    [Fact]
    public Task Timeout_AfterServerHello_Closed() => GrowingTime.TryAsync("a ServerHello", async timeout =>
    {
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("ok"), tls => tls.HandshakeTimeout = timeout);
        using var raw = await host.ConnectAsync();
        await raw.SendAsync(s_hello);

        var (bytes, _) = await raw.ReadToEndAsync();

        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.tls.handshakes", ("error.type", "timeout")) == 1, "the timeout to be counted", host.Metrics.ToString);
        if (bytes.Length == 0)
            return false;

        Assert.Equal(0x16, bytes[0]);
        return true;
    });

    [Fact]
    public Task Timeout_DoesNotApplyAfterHandshake() => GrowingTime.TryAsync("a handshake", async timeout =>
    {
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("ok"), tls => tls.HandshakeTimeout = timeout);
        var connecting = TlsClient.ConnectAsync(host);
        var refused = await Record.ExceptionAsync(() => connecting);
        await using var client = refused is null ? await connecting : null;
        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.tls.handshakes") == 1, "the handshake to be counted", host.Metrics.ToString);
        if (host.Metrics.Total("aeronet.tls.handshakes", ("error.type", "timeout")) == 1)
            return false;

        Assert.NotNull(client);
        await Task.Delay(timeout * 1.5);

        await client.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");

        Assert.Contains("HTTP/1.1 200", await client.ReadUntilAsync("ok"), StringComparison.Ordinal);
        return true;
    });

    [Fact]
    public async Task OneByteAtATime_WithinTime_Works()
    {
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("ok"), tls => tls.HandshakeTimeout = TimeSpan.FromMinutes(2));
        await using var client = await TlsClient.ConnectAsync(host, step: 1);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");

        Assert.Contains("HTTP/1.1 200", await client.ReadUntilAsync("ok"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Aborts_AtEveryStep_LeakNothing()
    {
        await using var host = await TlsHost.StartAsync(async context =>
        {
            if (context.Request.Path == "/large")
                await Pattern.WriteAsync(context.Response.Body, 4 * 1024 * 1024, cancellationToken: context.RequestAborted);
            else
                await context.Response.WriteAsync("ok");
        });
        await AssertServesAsync(host);
        await RunAsync(0, 400);
        await SettleAsync(host);
        var sockets = ProcessCounters.CountDescriptors("socket");
        var threads = ProcessCounters.CountThreads("aeronet-");
        var before = ProcessCounters.ResidentBytes();

        await RunAsync(400, 2400);

        await SettleAsync(host);
        var growth = ProcessCounters.ResidentBytes() - before;
        TestContext.Current.TestOutputHelper?.WriteLine($"2,000 cycles: resident memory {growth / 1024:+#;-#;0} KiB");
        Assert.InRange(growth, long.MinValue, 64 * 1024 * 1024);
        await Eventually.HoldsAsync(() => ProcessCounters.CountDescriptors("socket") <= sockets + 20, "the sockets to be closed", () => $"{sockets} before");
        Assert.Equal(0, host.Metrics.Total("kestrel.active_tls_handshakes"));

        // A hand-off takes a standby thread more, which ends when it has had nothing to do for a while.
        await Eventually.HoldsAsync(
            () => ProcessCounters.CountThreads("aeronet-") <= threads,
            "standby threads to end",
            () => $"{threads} before, now {string.Join(", ", ProcessCounters.ThreadNames())}",
            StandbyPool.IdleTimeout + TaskTimeoutExtensions.DefaultTimeout);
        await AssertServesAsync(host);

        Task RunAsync(int from, int to) => Parallel.ForAsync(from, to, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) => await AbortAsync(host, i));
    }

    private static async Task SettleAsync(KestrelHost host)
    {
        await Eventually.HoldsAsync(() => host.Metrics.Total("kestrel.active_connections") == 0, "all connections to end", () => host.Metrics.ToString());
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }

    private static async Task AbortAsync(KestrelHost host, int i)
    {
        using var raw = await host.ConnectAsync();
        switch (i % 8)
        {
            case 0:
                break;
            case 1:
                await raw.SendAsync(s_hello.AsMemory(0, s_hello.Length / 2));
                break;
            case 2:
                await raw.SendAsync(s_hello);
                await raw.ReadSomeAsync();
                break;
            case 3:
                await raw.SendAsync(s_hello);
                await raw.ReadSomeAsync();
                await raw.SendAsync(Convert.FromHexString("140303000101170303002000"));
                break;
            case 4:
                await raw.SendAsync(s_hello);
                break;
            case 5:
                await raw.SendAsync("GET / HTTP/1.1\r\n\r\n");
                break;
            default:
                var client = await TlsClient.ConnectAsync(host);
                await client.SendAsync($"GET /{(i % 8 == 6 ? "large" : "")} HTTP/1.1\r\nHost: localhost\r\n\r\n");
                await client.ReadUntilAsync("\r\n\r\n");
                client.Socket.LingerState = new LingerOption(i % 16 < 8, 0);
                client.Socket.Close();
                break;
        }

        if (i % 16 < 8)
            raw.Reset();
    }

    private static async Task AssertServesAsync(KestrelHost host)
    {
        using var client = host.CreateHttpClient(trusted: Certificates.Ecdsa);
        Assert.Equal("ok", await client.GetStringAsync("/"));
    }
}
