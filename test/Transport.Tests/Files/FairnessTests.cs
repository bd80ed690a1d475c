using System.Diagnostics;
using System.Net.Sockets;
using Aeronet.AspNetCore.Transport.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Transport.Tests.Files;

/// <summary>A loop turns to its other connections after every <see cref="AeronetTransportOptions.SendChunk"/>.</summary>
[Collection(Alone.Name)]
public sealed class FairnessTests
{
    [Fact]
    public async Task BigDownloads_OnTheSameLoop_DoNotStarveASmallRequest()
    {
        const long Size = 64L * 1024 * 1024 * 1024;
        using var file = PatternFile.CreateSparse(Size, 1);
        await using var host = await FileHosts.StartAsync(
            context =>
            {
                if (context.Request.Path == "/small")
                    return context.Response.WriteAsync("small");

                context.Response.ContentLength = Size;
                return context.Response.SendFileAsync(file.FullPath);
            },
            transport => transport.EventLoops = 1);
        using var stop = new CancellationTokenSource();
        var downloads = Enumerable.Range(0, 4).Select(_ => DownloadAsync(host, stop.Token)).ToArray();
        using var client = await host.ConnectAsync();
        await client.GetAsync("/small");

        await QuietMoment.TryAsync("all but one in a hundred of the small requests", TimeSpan.FromMilliseconds(500), async () =>
        {
            var times = new List<TimeSpan>();
            for (var i = 0; i < 200; i++)
            {
                var start = Stopwatch.GetTimestamp();
                Assert.Equal("small", (await client.GetAsync("/small")).Text);
                times.Add(Stopwatch.GetElapsedTime(start));
            }

            times.Sort();
            TestContext.Current.TestOutputHelper?.WriteLine($"p50 {times[100].TotalMilliseconds:0.0} ms, p99 {times[197].TotalMilliseconds:0.0} ms");
            return times[197];
        });

        await stop.CancelAsync();
        var received = await Task.WhenAll(downloads).OrTimeout("the downloads to stop");

        TestContext.Current.TestOutputHelper?.WriteLine($"downloaded {string.Join(", ", received)} bytes");
        Assert.All(received, bytes => Assert.True(bytes > 0));
    }

    private static Task<long> DownloadAsync(KestrelHost host, CancellationToken stop) => Task.Factory.StartNew(
        () =>
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Connect(host.EndPoint);
            socket.Send("GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n"u8);
            var buffer = new byte[1024 * 1024];
            var received = 0L;
            while (!stop.IsCancellationRequested)
                received += socket.Receive(buffer);

            return received;
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);
}
