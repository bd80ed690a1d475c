using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
using System.Net.Security;
using System.Security.Authentication;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Aeronet.AspNetCore.Tls.Tests.Observability;

/// <summary>
/// Kestrel's event source, which <c>dotnet-counters</c> and <c>dotnet-trace</c> read, says of the transport's handshakes what it says of
/// Kestrel's.
/// </summary>
[Collection(Alone.Name)]
public sealed class KestrelEventTests
{
    private const string Source = "Microsoft-AspNetCore-Server-Kestrel";

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Handshakes_EventsAreKestrels(SslProtocols version)
    {
        var seen = new List<string[]>();
        foreach (var kind in new[] { TransportKind.Sockets, TransportKind.Aeronet })
        {
            await using var host = await StartAsync(kind);
            using var listener = new Listener();

            await Peer.AskAsync(host.Port, "localhost", o => o.EnabledSslProtocols = version);
            await Eventually.HoldsAsync(() => listener.Events.Any(line => line.StartsWith("TlsHandshakeStop", StringComparison.Ordinal)), "the end of the handshake");
            Assert.True(await Peer.IsRefusedAsync(host.Port, "localhost", o => o.ApplicationProtocols = [new("nonsense")]));
            await Eventually.HoldsAsync(() => listener.Events.Count(line => line.StartsWith("TlsHandshakeStop", StringComparison.Ordinal)) == 2, "the end of the other");

            seen.Add([.. listener.Events.Where(line => line.StartsWith("Tls", StringComparison.Ordinal))]);
        }

        Assert.Equal(seen[0], seen[1]);
        Assert.Equal(5, seen[0].Length);
    }

    [Fact]
    public async Task Handshakes_CountersAreKestrels()
    {
        await using var host = await StartAsync(TransportKind.Aeronet);
        using var listener = new Listener();
        await Eventually.HoldsAsync(() => listener.Counters.ContainsKey("failed-tls-handshakes"), "the counters");
        var (total, failed) = (listener.Counters["total-tls-handshakes"], listener.Counters["failed-tls-handshakes"]);

        // Kestrel's own HTTPS takes off what it never added, where a handshake ends before its ClientHello.
        var current = listener.Counters["current-tls-handshakes"];

        for (var i = 0; i < 3; i++)
            await Peer.AskAsync(host.Port);

        Assert.True(await Peer.IsRefusedAsync(host.Port, "localhost", o => o.ApplicationProtocols = [new("nonsense")]));
        using var silent = await host.ConnectAsync();

        await Eventually.HoldsAsync(() => listener.Counters["total-tls-handshakes"] == total + 5, "the total", () => $"{listener.Counters["total-tls-handshakes"]} after {total}");
        await Eventually.HoldsAsync(() => listener.Counters["failed-tls-handshakes"] == failed + 1, "the failed one");
        await Eventually.HoldsAsync(() => listener.Counters["current-tls-handshakes"] == current + 1, "the one in progress");
        Assert.True(listener.Counters.ContainsKey("tls-handshakes-per-second"));
        silent.Dispose();
        await Eventually.HoldsAsync(() => listener.Counters["current-tls-handshakes"] == current, "its end");
    }

    private static Task<KestrelHost> StartAsync(TransportKind kind) => KestrelHost.StartAsync(kind, new KestrelHostOptions
    {
        Listen = listen => _ = kind == TransportKind.Sockets
            // By the callback, with which Kestrel knows the name that the client asks for.
            ? listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
                {
                    ServerCertificate = Certificates.Ecdsa,
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                }),
            })
            : listen.UseAeronetTls(Certificates.Ecdsa),
        App = app => app.Run(context => context.Response.WriteAsync("ok")),
    });

    private sealed class Listener : EventListener
    {
        public ConcurrentQueue<string> Events { get; } = new();

        public ConcurrentDictionary<string, double> Counters { get; } = new();

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == Source)
                EnableEvents(eventSource, EventLevel.Verbose, EventKeywords.All, new Dictionary<string, string?> { ["EventCounterIntervalSec"] = "0.2" });
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            if (eventData.EventSource.Name != Source)
                return;

            if (eventData.EventName == "EventCounters")
            {
                var counter = (IDictionary<string, object?>)eventData.Payload![0]!;
                Counters[(string)counter["Name"]!] = Convert.ToDouble(counter.TryGetValue("Mean", out var mean) ? mean : counter["Increment"], System.Globalization.CultureInfo.InvariantCulture);
                return;
            }

            // Without the connection's id, which is the first.
            Events.Enqueue($"{eventData.EventName} {eventData.Level} {string.Join(',', eventData.Payload!.Skip(1))}");
        }
    }
}
