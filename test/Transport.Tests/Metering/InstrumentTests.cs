using Aeronet.AspNetCore.Transport.Diagnostics;
using System.Diagnostics.Metrics;
using Aeronet.AspNetCore.Transport.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Transport.Tests.Metering;

/// <summary>The instruments of meter Aeronet.Transport exist as documented and move as documented.</summary>
public sealed class InstrumentTests
{
    private const string Reason = "aeronet.close.reason";

    [Fact]
    public async Task Instruments_NameKindAndUnit_AsDocumented()
    {
        var documented = Repository.Table("docs/metrics.md", "# Metrics", "| instrument |")
            .Select(row => $"{row[0].Trim('`')} | {row[1]} | {row[2].Trim('`')}");
        var published = new List<Instrument>();
        await using var host = await KestrelHost.StartAsync(TransportKind.Aeronet, context => context.Response.WriteAsync("ok"));
        using var listener = new MeterListener();
        var scope = host.Services.GetRequiredService<IMeterFactory>();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name == "Aeronet.Transport" && ReferenceEquals(instrument.Meter.Scope, scope))
                published.Add(instrument);
        };
        listener.Start();

        Assert.Equal(documented.Order(), published.Select(i => $"{i.Name} | {Kind(i)} | {i.Unit}").Order());
        Assert.All(published, instrument => Assert.False(string.IsNullOrEmpty(instrument.Description)));

        static string Kind(Instrument instrument) => instrument switch
        {
            UpDownCounter<long> => "up-down counter",
            Counter<long> => "counter",
            ObservableCounter<long> => "counter, observed",
            ObservableGauge<double> => "gauge, observed",
            _ => instrument.GetType().Name,
        };
    }

    [Fact]
    public void CloseReasons_AsDocumented() => Assert.Equal(
        Documented("## aeronet.close.reason"), Enum.GetNames<CloseReason>().Where(name => name != nameof(CloseReason.None)).Select(SnakeCase).Order());

    [Fact]
    public void FallbackReasons_AsDocumented() =>
        Assert.Equal(Documented("## aeronet.fallback.reason"), Enum.GetNames<CopyReason>().Select(SnakeCase).Order());

    [Fact]
    public async Task Connections_OpenAcceptedClosed()
    {
        await using var host = await FileHosts.StartAsync(context => context.Response.WriteAsync("ok"));
        var clients = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => host.ConnectAsync()));
        await SettlesAsync(host, "aeronet.connections.open", 5);
        Assert.Equal(5, host.Metrics.Total("aeronet.connections.accepted"));
        Assert.Equal(0, host.Metrics.Total("aeronet.connections.closed"));

        foreach (var client in clients[..2])
            client.Dispose();

        await SettlesAsync(host, "aeronet.connections.closed", 2, (Reason, "peer_closed"));
        clients[2].Reset();
        await SettlesAsync(host, "aeronet.connections.closed", 1, (Reason, "peer_reset"));
        await SettlesAsync(host, "aeronet.connections.open", 2);
        await clients[3].SendGetAsync("/", "Connection: close");
        await clients[3].ReadToEndAsync();
        await SettlesAsync(host, "aeronet.connections.closed", 1, (Reason, "server_closed"));
        await SettlesAsync(host, "aeronet.connections.open", 1);
        clients[4].Dispose();
        await SettlesAsync(host, "aeronet.connections.open", 0);
        Assert.Equal(5, host.Metrics.Total("aeronet.connections.closed"));
        Assert.Equal(5, host.Metrics.Total("aeronet.connections.accepted"));
    }

    [Fact]
    public async Task Closed_AbortedByTheApplication()
    {
        await using var host = await FileHosts.StartAsync(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        using var client = await host.ConnectAsync();
        await client.SendGetAsync();
        await client.ReadToEndAsync();

        await SettlesAsync(host, "aeronet.connections.closed", 1, (Reason, "aborted"));
    }

    [Fact]
    public async Task Closed_TransportStopped()
    {
        var transport = new TransportUnderTest();
        using var metrics = new MetricTotals(transport.Services);
        var (_, client) = await TransportUnderTest.ConnectAsync(await transport.BindAsync());
        using (client)
        {
            transport.Factory.Dispose();

            Assert.Equal(1, metrics.Total("aeronet.connections.closed", (Reason, "transport_stopped")));
            Assert.Equal(0, metrics.Total("aeronet.connections.open"));
            await transport.DisposeAsync();
        }
    }

    [Fact]
    public Task Bytes_ReceivedAndSent_EveryOneIsCounted() => ConnectionScript.RunAsync(
        async (connection, host) =>
        {
            for (var left = 300_000L; left > 0;)
            {
                var read = await connection.Transport.Input.ReadAsync();
                left -= read.Buffer.Length;
                connection.Transport.Input.AdvanceTo(read.Buffer.End);
            }

            Assert.Equal(300_000, host.Metrics.Total("aeronet.bytes.received"));
            await connection.Transport.Output.WriteAsync(new byte[700_000]);
        },
        async (client, host) =>
        {
            await client.SendAsync(new byte[300_000]);
            await client.ReadExactlyAsync(700_000);
            await SettlesAsync(host, "aeronet.bytes.sent", 700_000);
            Assert.Equal(0, host.Metrics.Total("aeronet.sendfile.bytes"));
        });

    [Fact]
    public async Task SendfileBytes_AreSentBytesToo()
    {
        using var file = PatternFile.Create(FileHosts.Large);
        await using var host = await FileHosts.StartAsync(context =>
        {
            context.Response.ContentLength = FileHosts.Large;
            return context.Response.SendFileAsync(file.FullPath);
        });
        using var client = await host.ConnectAsync();
        var response = await client.GetAsync();

        await SettlesAsync(host, "aeronet.sendfile.bytes", FileHosts.Large);
        await SettlesAsync(host, "aeronet.bytes.sent", response.Head.Length + FileHosts.Large);
    }

    [Fact]
    public async Task WouldBlock_FullSocket_SendIsCounted()
    {
        using var file = PatternFile.Create(20_000_000);
        await using var host = await FileHosts.StartAsync(context =>
        {
            context.Response.ContentLength = file.Length;
            return context.Response.SendFileAsync(file.FullPath);
        });
        using var client = await RawClient.ConnectAsync(host.EndPoint, receiveBufferSize: 16 * 1024);
        await client.SendGetAsync();

        await Eventually.HoldsAsync(
            () => host.Metrics.Total("aeronet.socket.would_block", ("aeronet.direction", "send")) > 0, "a full socket to be counted", host.Metrics.ToString);
        Assert.True(host.Metrics.Count("aeronet.socket.would_block") >= 2);
    }

    [Fact]
    public Task WouldBlock_SpuriousReceive_IsCounted() => ConnectionScript.RunAsync(
        async (connection, host) =>
        {
            // The bytes fill the first block to its end: more may be waiting, and asking shows that there is none.
            var read = await connection.Transport.Input.ReadAtLeastAsync(4096);
            connection.Transport.Input.AdvanceTo(read.Buffer.End);
            var before = host.Metrics.Total("aeronet.socket.would_block", ("aeronet.direction", "receive"));
            Assert.False(connection.Transport.Input.TryRead(out _));
            Assert.Equal(before + 1, host.Metrics.Total("aeronet.socket.would_block", ("aeronet.direction", "receive")));
        },
        (client, _) => client.SendAsync(new byte[4096]));

    [Fact]
    public async Task HandOffs_BlockingHandler_AreCountedWithTheLoop()
    {
        using var release = new ManualResetEventSlim();
        var blocks = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await FileHosts.StartAsync(
            context =>
            {
                if (context.Request.Path == "/block")
                {
                    blocks.SetResult();
                    release.Wait(TaskTimeoutExtensions.DefaultTimeout);
                }

                return context.Response.WriteAsync("ok");
            },
            transport => transport.EventLoops = 1);
        using var first = await host.ConnectAsync();
        using var second = await host.ConnectAsync();
        await first.GetAsync();
        await second.GetAsync();
        var before = host.Metrics.Total("aeronet.loop.handoffs", ("aeronet.loop", 0));

        await first.SendGetAsync("/block");
        await blocks.Task.OrTimeout("the handler to block");
        Assert.Equal("ok", (await second.GetAsync()).Text);

        Assert.True(host.Metrics.Total("aeronet.loop.handoffs", ("aeronet.loop", 0)) > before, host.Metrics.ToString());
        release.Set();
        Assert.Equal("ok", (await first.ReadResponseAsync()).Text);
    }

    [Fact]
    public Task BusyRatio_IdleAndBusy_ShareOfTheTimeBetweenObservations() => GrowingTime.TryAsync("the loop to go to sleep", async time =>
    {
        var burnt = TimeSpan.FromMilliseconds(200);
        await using var host = await FileHosts.StartAsync(
            context =>
            {
                for (var start = TimeProvider.System.GetTimestamp(); context.Request.Path == "/burn";)
                {
                    if (TimeProvider.System.GetElapsedTime(start) > burnt)
                        break;
                }

                return context.Response.WriteAsync("ok");
            },
            transport => (transport.EventLoops, transport.Dispatch) = (2, DispatchMode.Inline));
        using var client = await host.ConnectAsync();
        await client.GetAsync();
        await Task.Delay(time / 3);
        _ = host.Metrics.Total("aeronet.loop.busy_ratio");
        await Task.Delay(TimeSpan.FromMilliseconds(300));
        if (host.Metrics.Total("aeronet.loop.busy_ratio") > 0.5)
            return false;

        var observed = TimeProvider.System.GetTimestamp();
        await client.GetAsync("/burn");

        // Counted when the loop goes to sleep, which is after the answer.
        await Task.Delay(time / 3);
        var busy = host.Metrics.Total("aeronet.loop.busy_ratio") * TimeProvider.System.GetElapsedTime(observed);

        Assert.Contains("[aeronet.loop=1]", host.Metrics.ToString(), StringComparison.Ordinal);
        return busy > 0.9 * burnt;
    });

    private static string SnakeCase(string name) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(name);

    private static IOrderedEnumerable<string> Documented(string section) =>
        Repository.Table("docs/metrics.md", section, "| value |").Select(row => row[0].Trim('`')).Order();

    private static Task SettlesAsync(KestrelHost host, string instrument, double value, params (string Key, object Value)[] tags) => Eventually.HoldsAsync(
        () => host.Metrics.Total(instrument, tags) == value, $"{instrument} = {value}", host.Metrics.ToString);
}
