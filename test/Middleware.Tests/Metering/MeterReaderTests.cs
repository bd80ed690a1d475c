using System.Diagnostics.Metrics;
using Aeronet.AspNetCore.Middleware.Metering;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Middleware.Tests.Metering;

public sealed class MeterReaderTests
{
    private static readonly KeyValuePair<string, object?>[] RequestTags =
    [
        new("url.scheme", "http"), new("http.request.method", "GET"), new("network.protocol.version", "1.1"),
        new("http.route", "/items/{id}"), new("http.response.status_code", 200), new("tls.resumed", true),
    ];

    [Fact]
    public void Read_EveryKindOfInstrument_FoldedByItsKind()
    {
        using var services = Services();
        var meter = MeterOf(services);
        var counter = meter.CreateCounter<long>("count");
        var real = meter.CreateCounter<double>("real");
        var open = meter.CreateUpDownCounter<long>("open");
        var gauge = meter.CreateGauge<long>("gauge");
        var duration = meter.CreateHistogram<double>("duration", "s");
        var observed = 41L;
        meter.CreateObservableCounter("observed", () => ++observed);
        meter.CreateObservableGauge("ratio", () => new Measurement<double>[] { new(0.25, Loop(0)), new(0.5, Loop(1)) });
        var reader = MeterReader.Of(services);

        counter.Add(2, new KeyValuePair<string, object?>("resumed", true));
        counter.Add(3, new KeyValuePair<string, object?>("resumed", false));
        counter.Add(4, new KeyValuePair<string, object?>("error.type", "timeout"));
        real.Add(0.5);
        real.Add(0.25);
        open.Add(3);
        open.Add(-1);
        gauge.Record(9);
        gauge.Record(5);
        duration.Record(0.1, new KeyValuePair<string, object?>("route", "/a"));
        duration.Record(0.1, new KeyValuePair<string, object?>("route", "/b"));
        reader.Read();
        var snapshot = reader.Read();

        Assert.Equal(9, snapshot.Sum("count"));
        Assert.Equal(2, snapshot.Sum("count", "resumed", "true"));
        Assert.Equal([new("false", 3), new("true", 2)], snapshot.SumBy("count", "resumed"));
        Assert.Equal([new("timeout", 4)], snapshot.SumBy("count", "error.type"));
        Assert.Equal(0.75, snapshot.Sum("real"));
        Assert.Equal(2, snapshot.Sum("open"));
        Assert.Equal(5, snapshot.Sum("gauge"));
        Assert.Equal(43, snapshot.Sum("observed"));
        Assert.Equal([new("0", 0.25), new("1", 0.5)], snapshot.SumBy("ratio", "loop"));
        Assert.Equal(2, snapshot.Distribution("duration").Count);
        Assert.Equal(2, snapshot.Points("duration").Count);
        Assert.False(snapshot.Has("absent"));
        Assert.Equal(0, snapshot.Sum("absent"));
        Assert.Null(snapshot.Distribution("absent").Percentile(0.5));
    }

    [Fact]
    public void Of_TwoApplications_EachSeesItsOwn()
    {
        using var first = Services();
        using var second = Services();
        var (readFirst, readSecond) = (MeterReader.Of(first), MeterReader.Of(second));

        MeterOf(first).CreateCounter<long>("count").Add(1);
        MeterOf(second).CreateCounter<long>("count").Add(10);

        Assert.Equal(1, readFirst.Read().Sum("count"));
        Assert.Equal(10, readSecond.Read().Sum("count"));
        Assert.NotSame(readFirst, readSecond);
        Assert.Same(readFirst, MeterReader.Of(first));
    }

    [Fact]
    public void Of_OtherMeters_AreNotListenedTo()
    {
        using var services = Services();
        MeterReader.Of(services);

        var counter = services.GetRequiredService<IMeterFactory>().Create("Aeronet.Transport.Other").CreateCounter<long>("count");

        Assert.False(counter.Enabled);
    }

    [Fact]
    public void Instruments_ListenedTo_FromTheFirstReaderToTheEndOfTheServices()
    {
        var services = Services();
        var counter = MeterOf(services).CreateCounter<long>("count");
        Assert.False(counter.Enabled);

        MeterReader.Of(services);
        Assert.True(counter.Enabled);

        services.Dispose();
        Assert.False(counter.Enabled);
    }

    [Fact]
    public void Record_TagSetThatIsKnown_AllocatesNothing()
    {
        using var services = Services();
        var meter = MeterOf(services);
        var counter = meter.CreateCounter<long>("count");
        var histogram = meter.CreateHistogram<double>("duration", "s");
        var reader = MeterReader.Of(services);
        Record(100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Record(1000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1100, reader.Read().Sum("count"));
        Assert.Equal(1100, reader.Read().Distribution("duration").Count);

        void Record(int times)
        {
            for (var i = 0; i < times; i++)
            {
                counter.Add(1, RequestTags);
                histogram.Record(0.01, RequestTags);
            }
        }
    }

    [Fact]
    public void Record_EndlessTagSets_BoundedAndNoneLost()
    {
        using var services = Services();
        var counter = MeterOf(services).CreateCounter<long>("count");
        var reader = MeterReader.Of(services);

        for (var i = 0; i < 5000; i++)
            counter.Add(1, new KeyValuePair<string, object?>("id", i));

        var snapshot = reader.Read();
        Assert.Equal(MeterSeries.MaxTagSets + 1, snapshot.Points("count").Count);
        Assert.Equal(5000, snapshot.Sum("count"));
        Assert.Equal(5000 - MeterSeries.MaxTagSets, snapshot.Sum("count", "otel.metric.overflow", "true"));
    }

    [Fact]
    public async Task Record_FromManyThreadsWhileRead_NothingLost()
    {
        using var services = Services();
        var meter = MeterOf(services);
        var (counter, real) = (meter.CreateCounter<long>("count"), meter.CreateCounter<double>("real"));
        var histogram = meter.CreateHistogram<double>("duration", "s");
        var reader = MeterReader.Of(services);

        var writers = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                var tag = new KeyValuePair<string, object?>("route", i % 10);
                counter.Add(1, tag);
                real.Add(0.5, tag);
                histogram.Record(i, tag);
            }
        })).ToArray();
        var last = 0.0;
        while (!Task.WhenAll(writers).IsCompleted)
        {
            var seen = reader.Read().Sum("count");
            Assert.InRange(seen, last, 80_000);
            last = seen;
        }

        await Task.WhenAll(writers);
        var snapshot = reader.Read();
        Assert.Equal(80_000, snapshot.Sum("count"));
        Assert.Equal(40_000, snapshot.Sum("real"));
        Assert.Equal(80_000, snapshot.Distribution("duration").Count);
    }

    [Theory]
    [EachServer]
    public async Task Read_RealRequests_Counted(ServerKind server)
    {
        MeterReader? reader = null;
        await using var site = await TestSite.StartAsync(server, new SiteOptions { App = app => reader = MeterReader.Of(app.Services) });
        for (var i = 0; i < 3; i++)
            using (await site.GetAsync("/")) { }

        var snapshot = reader!.Read();
        await Eventually.HoldsAsync(
            () => (snapshot = reader.Read()).Distribution("http.server.request.duration").Count == 3, "three requests");

        Assert.Equal([new("200", 0)], snapshot.SumBy("http.server.request.duration", "http.response.status_code"));
        if (server is ServerKind.Aeronet or ServerKind.Http2)
        {
            Assert.Equal(1, snapshot.Sum("aeronet.connections.open"));
            Assert.InRange(snapshot.Sum("aeronet.bytes.sent"), 3, 10_000);
        }
    }

    private static KeyValuePair<string, object?> Loop(int index) => new("loop", index);

    private static ServiceProvider Services() => new ServiceCollection().AddMetrics().BuildServiceProvider();

    private static Meter MeterOf(ServiceProvider services) => services.GetRequiredService<IMeterFactory>().Create("Aeronet.Transport");
}
