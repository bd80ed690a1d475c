using System.Diagnostics;
using System.Globalization;
using System.Net;
using Aeronet.AspNetCore.Stress.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aeronet.AspNetCore.Stress.Tests.Protocols;

/// <summary>HTTP/2 connections full of streams, many of which the client gives up at some moment or other.</summary>
public sealed class StreamCancellationTests
{
    private const int Connections = 4;
    private const int StreamsEach = 24;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Streams_CancelledAtRandom_OthersArriveWhole(int loops)
    {
        await using var server = await StressServer.StartAsync(loops, new KestrelHostOptions
        {
            App = Map,
            Listen = listen => listen.Protocols = HttpProtocols.Http2,
        });
        var (whole, cancelled) = (0, 0);
        var clients = Enumerable.Range(0, Connections).Select(_ => server.Host.CreateHttpClient(HttpVersion.Version20)).ToArray();
        var end = Stopwatch.GetTimestamp() + (4 * Stopwatch.Frequency);
        await Task.WhenAll(clients.SelectMany((client, connection) => Enumerable.Range(0, StreamsEach).Select(async stream =>
        {
            var random = new Random((connection * 1000) + stream);
            while (Stopwatch.GetTimestamp() < end)
            {
                if (await RequestAsync(client, random))
                    Interlocked.Increment(ref whole);
                else
                    Interlocked.Increment(ref cancelled);
            }
        }))).OrTimeout("the streams", TimeSpan.FromMinutes(2));

        Report.Line($"{whole} whole responses, {cancelled} cancelled, {server.Host.Metrics.Total("aeronet.connections.accepted")} connections, {server.HandOffs} hand-offs");
        Assert.True(whole > 0, "No response arrived.");
        Assert.True(cancelled > 0, "Nothing was cancelled.");

        // The cancellations have cost no connection.
        Assert.Equal(Connections, server.Host.Metrics.Total("aeronet.connections.accepted"));
        foreach (var client in clients)
            client.Dispose();

        await server.StopCleanlyAsync();
    }

    private static void Map(WebApplication app)
    {
        app.MapGet("/bytes", (RequestDelegate)(async context =>
        {
            var length = int.Parse(context.Request.Query["length"].ToString(), CultureInfo.InvariantCulture);
            context.Response.ContentLength = length;
            await Pattern.WriteAsync(context.Response.Body, length, step: 8192, context.RequestAborted);
        }));
        app.MapGet("/later", (RequestDelegate)(async context =>
        {
            await Task.Delay(5, context.RequestAborted);
            context.Response.ContentLength = 0;
        }));
        app.MapPost("/echo", (RequestDelegate)(async context =>
        {
            context.Response.ContentLength = context.Request.ContentLength;
            await context.Request.Body.CopyToAsync(context.Response.Body, context.RequestAborted);
        }));
    }

    /// <summary>One request. False when it was cancelled before it had ended; throws for every other failure.</summary>
    private static async Task<bool> RequestAsync(HttpClient client, Random random)
    {
        using var cancellation = new CancellationTokenSource();
        if (random.Next(3) == 0)
            cancellation.CancelAfter(TimeSpan.FromMilliseconds(random.NextDouble() * 10));

        var length = random.Next(random.Next(8) == 0 ? 200_000 : 2000);
        using var request = random.Next(3) switch
        {
            0 => new HttpRequestMessage(HttpMethod.Get, "/later"),
            1 => new HttpRequestMessage(HttpMethod.Post, "/echo") { Content = new PatternContent(length, step: 8192) },
            _ => new HttpRequestMessage(HttpMethod.Get, $"/bytes?length={length}"),
        };
        request.Version = HttpVersion.Version20;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation.Token);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            await using var body = await response.Content.ReadAsStreamAsync(cancellation.Token);
            Assert.Equal(response.Content.Headers.ContentLength, await Pattern.VerifyAsync(body, cancellation.Token));
            return true;
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            return false;
        }
    }
}
