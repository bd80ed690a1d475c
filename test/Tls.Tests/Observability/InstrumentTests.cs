using System.Diagnostics.Metrics;
using System.Net.Security;
using System.Security.Authentication;
using System.Text.Json;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.Tls.Tickets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Tls.Tests.Observability;

/// <summary>The TLS instruments exist as documented and carry the tags they are documented to carry.</summary>
public sealed class InstrumentTests
{
    private const string Duration = "kestrel.tls_handshake.duration";

    [Fact]
    public async Task Instruments_NameKindAndUnit_AsDocumented()
    {
        var documented = Repository.Table("docs/metrics.md", "## TLS", "| instrument |").Select(row => $"{row[0].Trim('`')} | {row[1]} | {row[2].Trim('`')}");
        await using var host = await StartAsync();
        var published = new HashSet<string>();
        using var listener = new MeterListener();
        var scope = host.Services.GetRequiredService<IMeterFactory>();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Name.Contains("tls", StringComparison.Ordinal) && ReferenceEquals(instrument.Meter.Scope, scope))
                published.Add($"{instrument.Name} | {Kind(instrument)} | {instrument.Unit}");
        };
        listener.Start();

        Assert.Equal(documented.Order(), published.Order());

        static string Kind(Instrument instrument) => instrument switch
        {
            UpDownCounter<long> => "up-down counter",
            Counter<long> => "counter",
            Histogram<double> => "histogram",
            ObservableGauge<double> => "gauge",
            _ => instrument.GetType().Name,
        };
    }

    [Fact]
    public void ErrorTypes_AsDocumented()
    {
        var documented = Repository.Table("docs/metrics.md", "## error.type", "| value |").Select(row => row[0].Trim('`')).Order();

        Assert.Equal(documented, Enum.GetNames<TlsFailure>().Where(name => name != nameof(TlsFailure.None)).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName).Order());
    }

    [Fact]
    public void TicketReasons_AsDocumented()
    {
        var documented = Repository.Table("docs/metrics.md", "## aeronet.ticket.reason", "| value |").Select(row => row[0].Trim('`')).Order();

        Assert.Equal(documented, Enum.GetNames<TicketDecline>().Where(name => name != nameof(TicketDecline.None)).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName).Order());
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, "http/1.1", "1.2")]
    [InlineData(SslProtocols.Tls13, TlsCipherSuite.TLS_AES_128_GCM_SHA256, "h2", "1.3")]
    [InlineData(SslProtocols.Tls13, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256, "", "1.3")]
    public async Task Handshake_WhatWasAgreedOn_IsTagged(SslProtocols version, TlsCipherSuite suite, string protocol, string number)
    {
        // Client and server are of one OpenSSL, and take the best that it has.
        var group = version == SslProtocols.Tls13 && OpenSslLibrary.IsAtLeast(3, 5) ? "X25519MLKEM768" : "x25519";
        await using var host = await StartAsync();
        await using var client = await TlsClient.ConnectAsync(host, o =>
        {
            o.EnabledSslProtocols = version;
            o.CipherSuitesPolicy = new CipherSuitesPolicy([suite]);
            o.ApplicationProtocols = protocol.Length > 0 ? [new(protocol)] : null;
        });

        await Eventually.HoldsAsync(() => host.Metrics.Count(Duration) == 1, "the handshake to be counted");
        (string, object)[] tags =
        [
            ("server.address", "127.0.0.1"), ("server.port", host.Port), ("network.type", "ipv4"), ("network.transport", "tcp"),
            ("tls.protocol.version", number), ("tls.cipher", suite), ("tls.curve", group), ("tls.resumed", false),
        ];
        Assert.True(host.Metrics.Total(Duration, tags) > 0, host.Metrics.ToString());
        Assert.Equal(protocol.Length > 0, host.Metrics.Total(Duration, ("tls.next_protocol", protocol)) > 0);
        Assert.Equal(protocol.Length > 0, host.Metrics.ToString().Contains("tls.next_protocol", StringComparison.Ordinal));
        Assert.Equal(1, host.Metrics.Total("aeronet.tls.connections"));
    }

    [Theory]
    [InlineData("-tls1_2", "P-256", "secp256r1")]
    [InlineData("-tls1_3", "P-256", "secp256r1")]
    [InlineData("-tls1_3", "P-384", "secp384r1")]
    public async Task Handshake_Group_IsTagged(string version, string group, string name)
    {
        await using var host = await StartAsync();

        await OpensslClient.RunAsync(host, [version, "-groups", group], "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        Assert.True(host.Metrics.Total(Duration, ("tls.curve", name)) > 0, host.Metrics.ToString());
    }

    [Fact]
    public async Task Handshake_ServedHost_IsTagged_AndNoNameThatAClientMadeUp()
    {
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("ok"), tls => tls.Hosts["*.example.com"] = new AeronetTlsHostOptions());
        const string Close = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

        await OpensslClient.RunAsync(host, ["-servername", "a.example.com"], Close);
        await OpensslClient.RunAsync(host, ["-servername", "b.example.com"], Close);
        await OpensslClient.RunAsync(host, ["-servername", "made.up.test"], Close);
        await OpensslClient.RunAsync(host, ["-servername", "c.example.com", "-cipher", "AES128-SHA", "-tls1_2"], Close);
        await OpensslClient.RunAsync(host, ["-servername", "c.example.com", "-alpn", "none-of-ours"], Close);
        using (var plain = await host.ConnectAsync())
        {
            await plain.SendAsync("GET / HTTP/1.1\r\n\r\n");
            await plain.ReadToEndAsync();
        }

        const string Handshakes = "aeronet.tls.handshakes";
        await Eventually.HoldsAsync(() => host.Metrics.Total(Handshakes) == 6, "every handshake to be counted");
        Assert.Equal(2, host.Metrics.Total(Handshakes, ("aeronet.tls.host", "*.example.com"), ("tls.resumed", false)));
        Assert.Equal(1, host.Metrics.Total(Handshakes, ("aeronet.tls.host", "*"), ("tls.resumed", false)));
        Assert.Equal(1, host.Metrics.Total(Handshakes, ("aeronet.tls.host", "*.example.com"), ("error.type", "no_shared_cipher")));
        Assert.Equal(1, host.Metrics.Total(Handshakes, ("aeronet.tls.host", "*.example.com"), ("error.type", "alpn_mismatch")));
        Assert.Equal(1, host.Metrics.Total(Handshakes, ("error.type", "plain_http")));
        Assert.Equal(2, host.Metrics.Total("aeronet.tls.connections", ("aeronet.tls.host", "*.example.com")));
        Assert.Matches(@"aeronet\.tls\.handshakes \[error\.type=plain_http\] = 1", host.Metrics.ToString());
        Assert.DoesNotContain("made.up", host.Metrics.ToString(), StringComparison.Ordinal);
    }

    private static Task<KestrelHost> StartAsync() => TlsHost.StartAsync(context => context.Response.WriteAsync("ok"));
}
