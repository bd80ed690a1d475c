using System.Diagnostics;
using System.Net;
using System.Security.Authentication;
using System.Text;
using Aeronet.AspNetCore.Stress.Tests.Support;
using Aeronet.AspNetCore.Stress.Tests.Tls;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aeronet.AspNetCore.Stress.Tests.Faults;

/// <summary>Hundreds of clients that never finish what they begin, and send a little more of it all the time.</summary>
public sealed class SlowlorisTests
{
    private const int ClientsOfEach = 150;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(2);

    // RFC 9113, sections 3.4, 6.5, 6.2 and 6.10: HEADERS without END_HEADERS, then CONTINUATION with one byte of a literal's value each.
    private static readonly byte[] s_http2 =
    [
        .. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8,
        0, 0, 0, 4, 0, 0, 0, 0, 0,
        0, 0, 8, 1, 1, 0, 0, 0, 1, 0x82, 0x86, 0x84, 0x00, 1, (byte)'x', 0x7f, 0x7f,
    ];

    private static readonly byte[] s_continuation = [0, 0, 1, 9, 0, 0, 0, 0, 1, (byte)'a'];

    [Fact]
    public async Task Clients_HeadersAndHandshakesByteByByte_EndedByTheirTimeoutsWhileOthersAreServed()
    {
        var hello = Hello.Of(SslProtocols.Tls13);
        await using var server = await StartAsync();
        var (http1, http2, tls) = (EndPoint(server, 0), EndPoint(server, 1), EndPoint(server, 2));
        DrippingClient[] slow1 = [], slow2 = [], slowTls = [];
        using var load = RequestLoad.Start(http1, "/plain", 8, TimeSpan.FromMilliseconds(5));
        try
        {
            await BlockingClient.RunAsync(() =>
            {
                slow1 = Connect(http1, "GET /plain HTTP/1.1\r\nHost: localhost\r\nX-Slow: "u8.ToArray());
                slow2 = Connect(http2, s_http2);
                slowTls = Connect(tls, hello[..(hello.Length / 4)]);
                var answers = DripUntilEnded(load, (slow1, [(byte)'a']), (slow2, s_continuation), (slowTls, [0]));
                Report.Line($"{answers} answers to others meanwhile");
                Assert.True(answers > 0, "Nobody else was answered.");
            }).OrTimeout("the slow ones to be ended", TimeSpan.FromMinutes(2));
            load.Stop();
        }
        finally
        {
            foreach (var client in slow1.Concat(slow2).Concat(slowTls))
                client.Dispose();
        }

        // It is not the first bytes that were refused.
        Assert.All(slow1.Concat(slow2).Concat(slowTls), client => Assert.True(client.Drips > 0, "One has sent nothing more."));
        Assert.All(slow1, client => Assert.StartsWith("HTTP/1.1 408 ", Encoding.Latin1.GetString(client.Received), StringComparison.Ordinal));

        // Kestrel resets right behind its GOAWAY, which few see therefore; but none an answer: a frame of HEADERS.
        Assert.All(slow2, client => Assert.DoesNotContain((byte)1, FrameTypes(client.Received)));
        await server.IdleAsync();
        Assert.Equal(ClientsOfEach, server.Host.Metrics.Total("aeronet.tls.handshakes", ("error.type", "timeout")));

        // Kestrel counts why connections ended, by how long they were there.
        var seconds = server.Host.Metrics.Total("kestrel.connection.duration", ("error.type", "request_headers_timeout"));
        Assert.True(
            seconds >= 2 * ClientsOfEach * (s_limit.TotalSeconds - 0.1),
            $"Only for {seconds} s were there connections that the timeout ended. {server.Host.Metrics}");
        await server.StopCleanlyAsync();
    }

    private static Task<StressServer> StartAsync() => StressServer.StartAsync(2, new KestrelHostOptions
    {
        App = StressApp.Map,
        Kestrel = kestrel =>
        {
            kestrel.Limits.RequestHeadersTimeout = s_limit;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseAeronetTls(tls =>
            {
                tls.Certificates.Add(TlsParties.Certificate);
                tls.HandshakeTimeout = s_limit;
            }));
        },
    });

    private static IPEndPoint EndPoint(StressServer server, int index) => new(IPAddress.Loopback, server.Host.Ports[index]);

    private static DrippingClient[] Connect(IPEndPoint server, byte[] begin) =>
        [.. Enumerable.Range(0, ClientsOfEach).Select(_ => new DrippingClient(server, begin))];

    /// <summary>Sends more on each until the server has ended it. How many requests of others were answered meanwhile.</summary>
    private static int DripUntilEnded(RequestLoad load, params (DrippingClient[] Clients, byte[] Drip)[] kinds)
    {
        load.Take();
        var answers = 0;
        var start = Stopwatch.GetTimestamp();
        while (kinds.Sum(kind => kind.Clients.Count(client => !client.HasEnded)) is > 0 and var left)
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromMinutes(1), $"{left} are never ended.");
            foreach (var (clients, drip) in kinds)
            {
                foreach (var client in clients)
                    client.Drip(drip);
            }

            answers += load.Take().Count;
            Thread.Sleep(50);
        }

        return answers;
    }

    private static List<byte> FrameTypes(ReadOnlySpan<byte> frames)
    {
        var types = new List<byte>();
        while (frames.Length >= 9)
        {
            types.Add(frames[3]);
            var length = (frames[0] << 16) | (frames[1] << 8) | frames[2];
            frames = frames[Math.Min(frames.Length, 9 + length)..];
        }

        return types;
    }
}
