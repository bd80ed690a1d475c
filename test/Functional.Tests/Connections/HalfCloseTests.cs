using System.Text;
using Aeronet.AspNetCore.StaticFiles;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Functional.Tests.Connections;

/// <summary>A client that has sent its request says so with FIN and reads on, as <c>printf ... | nc -N</c> does.</summary>
public sealed class HalfCloseTests
{
    [Theory, BothTransports]
    public async Task Handler_ReadsToTheEndAndAnswers_AnswerArrives(TransportKind transport)
    {
        const int Size = 2_000_000;
        await using var host = await ConnectionFeatureTests.StartAsync(transport, async connection =>
        {
            var received = await Pattern.VerifyAsync(connection.Transport.Input.AsStream());
            await Task.Delay(20);
            await connection.Transport.Output.WriteAsync(Encoding.ASCII.GetBytes($"{received}\n"));
            await Pattern.WriteAsync(connection.Transport.Output.AsStream(), Size);
        });
        using var client = await host.ConnectAsync();

        await client.SendAsync(Pattern.Bytes(100_000));
        client.ShutdownSend();

        Assert.Equal("100000\n", await client.ReadUntilAsync("\n"));
        var (bytes, end) = await client.ReadToEndAsync();
        Assert.Equal(Size, bytes.Length);
        Assert.Equal(-1, Pattern.FindMismatch(bytes));
        Assert.Equal(ConnectionEnd.Finished, end);
    }

    // Kestrel aborts a request whose client has sent FIN as soon as its transport reports it. Its own transport reports it at once, so
    // that even a finished response may be lost; Aeronet runs the handler before it looks at what follows the request.
    [Theory]
    [BothTransports(1)]
    [BothTransports(100)]
    public async Task Http_RequestsAndFinInOneSegment_Answered(TransportKind transport, int count)
    {
        await using var host = await KestrelHost.StartAsync(transport, context => context.Response.WriteAsync(context.Request.Path));

        for (var n = 0; n < 20; n++)
        {
            using var client = await host.ConnectAsync();
            await client.SendAsync(string.Concat(Enumerable.Range(0, count).Select(i => $"GET /{i} HTTP/1.1\r\nHost: localhost\r\n\r\n")));
            client.ShutdownSend();

            if (transport == TransportKind.Aeronet)
            {
                for (var i = 0; i < count; i++)
                    Assert.Equal($"/{i}", (await client.ReadResponseAsync()).Text);
            }

            await client.ReadToEndAsync();
        }
    }

    [Theory, BothTransports]
    public async Task Http_FinDuringAWaitingHandler_RequestIsAbortedAndTheConnectionEnds(TransportKind transport)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await KestrelHost.StartAsync(transport, async context =>
        {
            using var registration = context.RequestAborted.Register(aborted.SetResult);
            started.SetResult();
            await aborted.Task;
            await context.Response.WriteAsync("too late");
        });
        using var client = await host.ConnectAsync();

        await client.SendGetAsync();
        await started.Task.OrTimeout("the handler");
        client.ShutdownSend();

        await aborted.Task.OrTimeout("RequestAborted");
        Assert.Empty((await client.ReadToEndAsync()).Bytes);
    }

    [Fact]
    public async Task Http_ABodyThatIsBeingWritten_GetsWhole()
    {
        await using var host = await StartPatientAsync(async context =>
        {
            await Task.Delay(300);
            for (var i = 0; i < 10; i++)
            {
                await context.Response.WriteAsync($"part {i}\n");
                await Task.Delay(80);
            }

            await context.Response.WriteAsync("end");
        });
        using var client = await host.ConnectAsync();

        await client.SendGetAsync();
        client.ShutdownSend();

        Assert.EndsWith("part 9\nend", (await client.ReadResponseAsync()).Text, StringComparison.Ordinal);
        Assert.Equal(ConnectionEnd.Finished, (await client.ReadToEndAsync()).End);
    }

    [Fact]
    public async Task Http_PipelinedSlowRequests_AllAnswered()
    {
        await using var host = await StartPatientAsync(async context =>
        {
            await Task.Delay(150);
            await context.Response.WriteAsync(context.Request.Path);
        });
        using var client = await host.ConnectAsync();

        await client.SendAsync(string.Concat(Enumerable.Range(0, 5).Select(i => $"GET /{i} HTTP/1.1\r\nHost: localhost\r\n\r\n")));
        client.ShutdownSend();

        for (var i = 0; i < 5; i++)
            Assert.Equal($"/{i}", (await client.ReadResponseAsync()).Text);
        Assert.Equal(ConnectionEnd.Finished, (await client.ReadToEndAsync()).End);
    }

    [Fact]
    public async Task Http_SlowReaderOfSeveralRanges_GetsAll()
    {
        const int Part = 5_000_000;
        var folder = Directory.CreateTempSubdirectory("aeronet-");
        try
        {
            await File.WriteAllBytesAsync(Path.Combine(folder.FullName, "file.bin"), Pattern.Bytes(4 * Part));
            await using var host = await KestrelHost.StartAsync(
                TransportKind.Aeronet, new KestrelHostOptions { Transport = BePatient, App = app => app.UseAeronetStaticFiles(o => o.Root = folder.FullName) });
            using var client = await RawClient.ConnectAsync(host.EndPoint, receiveBufferSize: 16 * 1024);

            await client.SendGetAsync("/file.bin", $"Range: bytes=0-{Part - 1}, {2 * Part}-{(3 * Part) - 1}, -{Part / 2}");
            client.ShutdownSend();
            await Task.Delay(500);

            // A response that is cut short is not read to its Content-Length.
            var response = await client.ReadResponseAsync();
            Assert.Equal(206, response.StatusCode);
            Assert.True(response.Body.Length > 2 * Part + (Part / 2));
            Assert.Equal(ConnectionEnd.Finished, (await client.ReadToEndAsync()).End);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Http_SlowReaderOfALargeBody_GetsWhole()
    {
        const int Size = 20_000_000;
        await using var host = await StartPatientAsync(async context =>
        {
            context.Response.ContentLength = Size;
            await Pattern.WriteAsync(context.Response.Body, Size);
        });
        using var client = await RawClient.ConnectAsync(host.EndPoint, receiveBufferSize: 16 * 1024);

        await client.SendGetAsync();
        client.ShutdownSend();
        await Task.Delay(700);

        Assert.Equal(Size, (await client.ReadResponseAsync()).Body.Length);
    }

    [Theory, InlineData(false), InlineData(true)]
    public Task Http_HalfCloseTimeout_AbortsWhatIsSilent_AndNeverEndsAPartInOrder(bool atOnce) => GrowingTime.TryAsync("the abort", async time =>
    {
        var timeout = atOnce ? TimeSpan.Zero : time;
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            Transport = transport => transport.HalfCloseTimeout = timeout,
            App = app => app.Run(async context =>
            {
                using var registration = context.RequestAborted.Register(aborted.SetResult);
                context.Response.ContentLength = 1000;
                await context.Response.WriteAsync("part");
                await aborted.Task;
            }),
        });
        using var client = await host.ConnectAsync();

        await client.SendGetAsync();
        await client.ReadUntilAsync("part");
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        client.ShutdownSend();

        await aborted.Task.OrTimeout("RequestAborted");
        var elapsed = System.Diagnostics.Stopwatch.GetElapsedTime(start);
        Assert.True(elapsed > timeout * 0.9, $"It was aborted after {elapsed}.");
        Assert.Equal(ConnectionEnd.Reset, (await client.ReadToEndAsync()).End);

        // The default is 2 s.
        return elapsed < (atOnce ? TimeSpan.FromSeconds(1.8) : timeout * 1.9);
    });

    [Fact]
    public async Task Http_HalfCloseTimeoutInfinite_OnlyAResetAborts()
    {
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            Transport = transport => transport.HalfCloseTimeout = Timeout.InfiniteTimeSpan,
            App = app => app.Run(async context =>
            {
                using var registration = context.RequestAborted.Register(aborted.SetResult);
                await aborted.Task;
            }),
        });
        using var client = await host.ConnectAsync();

        await client.SendGetAsync();
        await Task.Delay(50);
        client.ShutdownSend();
        await Task.Delay(300);
        Assert.False(aborted.Task.IsCompleted);
        client.Reset();

        await aborted.Task.OrTimeout("RequestAborted");
    }

    /// <summary>However long the machine lets the application wait between two writes.</summary>
    private static Task<KestrelHost> StartPatientAsync(RequestDelegate handler) =>
        KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions { Transport = BePatient, App = app => app.Run(handler) });

    private static void BePatient(AeronetTransportOptions transport) => transport.HalfCloseTimeout = TimeSpan.FromMinutes(1);
}
