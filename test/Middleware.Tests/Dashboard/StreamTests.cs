using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.IO.Pipelines;
using System.Net;
using System.Text.Json.Nodes;
using Aeronet.AspNetCore.Middleware.Dashboard.Feed;
using Aeronet.AspNetCore.Middleware.Dashboard.Figures;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aeronet.AspNetCore.Middleware.Tests.Dashboard;

public sealed class StreamTests
{
    [Theory]
    [InlineData(TransportKind.Sockets)]
    [InlineData(TransportKind.Aeronet)]
    public async Task Events_Viewers_GetTheSameFramesAndTheirTraffic(TransportKind transport)
    {
        await using var host = await StartAsync(transport);
        using var client = host.CreateHttpClient();
        using var first = await EventReader.OpenAsync(client);
        using var second = await EventReader.OpenAsync(client);
        await first.NextAsync();
        await second.NextAsync();
        for (var i = 0; i < 7; i++)
            await client.GetStringAsync("/");

        var seen = 0L;
        while (seen < 7)
        {
            var figures = await first.NextAsync();
            seen = (long)figures!["requests"]!["ended"]!["total"]!;
            Assert.NotNull(figures["requests"]!["ended"]!["perSecond"]);
            Assert.InRange((int)figures["viewers"]!, 1, 2);
        }

        Assert.Equal(7, seen);
        var times = new List<string>();
        for (var i = 0; i < 3; i++)
            times.Add((string)(await second.NextAsync())!["time"]!);

        Assert.Equal(times.Distinct().Order(), times);
    }

    [Fact]
    public async Task Events_Http2_Flow()
    {
        await using var site = await DashboardSite.StartAsync(ServerKind.Http2, ("Interval", "00:00:00.250"));
        using var client = site.Host.CreateHttpClient(HttpVersion.Version20);
        using var first = await EventReader.OpenAsync(client);
        using var second = await EventReader.OpenAsync(client);
        for (var i = 0; i < 3; i++)
        {
            Assert.NotNull(await first.NextAsync());
            Assert.NotNull(await second.NextAsync());
        }
    }

    [Fact]
    public async Task Figures_NoViewer_NotRead()
    {
        await using var host = await StartAsync(TransportKind.Aeronet);
        var reads = 0;
        host.Services.GetRequiredService<IMeterFactory>().Create("Aeronet.Middleware").CreateObservableGauge("reads", () => ++reads);
        using var client = host.CreateHttpClient();
        await Task.Delay(700);
        Assert.Equal(0, reads);

        using (var viewer = await EventReader.OpenAsync(client))
        {
            for (var i = 0; i < 3; i++)
                Assert.NotNull(await viewer.NextAsync());
        }

        Assert.InRange(reads, 3, 1000);
        await Eventually.HoldsAsync(() => host.Logs.Entries.Any(e => e.EventId.Name == "Left"), "the viewer leaves");

        // One that had begun may end.
        await Eventually.StandsStillAsync(() => Volatile.Read(ref reads), TimeSpan.FromSeconds(1), "reading to stop");
    }

    [Theory]
    [InlineData(TransportKind.Sockets)]
    [InlineData(TransportKind.Aeronet)]
    public async Task Stop_ViewersThere_StreamsEndAtOnce(TransportKind transport)
    {
        await using var host = await StartAsync(transport, shutdownTimeout: TimeSpan.FromMinutes(5));
        using var client = host.CreateHttpClient();
        using var viewer = await EventReader.OpenAsync(client);
        await viewer.NextAsync();

        var start = Stopwatch.GetTimestamp();
        await host.StopAsync();

        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(60), "stopping waited for the viewer");
        while (await viewer.NextAsync() is not null)
        {
        }
    }

    [Fact]
    public async Task Events_MoreThanMayBe_503UntilOneLeaves()
    {
        await using var host = await StartAsync(TransportKind.Aeronet, ("MaxViewers", "1"));
        using var client = host.CreateHttpClient();
        using (var viewer = await EventReader.OpenAsync(client))
        {
            await viewer.NextAsync();
            using var refused = await client.GetAsync(DashboardSite.Path + "/events");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.Equal("10", refused.Headers.RetryAfter!.ToString());
            Assert.Contains("MaxViewers", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        await Eventually.HoldsAsync(() => host.Logs.Entries.Any(e => e.EventId.Name == "Left"), "the viewer leaves");
        using var next = await EventReader.OpenAsync(client);
        Assert.NotNull(await next.NextAsync());
    }

    // A pipe that nobody reads stands for a peer that takes nothing.
    [Fact]
    public async Task Events_ViewerTakesNothing_CutOff()
    {
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var feed = FeedOf(services);
        var body = new Pipe(new PipeOptions(pauseWriterThreshold: 100, resumeWriterThreshold: 50));
        var lifetime = new Lifetime();
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpResponseBodyFeature>(new PipeBody(body.Writer));
        context.Features.Set<IHttpRequestLifetimeFeature>(lifetime);

        await new EventStream(feed, patience: TimeSpan.FromMilliseconds(300), lifetime: TimeSpan.FromHours(1))
            .WriteAsync(context).OrTimeout("the viewer to be cut off");

        Assert.True(lifetime.Aborted);
        Assert.InRange(feed.Frames, 1, 1000);
        await Eventually.StandsStillAsync(() => feed.Frames, TimeSpan.FromSeconds(1), "the feed to stop");
    }

    [Fact]
    public Task Events_LifetimeIsOver_PageIsToldToComeAgain() => GrowingTime.TryAsync("a frame", async time =>
    {
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var feed = FeedOf(services);
        var body = new MemoryStream();
        var context = new DefaultHttpContext { Response = { Body = body } };

        await new EventStream(feed, patience: TimeSpan.FromMinutes(1), lifetime: time)
            .WriteAsync(context).OrTimeout("the stream to end");

        var text = System.Text.Encoding.UTF8.GetString(body.ToArray());
        if (feed.Frames == 0)
            return false;

        Assert.StartsWith("retry: 2000\n\ndata: {", text, StringComparison.Ordinal);
        Assert.EndsWith("}\n\nevent: again\ndata: \n\n", text, StringComparison.Ordinal);
        return true;
    });

    // After an hour without a page, what is shown first must not be the average of that hour.
    [Fact]
    public async Task Events_FirstFrameAfterLongWithoutViewers_HasNoRates()
    {
        await using var host = await StartAsync(TransportKind.Aeronet);
        using var client = host.CreateHttpClient();
        Assert.Null(JsonNode.Parse(await client.GetStringAsync(DashboardSite.Path + "/snapshot.json"))!["interval"]);
        await Task.Delay(1400);

        using (var viewer = await EventReader.OpenAsync(client))
        {
            Assert.Null((await viewer.NextAsync())!["interval"]);
            Assert.InRange((double)(await viewer.NextAsync())!["interval"]!, 0.2, 60);
        }

        await Eventually.HoldsAsync(() => host.Logs.Entries.Any(e => e.EventId.Name == "Left"), "the viewer leaves");
        await Task.Delay(1400);
        var later = JsonNode.Parse(await client.GetStringAsync(DashboardSite.Path + "/snapshot.json"))!;
        Assert.InRange((double)later["interval"]!, 1.3, 600);
    }

    // What came while a viewer was away is not kept for it.
    [Fact]
    public async Task Next_ViewerWasSlow_GetsTheNewestAlone()
    {
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var feed = FeedOf(services);
        Assert.True(feed.TryJoin());
        var first = await feed.NextAsync(null, default).OrTimeout("a frame");
        await Eventually.HoldsAsync(() => feed.Frames >= first.Number + 3, "three frames more");

        var next = await feed.NextAsync(first, default).OrTimeout("the newest frame");

        feed.Leave();
        Assert.InRange(next.Number, first.Number + 2, long.MaxValue);
    }

    private static DashboardFeed FeedOf(IServiceProvider services) => new(
        new FigureSource(services),
        new AeronetDashboardOptions { Interval = TimeSpan.FromMilliseconds(250) },
        NullLogger.Instance,
        default);

    private static Task<KestrelHost> StartAsync(TransportKind transport, params (string Key, string Value)[] settings) =>
        StartAsync(transport, TimeSpan.FromSeconds(5), settings);

    private static Task<KestrelHost> StartAsync(
        TransportKind transport, TimeSpan shutdownTimeout, params (string Key, string Value)[] settings) =>
        KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            ShutdownTimeout = shutdownTimeout,
            Builder = builder =>
            {
                builder.Configuration["Aeronet:Dashboard:Interval"] = "00:00:00.250";
                foreach (var (key, value) in settings)
                    builder.Configuration["Aeronet:Dashboard:" + key] = value;
            },
            App = app =>
            {
                app.MapAeronetDashboard(DashboardSite.Path).AllowAnonymous();
                app.MapGet("/", () => "served");
            },
        });

    private sealed class Lifetime : IHttpRequestLifetimeFeature
    {
        public bool Aborted { get; private set; }

        public CancellationToken RequestAborted { get; set; }

        public void Abort() => Aborted = true;
    }

    private sealed class PipeBody(PipeWriter writer) : IHttpResponseBodyFeature
    {
        public Stream Stream => writer.AsStream();

        public PipeWriter Writer => writer;

        public Task CompleteAsync() => Task.CompletedTask;

        public void DisableBuffering()
        {
        }

        public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
