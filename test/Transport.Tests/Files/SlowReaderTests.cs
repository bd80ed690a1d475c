using Aeronet.AspNetCore.Transport.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aeronet.AspNetCore.Transport.Tests.Files;

/// <summary>Who reads a file is held to Kestrel's minimum response data rate: by what it takes, not by how long one flush lasts.</summary>
public sealed class SlowReaderTests : IDisposable
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(1.1);

    // Which a grace period must be longer than.
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(1);

    private readonly PatternFile _file = PatternFile.Create(30_000_000);

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task AboveTheRate_LongerThanKestrelsGrace_NotKilled()
    {
        // Kestrel's defaults: 240 bytes/s after 5 s. Its own timer would kill this reader of 400,000 bytes/s after 6 s.
        await using var host = await StartAsync(rate: null);
        using var client = await RawClient.ConnectAsync(host.EndPoint, receiveBufferSize: 32 * 1024);
        await client.SendGetAsync();
        await client.ReadResponseHeadAsync();
        var start = TimeProvider.System.GetTimestamp();
        var position = 0L;
        while (TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(7.5))
        {
            await client.VerifyAsync(20_000, position);
            position += 20_000;
            await Task.Delay(50);
        }

        await client.VerifyAsync(_file.Length - position, position);
        await host.ZeroCopyIsAsync(_file.Length);
        Assert.Equal(0, host.Metrics.Total("aeronet.sendfile.failures"));
    }

    [Theory]
    [InlineData(200_000)]
    [InlineData(400_000)]
    public Task AboveTheRate_LargeSocketBuffers_NotKilled(int bytesPerSecond) => GrowingTime.TryAsync("the reader's next turn", async time =>
    {
        // The kernel reports room only when a third of its send buffer is free again, which takes such a reader longer than
        // the grace period: the socket standing still does not mean that the reader does.
        await using var host = await StartAsync(new MinDataRate(1000, s_heartbeat + time));
        using var client = await RawClient.ConnectAsync(host.EndPoint);
        await client.SendGetAsync();
        await client.ReadResponseHeadAsync();

        var position = 0L;
        var longest = TimeSpan.Zero;
        for (var i = 0; i < 60; i++)
        {
            var start = TimeProvider.System.GetTimestamp();
            if (await Record.ExceptionAsync(() => client.VerifyAsync(bytesPerSecond / 10, position)) is { } failure)
            {
                Assert.True(longest > time, $"{failure}");
                return false;
            }

            position += bytesPerSecond / 10;
            await Task.Delay(100);
            longest = TimeProvider.System.GetElapsedTime(start) is var turn && turn > longest ? turn : longest;
        }

        if (longest > time && host.Metrics.Total("aeronet.sendfile.failures") > 0)
            return false;

        Assert.Equal(0, host.Metrics.Total("aeronet.sendfile.failures"));
        await client.VerifyAsync(_file.Length - position, position);
        return true;
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task BelowTheRate_Killed(bool readsNothing)
    {
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await StartAsync(new MinDataRate(1_000_000, s_grace), async context =>
        {
            using var registration = context.RequestAborted.Register(aborted.SetResult);
            context.Response.ContentLength = _file.Length;
            await context.Response.SendFileAsync(_file.FullPath);
            sent.SetResult();
            await aborted.Task;
        });
        using var client = await RawClient.ConnectAsync(host.EndPoint, receiveBufferSize: 8 * 1024);
        await client.SendGetAsync();
        if (readsNothing)
        {
            await aborted.Task.OrTimeout("the slow reader to be given up");
            Assert.Equal(ConnectionEnd.Reset, (await client.ReadToEndAsync()).End);
        }
        else
        {
            var (received, end) = await client.ReadSlowlyAsync(5_000, TimeSpan.FromMilliseconds(50), TaskTimeoutExtensions.DefaultTimeout);
            Assert.Equal(ConnectionEnd.Reset, end);
            Assert.True(received < _file.Length);
            await aborted.Task.OrTimeout("RequestAborted");
        }

        await sent.Task.OrTimeout("SendFileAsync to complete");
        await Eventually.HoldsAsync(() => _file.CountOpen() == 0, "the file to be closed");
        Assert.Equal(1, host.Metrics.Total("aeronet.sendfile.failures", ("aeronet.failure.reason", "slow_reader")));
        Assert.Equal(1, host.Metrics.Total("aeronet.connections.closed", ("aeronet.close.reason", "slow_reader")));
        await Eventually.HoldsAsync(() => host.Logs.Entries.Any(e => e.EventId.Name == "SlowReader"), "the slow reader to be logged");
        Assert.Single(host.Logs.Entries, e => e.EventId.Name == "SlowReader");
    }

    [Fact]
    public async Task RateSwitchedOff_NotKilled()
    {
        await using var host = await KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            Kestrel = kestrel => kestrel.Limits.MinResponseDataRate = null,
            App = app => app.Run(SendAsync),
        });
        using var client = await RawClient.ConnectAsync(host.EndPoint, receiveBufferSize: 8 * 1024);
        await client.SendGetAsync();
        await Task.Delay(3500);

        await client.ReadResponseHeadAsync();
        await client.VerifyAsync(_file.Length);
    }

    [Fact]
    public Task KeepAlive_AfterAFile_KestrelsRateIsBackInForce() => GrowingTime.TryAsync("the file to be read", async time =>
    {
        // The same number of bytes each time: more than the kernel takes for a peer that does not read.
        const int Length = 8_000_000;
        await using var host = await StartAsync(new MinDataRate(1_000_000, s_heartbeat + time), async context =>
        {
            context.Response.ContentLength = Length;
            if (context.Request.Path == "/file")
                await context.Response.SendFileAsync(_file.FullPath, 0, Length);
            else
                await context.Response.Body.WriteAsync(new byte[Length]);
        });
        using var client = await RawClient.ConnectAsync(host.EndPoint, receiveBufferSize: 64 * 1024);
        await client.SendGetAsync("/file");
        var failure = await Record.ExceptionAsync(async () =>
        {
            await client.ReadResponseHeadAsync();
            await client.VerifyAsync(Length);
        });
        if (host.Metrics.Total("aeronet.sendfile.failures") > 0)
            return false;

        Assert.Null(failure);
        await client.SendGetAsync("/memory");
        await Eventually.HoldsAsync(
            () => host.Metrics.Total("aeronet.connections.open") == 0, "the slow reader to be given up", host.Metrics.ToString, TimeSpan.FromMinutes(2));

        Assert.Equal(0, host.Metrics.Total("aeronet.sendfile.failures"));
        return true;
    });

    private Task<KestrelHost> StartAsync(MinDataRate? rate, RequestDelegate? handler = null) =>
        KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            Kestrel = kestrel => kestrel.Limits.MinResponseDataRate = rate ?? kestrel.Limits.MinResponseDataRate,
            App = app => app.Run(handler ?? SendAsync),
        });

    private Task SendAsync(HttpContext context)
    {
        context.Response.ContentLength = _file.Length;
        return context.Response.SendFileAsync(_file.FullPath);
    }
}
