using System.Buffers;
using System.Globalization;
using System.Net;
using System.Security.Authentication;
using Aeronet.AspNetCore.Stress.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Stress.Tests.Interleavings;

/// <summary>
/// HTTP/2 over the framework's SslStream over the transport: streams of random sizes in both directions, some of them slow, some given
/// up. SslStream goes on where our flush continues it, on the loop, which HTTP alone never does.
/// </summary>
public sealed class Http2OverSslStreamTests
{
    private const int Visitors = 2;

    // A single connection with few streams has nobody whose events would rescue it.
    [Theory]
    [InlineData(SslProtocols.Tls12, 1, 1, 2)]
    [InlineData(SslProtocols.Tls12, 1, 1, 24)]
    [InlineData(SslProtocols.Tls12, 2, 2, 24)]
    [InlineData(SslProtocols.Tls13, 1, 2, 24)]
    public async Task RandomStreams_NoneStandsStill(SslProtocols tls, int loops, int connections, int streamsPerConnection)
    {
        var seed = Rounds.Seed();
        Report.Line($"AERONET_SEED={seed}");
        var pool = new CheckingMemoryPool();
        await using var server = await StartAsync(tls, loops, pool);
        var finished = 0;
        var clients = Enumerable.Range(0, connections).Select(_ => CreateClient(server.EndPoint, tls)).ToArray();
        try
        {
            var residents = Enumerable.Range(0, connections * streamsPerConnection).Select(number => PlayAsync(number, clients[number % connections]));
            var visitors = Enumerable.Range(0, connections * Visitors).Select(number => PlayAsync(~number, shared: null));
            await Task.WhenAll(residents.Concat(visitors));
        }
        finally
        {
            Report.Line($"{finished} streams, {server.Host.Metrics.Total("aeronet.connections.accepted")} connections, {server.HandOffs} hand-offs");
            foreach (var client in clients)
                client.Dispose();
        }

        Assert.Empty(pool.Faults);
        await server.StopCleanlyAsync();
        Assert.Empty(pool.Faults);

        // On a connection of others, or with one of its own for a few streams.
        async Task PlayAsync(int number, HttpClient? shared)
        {
            var random = new Random(unchecked((seed * 31) + (number * 7919)));
            var start = TimeProvider.System.GetTimestamp();
            while (TimeProvider.System.GetElapsedTime(start) < Rounds.Duration)
            {
                using var own = shared is null ? CreateClient(server.EndPoint, tls) : null;
                for (var streams = random.Next(1, 5); streams > 0; streams--)
                {
                    await AskAsync(shared ?? own!, random).OrTimeout($"a stream of {(own is null ? "a shared connection" : "a connection of its own")}", TimeSpan.FromSeconds(30));
                    Interlocked.Increment(ref finished);
                }
            }
        }
    }

    private static async Task AskAsync(HttpClient client, Random random)
    {
        var upload = random.Next(4) == 0 ? random.Next(0, 300_000) : 0;
        var size = random.Next(8) == 0 ? random.Next(100_000, 2_000_000) : random.Next(0, 5_000);
        var keepsThread = random.Next(20) == 0 ? random.Next(1, 15) : 0;
        var slow = random.Next(10) == 0;
        using var cancellation = new CancellationTokenSource();
        if (random.Next(12) == 0)
            cancellation.CancelAfter(random.Next(1, 20));

        using var request = new HttpRequestMessage(upload > 0 ? HttpMethod.Post : HttpMethod.Get, $"/?size={size}&keep={keepsThread}")
        {
            Content = upload > 0 ? new ByteArrayContent(Pattern.Bytes(upload)) : null,
        };
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation.Token);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            await using var body = await response.Content.ReadAsStreamAsync(cancellation.Token);
            if (slow)
                await Task.Delay(20, cancellation.Token);

            Assert.Equal(size, await Pattern.VerifyAsync(body, cancellation.Token));
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            // Given up, in whichever state it was.
        }
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        var size = int.Parse(context.Request.Query["size"]!, CultureInfo.InvariantCulture);
        var keep = int.Parse(context.Request.Query["keep"]!, CultureInfo.InvariantCulture);
        if (context.Request.Method == HttpMethods.Post)
            await Pattern.VerifyAsync(context.Request.Body, context.RequestAborted);

        if (keep > 0)
            Thread.Sleep(keep);

        await Pattern.WriteAsync(context.Response.Body, size, step: 10_000, context.RequestAborted);
    }

    private static HttpClient CreateClient(IPEndPoint endPoint, SslProtocols tls)
    {
        var handler = KestrelHost.CreateHttpHandler(TlsParties.Certificate);
        handler.SslOptions.EnabledSslProtocols = tls;
        return new HttpClient(handler)
        {
            BaseAddress = new Uri($"https://127.0.0.1:{endPoint.Port}"),
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    private static Task<StressServer> StartAsync(SslProtocols tls, int loops, CheckingMemoryPool pool) =>
        StressServer.StartAsync(loops, new KestrelHostOptions
        {
            Builder = builder => builder.Services.AddSingleton<IMemoryPoolFactory<byte>>(pool),
            Listen = listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.UseHttps(new HttpsConnectionAdapterOptions { ServerCertificate = TlsParties.Certificate, SslProtocols = tls });
            },
            App = app => app.Run(AnswerAsync),
        });
}
