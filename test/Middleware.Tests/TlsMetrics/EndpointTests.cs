using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Hosting;

namespace Aeronet.AspNetCore.Middleware.Tests.TlsMetrics;

/// <summary>Real handshakes of each kind, and what is told of them.</summary>
public sealed class EndpointTests
{
    // Of what is counted when a handshake fails.
    private const string LastRecorded = "duration_ms.failed.count";

    [Fact]
    public async Task Get_EachKindOfHandshake_CountedInJsonAndText()
    {
        await using var site = await StartAndConnectAsync();

        var json = await site.ReadJsonAsync(LastRecorded, 3);
        Assert.Equal([4, 3, 1], Numbers(json, "handshakes.completed", "handshakes.full", "handshakes.resumed"));
        Assert.Equal(0, Number(json, "handshakes.active"));
        Assert.Equal("""{"alpn_mismatch":1,"no_shared_cipher":1,"plain_http":1}""", Text(json, "handshakes.failures"));
        Assert.Equal("""{"1.2":1,"1.3":3}""", Text(json, "agreed.versions"));
        Assert.Equal("""{"TLS_AES_128_GCM_SHA256":3,"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384":1}""", Text(json, "agreed.ciphers"));
        Assert.Equal("""{"secp256r1":4}""", Text(json, "agreed.groups"));
        Assert.Equal("""{"h2":1,"http/1.1":1}""", Text(json, "agreed.protocols"));
        Assert.Equal((4, 3, 1, 3),
            (Count(json, "completed"), Count(json, "full"), Count(json, "resumed"), Count(json, "failed")));
        var durations = json["duration_ms"]!["completed"]!;
        double[] percentiles = [.. new[] { "p50", "p90", "p99", "p999", "max" }.Select(name => durations[name]!.GetValue<double>())];
        Assert.Equal(percentiles.Order(), percentiles);
        Assert.InRange(percentiles[0], 0.01, 10_000);
        Assert.Equal([1, 1], Numbers(json, "tickets.shown", "tickets.age_s.count"));
        Assert.Equal(("{\"current\":1}", "{}"), (Text(json, "tickets.keys"), Text(json, "tickets.declined")));
        Assert.InRange(json["tickets"]!["age_s"]!["p50"]!.GetValue<double>(), 0, 600);
        Assert.Equal([4, 0, 0], Numbers(json, "connections.established", "connections.sent_by_kernel", "connections.received_by_kernel"));
        Assert.Equal("0", Text(json, "connections.sent_by_kernel_share"));

        var text = await site.ReadPrometheusAsync();
        Assert.Equal(1, text.Sum("aeronet_tls_tickets_total", "aeronet_ticket_key=\"current\""));
        Assert.Equal(1, text.Sum("aeronet_tls_ticket_age_seconds_bucket", "le=\"604800\"", "aeronet_tls_host=\"*.example.com\""));
        const string Handshakes = "aeronet_tls_handshakes_total";
        Assert.Equal((3, 1), (text.Sum(Handshakes, "tls_resumed=\"false\""), text.Sum(Handshakes, "tls_resumed=\"true\"")));
        Assert.Equal(1, text.Sum(Handshakes, "error_type=\"no_shared_cipher\"", "aeronet_tls_host=\"*.example.com\""));
        Assert.Equal(7, text.Sum("kestrel_tls_handshake_duration_seconds_count"));
        Assert.Equal(
            1, text.Sum("kestrel_tls_handshake_duration_seconds_count", "tls_protocol_version=\"1.2\"", "tls_curve=\"secp256r1\""));
    }

    [Fact]
    public async Task Get_StapledCertificate_SentAndItsAge()
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=authority", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signed = new CertificateRequest("CN=stapled.test", key, HashAlgorithmName.SHA256).Create(authority, authority.NotBefore, authority.NotAfter, [0x42]);
        using var certificate = signed.CopyWithPrivateKey(key);
        var response = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(response, OcspResponses.Make(authority, certificate, DateTimeOffset.UtcNow.AddMinutes(-30), DateTimeOffset.UtcNow.AddHours(1)), TestContext.Current.CancellationToken);
            await using var site = await MetricsSite.StartAsync(options =>
            {
                options.Certificates.Clear();
                options.Certificates.Add(certificate);
                options.Intermediates.Add(authority);
                options.OcspStapling.ResponseFiles.Add(response);
            });
            await site.ConnectAsync("-tls1_3", "-status");
            await site.ConnectAsync("-tls1_3");

            var json = await site.ReadJsonAsync("handshakes.completed", 2);
            Assert.Equal([1, 0, 1], Numbers(json, "staples.sent", "staples.missing", "staples.age_s.count"));
            Assert.InRange(json["staples"]!["age_s"]!["p50"]!.GetValue<double>(), 1700, 1900);
            Assert.Equal("""{"good":1}""", Text(json, "staples.fetches"));

            var text = await site.ReadPrometheusAsync();
            Assert.Equal(1, text.Sum("aeronet_tls_staples_total", "aeronet_staple_sent=\"true\""));
            Assert.Equal(0, text.Sum("aeronet_tls_staple_age_seconds_bucket", "le=\"600\""));
            Assert.Equal(1, text.Sum("aeronet_tls_staple_age_seconds_bucket", "le=\"3600\""));
            Assert.InRange(text.Sum("aeronet_tls_staple_expiry_seconds"), 3000, 3600);
        }
        finally
        {
            File.Delete(response);
        }
    }

    [Fact]
    public async Task Get_ByHost_ServedNamesAndNoOthers()
    {
        await using var site = await StartAndConnectAsync();

        var hosts = (await site.ReadJsonAsync(LastRecorded, 3))["hosts"]!.AsArray();
        Assert.Equal(["*", "*.example.com", "nobody.asks.test"], hosts.Select(host => (string)host!["name"]!));
        Assert.Equal([2, 2, 0, 0], Figures(hosts[0]!));
        Assert.Equal([2, 1, 1, 2], Figures(hosts[1]!));
        Assert.Equal([0, 0, 0, 0], Figures(hosts[2]!));
        Assert.Equal([2, 2, 0], hosts.Select(host => Number(host, "connections.established")));
        Assert.Equal("null", Text(hosts[2], "connections.sent_by_kernel_share"));

        var text = await site.ReadPrometheusAsync(asOpenMetrics: true);
        Assert.Equal(
            ["aeronet_tls_host=\"*\"", "aeronet_tls_host=\"*.example.com\""],
            text.LabelsOf("aeronet_tls_connections_total")
                .Where(label => label.StartsWith("aeronet_tls_host", StringComparison.Ordinal))
                .Order());
    }

    [Fact]
    public async Task Get_BrokenConnection_Counted()
    {
        await using var site = await MetricsSite.StartAsync();
        using (var client = await site.Host.ConnectAsync())
        await using (var stream = new NetworkStream(client.Socket))
        await using (var tls = new SslStream(stream, true, (_, certificate, _, _) => TlsSite.Certificate.Equals(certificate)))
        {
            await tls.AuthenticateAsClientAsync("localhost").OrTimeout("the handshake");

            // FIN, and no close_notify before it.
            client.ShutdownSend();
            await site.ReadJsonAsync("connections.broken.truncated", 1);
        }

        var text = await site.ReadPrometheusAsync();
        Assert.Equal(1, text.Sum("aeronet_tls_broken_total", "error_type=\"truncated\"", "aeronet_tls_host=\"*\""));
    }

    [Fact]
    public async Task Get_NothingHappened_ZerosAndReadableText()
    {
        await using var site = await MetricsSite.StartAsync();

        var json = await site.ReadJsonAsync();

        Assert.Equal([0, 0, 0], Numbers(json, "handshakes.completed", "handshakes.failed", "connections.established"));
        Assert.Equal("null", Text(json, "duration_ms.completed.p99"));
        var (since, time) = (json["since"]!.GetValue<DateTimeOffset>(), json["time"]!.GetValue<DateTimeOffset>());
        Assert.InRange(since, DateTimeOffset.UtcNow.AddMinutes(-5), time);
        using var text = await site.AskAsync("?format=prometheus");
        Assert.Equal(HttpStatusCode.OK, text.StatusCode);
    }

    [Fact]
    public async Task Get_KestrelsTls_WhatItTells()
    {
        await using var site = await MetricsSite.StartAsync(transport: TransportKind.Sockets);
        await site.ConnectAsync("-tls1_3");
        using (var plain = await site.Host.ConnectAsync())
        {
            await plain.SendAsync("GET / HTTP/1.1\r\n\r\n");
            await plain.ReadToEndAsync();
        }

        var json = await site.ReadJsonAsync(LastRecorded, 1);
        Assert.Equal(1, Number(json, "handshakes.completed"));
        Assert.All(["handshakes.full", "duration_ms.resumed", "connections"], untold => Assert.Equal("null", Text(json, untold)));
        Assert.Equal("""{"1.3":1}""", Text(json, "agreed.versions"));
        Assert.Single(json["handshakes"]!["failures"]!.AsObject());
        Assert.Empty(json["hosts"]!.AsArray());
        Assert.Equal(2, (await site.ReadPrometheusAsync()).Sum("kestrel_tls_handshake_duration_seconds_count"));
    }

    [Fact]
    public async Task Get_KestrelsEndpointBeside_OfAllWhatBothTell()
    {
        await using var site = await MetricsSite.StartAsync(
            kestrel: kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(TlsSite.Certificate)));
        await site.ConnectAsync("-tls1_3");
        using var client = new HttpClient(KestrelHost.CreateHttpHandler(TlsSite.Certificate));
        Assert.Equal("served", await client.GetStringAsync($"https://127.0.0.1:{site.Host.Ports[2]}/"));

        var json = await site.ReadJsonAsync("duration_ms.completed.count", 2);

        Assert.Equal([2, 1, 0], Numbers(json, "handshakes.completed", "handshakes.full", "handshakes.resumed"));
        Assert.Equal(1, Number(json, "connections.established"));
        Assert.Equal("""{"1.3":2}""", Text(json, "agreed.versions"));
        Assert.Equal(2, (await site.ReadPrometheusAsync()).Sum("kestrel_tls_handshake_duration_seconds_count"));
    }

    [Fact]
    public async Task Text_OnlyTheTlsOfThisApplication()
    {
        await using var site = await MetricsSite.StartAsync();
        await using var other = await MetricsSite.StartAsync();
        await site.ConnectAsync("-tls1_3");
        await other.ConnectAsync("-tls1_3");
        await other.ConnectAsync("-tls1_3");

        var text = await site.ReadPrometheusAsync();

        Assert.Equal(1, text.Sum("aeronet_tls_connections_total"));
        Assert.All(
            text.Names.Where(name => name is not ("target_info" or "otel_scope_info" or "target" or "otel_scope")),
            name => Assert.Matches("^(kestrel_tls_|kestrel_active_tls_|aeronet_tls_|aeronet_ktls_)", name));
        Assert.Equal("histogram", text.TypeOf("kestrel_tls_handshake_duration_seconds"));
        Assert.Contains("le=\"0.0005\"", text.LabelsOf("kestrel_tls_handshake_duration_seconds_bucket"));
    }

    private static async Task<MetricsSite> StartAndConnectAsync()
    {
        var session = Path.GetTempFileName();
        var site = await MetricsSite.StartAsync(tls =>
        {
            tls.Ktls = KtlsMode.Disabled;
            tls.Hosts["*.example.com"] = new AeronetTlsHostOptions();
            tls.Hosts["nobody.asks.test"] = new AeronetTlsHostOptions();
        });
        string[] tls13 = ["-tls1_3", "-ciphersuites", "TLS_AES_128_GCM_SHA256", "-groups", "P-256"];
        await site.ConnectAsync([.. tls13, "-servername", "a.example.com", "-sess_out", session]);
        await site.ConnectAsync([.. tls13, "-servername", "a.example.com", "-sess_in", session]);
        await site.ConnectAsync([.. tls13, "-servername", "made.up.test", "-alpn", "h2"]);
        string[] tls12 = ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384", "-groups", "P-256"];
        await site.ConnectAsync([.. tls12, "-noservername", "-alpn", "http/1.1"]);
        await site.ConnectAsync("-tls1_2", "-cipher", "AES128-SHA", "-servername", "b.example.com");
        await site.ConnectAsync("-alpn", "nobodys", "-servername", "b.example.com");
        using (var plain = await site.Host.ConnectAsync())
        {
            await plain.SendAsync("GET / HTTP/1.1\r\n\r\n");
            await plain.ReadToEndAsync();
        }

        File.Delete(session);
        return site;
    }

    private static JsonNode? At(JsonNode? json, string path) => path.Split('.').Aggregate(json, (node, name) => node![name]);

    private static long Number(JsonNode? json, string path) => At(json, path)!.GetValue<long>();

    private static string Text(JsonNode? json, string path) => At(json, path)?.ToJsonString() ?? "null";

    private static long Count(JsonNode? json, string what) => Number(json, $"duration_ms.{what}.count");

    private static long[] Numbers(JsonNode? json, params string[] paths) => [.. paths.Select(path => Number(json, path))];

    private static long[] Figures(JsonNode host) =>
        Numbers(host, "handshakes.completed", "handshakes.full", "handshakes.resumed", "handshakes.failed");
}
