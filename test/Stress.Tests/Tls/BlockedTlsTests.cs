using System.Net;
using Aeronet.AspNetCore.Stress.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Stress.Tests.Tls;

/// <summary>Handlers that block over TLS: they hand their loop off like those over plain connections.</summary>
public sealed class BlockedTlsTests
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(5);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Loop_SomeConnectionsSleep_OthersStayPrompt(int loops)
    {
        await using var server = await StartAsync(loops);
        foreach (var path in (string[])["/plain", "/block?ms=0"])
        {
            using var load = TlsLoad.Start(server.EndPoint, path, 4);
            await load.MeasureAsync(TimeSpan.FromSeconds(0.3));
            load.Stop();
        }

        using var others = TlsLoad.Start(server.EndPoint, "/plain", 12, s_pause);
        await others.MeasureAsync(TimeSpan.FromSeconds(0.5));
        var alone = await LatencyWindows.MeasureAsync(others.MeasureAsync, 2, TimeSpan.FromSeconds(0.4));
        using var blocking = TlsLoad.Start(server.EndPoint, "/block?ms=200", 4);
        var beside = await LatencyWindows.MeasureAsync(others.MeasureAsync, 5, TimeSpan.FromSeconds(0.6));
        Report.Line($"alone: {alone}");
        Report.Line($"beside: {beside}; {server.HandOffs} hand-offs");
        Report.Line($"blocked: {blocking.Stop()}");
        others.Stop();
        beside.AssertWithin(best: 20, all: 150, alone);
        Assert.True(server.HandOffs > 0, "No loop was handed off.");
        await server.StopCleanlyAsync();
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Result_OfReadsAndWrites_Answers(string version)
    {
        // More than HTTP/2's windows, so that a blocked handler depends on window updates that it caused itself.
        const int Length = 2_000_000;
        await using var server = await StartAsync(loops: 2);
        using var http = server.Host.CreateHttpClient(Version.Parse(version), TlsParties.Certificate);
        http.Timeout = TimeSpan.FromMinutes(2);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            using var response = await http.PostAsync(new Uri("/copy", UriKind.Relative), new PatternContent(Length));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(Length, await Pattern.VerifyAsync(await response.Content.ReadAsStreamAsync()));
        })).OrTimeout("the copies", TimeSpan.FromMinutes(2));
        http.Dispose();
        await server.StopCleanlyAsync();
    }

    private static Task<StressServer> StartAsync(int loops) => StressServer.StartAsync(loops, new KestrelHostOptions
    {
        App = Map,
        Listen = listen => listen.UseAeronetTls(TlsParties.Certificate),
    });

    private static void Map(WebApplication app)
    {
        StressApp.Map(app);
        app.MapPost("/copy", (RequestDelegate)(static context =>
        {
            context.Response.ContentLength = context.Request.ContentLength;
            var buffer = new byte[10_000];
            int read;
            while ((read = context.Request.Body.ReadAsync(buffer).AsTask().Result) > 0)
                context.Response.Body.WriteAsync(buffer.AsMemory(0, read)).AsTask().Wait();

            return Task.CompletedTask;
        }));
    }
}
