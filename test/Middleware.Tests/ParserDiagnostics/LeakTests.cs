using Aeronet.AspNetCore.Middleware.ParserDiagnostics;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.Tests.ParserDiagnostics;

/// <summary>Clients that get the framing wrong: what they sent as a body or as credentials is in no log.</summary>
public sealed class LeakTests
{
    private const string Secret = "hunter2";

    public static TheoryData<string, string> Requests => new()
    {
        { "body longer than its length", "POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nuser=frank&password=hunter2&x=y" },
        { "body longer than its length, with a line end", "POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nuser=frank&password=hunter2&x=y\r\n" },
        { "body longer, with lines", "POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nuser=frank\r\npassword: hunter2\r\n\r\n" },
        { "one empty line too many", "GET / HTTP/1.1\r\nHost: a\r\n\r\nAuthorization: Bearer hunter2\r\n\r\n" },
        { "one empty line too many, other field", "GET / HTTP/1.1\r\nHost: a\r\n\r\nX-Anything: 1\r\nX-Session: hunter2\r\n\r\n" },
        { "no length", "POST / HTTP/1.1\r\nHost: a\r\n\r\n{\"user\":\"frank\",\"password\":\"hunter2\"}\r\n\r\n" },
        { "no empty line", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n{\"password\":\"hunter2\"}\r\n\r\n" },
        { "no empty line before a form", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\npassword=hunter2\r\n\r\n" },
        { "chunk longer than its size", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabchunter2\r\n0\r\n\r\n" },
        { "chunks without sizes", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nhunter2\r\n0\r\n\r\n" },
        { "chunk whose size is its data", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\ndeadhunter2\r\n0\r\n\r\n" },
        { "trailer", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nAuthorization: hunter2\r\nX : y\r\n\r\n" },
        { "query of a bad version", "GET /?token=hunter2 HTTP/1.9\r\nHost: a\r\n\r\n" },
        { "query of a bad field", "GET /?x=y&password=hunter2 HTTP/1.1\r\nX : y\r\n\r\n" },
        { "password in the authority", "GET http://frank:hunter2@a/ HTTP/1.1\r\nX : y\r\n\r\n" },
    };

    [Theory, MemberData(nameof(Requests))]
    public async Task MisframedRequest_SecretIsInNoEvent(string name, string request)
    {
        Assert.NotEmpty(name);
        await using var site = await RefusingSite.StartAsync(settings: new() { ["Aeronet:ParserDiagnostics:ExcerptLength"] = "1024" });
        await using var client = await site.ConnectAsync(tls: false);

        await client.SendAsync(request);
        await client.EndAsync();
        await client.ReadToEndAsync();

        var refusal = await site.Log.TakeAsync(client.EndPoint);
        Assert.DoesNotContain(Secret, refusal.Message, StringComparison.Ordinal);
        Assert.All(
            site.Host.Logs.From("Aeronet.AspNetCore", LogLevel.Trace),
            entry => Assert.DoesNotContain(Secret, entry.Message, StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Requests))]
    public async Task MisframedRequest_SecretIsInNoAnswer(string name, string request)
    {
        Assert.NotEmpty(name);
        await using var site = await RefusingSite.StartAsync(settings: new()
        {
            ["Aeronet:ParserDiagnostics:Mode"] = "LogAndBody",
            ["Aeronet:ParserDiagnostics:ExcerptLength"] = "1024",
        });
        await using var client = await site.ConnectAsync(tls: false);

        await client.SendAsync(request);
        await client.EndAsync();

        Assert.DoesNotContain(Secret, await client.ReadToEndAsync(), StringComparison.Ordinal);
    }

    // A stranger's connections fill no log: sixty events a minute, and the rest where Kestrel has its own.
    [Fact]
    public async Task ManyRefusals_InformationIsBounded_CounterHasAll()
    {
        await using var site = await RefusingSite.StartAsync();
        for (var i = 0; i < RejectionRate.Most + 10; i++)
        {
            await using var client = await site.ConnectAsync(tls: false);
            await client.SendAsync("GET / HTTP/1.1\r\nX : y\r\n\r\n");
            await client.ReadToEndAsync();
            await site.Log.TakeAsync(client.EndPoint);
        }

        var events = site.Host.Logs.From("Aeronet.AspNetCore.Middleware.ParserDiagnostics").Where(entry => entry.EventId.Id == 1).ToArray();
        Assert.Equal(RejectionRate.Most, events.Count(entry => entry.Level == LogLevel.Information));
        Assert.Equal(10, events.Count(entry => entry.Level == LogLevel.Debug));
        Assert.Equal(
            RejectionRate.Most + 10,
            site.Host.Metrics.Total(RejectionMetrics.Instrument, ("aeronet.refusal.reason", "space_before_colon")));
    }

    [Fact]
    public void Rate_NextMinute_TellsWhatWasMissed()
    {
        var time = new SetTime();
        var rate = new RejectionRate(time);
        for (var i = 0; i < RejectionRate.Most; i++)
            Assert.True(rate.TryTake(out _));

        Assert.False(rate.TryTake(out _));
        Assert.False(rate.TryTake(out _));
        time.Seconds = 61;
        Assert.True(rate.TryTake(out var missed));
        Assert.Equal(2, missed);
        Assert.True(rate.TryTake(out missed));
        Assert.Equal(0, missed);
    }

    private sealed class SetTime : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
