using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Aeronet.AspNetCore.Stress.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Stress.Tests.HandOff;

/// <summary>Handlers that block on something which only the loops can make happen.</summary>
public sealed class SyncOverAsyncTests
{
    private const int Requests = 16;

    [Theory]
    [InlineData(1, 64)]
    [InlineData(2, 64)]
    [InlineData(1, 1)]
    public async Task Result_OfTaskDelay_Answers(int loops, int standbyThreads)
    {
        await using var server = await StartAsync(loops, standbyThreads, context =>
        {
            Task.Delay(50).Wait();
            return StressApp.WriteAsync(context, "waited");
        });
        await InParallelAsync(server, client =>
        {
            client.SendGet("/");
            Assert.Equal(200, client.ReceiveResponse());
        });
        await server.StopCleanlyAsync();
    }

    [Theory]
    [InlineData(1, 64)]
    [InlineData(2, 64)]
    [InlineData(1, 1)]
    public async Task Result_OfARequestToTheSameServer_Answers(int loops, int standbyThreads)
    {
        HttpClient? self = null;
        await using var server = await StartAsync(loops, standbyThreads, context => StressApp.WriteAsync(
            context,
            context.Request.Path == "/inner" ? "inner" : self!.GetStringAsync(new Uri("/inner", UriKind.Relative)).Result));
        using (self = server.Host.CreateHttpClient())
        {
            await InParallelAsync(server, client =>
            {
                client.SendGet("/outer");
                Assert.Equal(200, client.ReceiveResponse());
            });
        }

        await server.StopCleanlyAsync();
    }

    [Theory]
    [InlineData(1, 64)]
    [InlineData(2, 64)]
    [InlineData(1, 1)]
    public async Task Read_OwnRequestBodyThatComesLater_Answers(int loops, int standbyThreads)
    {
        // More than one dispatch may receive before it lets others go first.
        const int Length = 700_000;
        await using var server = await StartAsync(loops, standbyThreads, context =>
        {
            StressApp.AllowSynchronousIO(context);
            using var body = new MemoryStream();
            context.Request.Body.CopyTo(body);
            Assert.Equal(-1, Pattern.FindMismatch(body.ToArray()));
            return StressApp.WriteAsync(context, body.Length.ToString(CultureInfo.InvariantCulture));
        });
        var pattern = Encoding.Latin1.GetString(Pattern.Bytes(Length));
        await InParallelAsync(server, client =>
        {
            client.Send($"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {Length}\r\n\r\n");
            Thread.Sleep(20);
            client.Send(pattern[..1000]);
            Thread.Sleep(20);
            client.Send(pattern[1000..]);
            Assert.Equal(200, client.ReceiveResponse());
        });
        await server.StopCleanlyAsync();
    }

    [Theory]
    [InlineData(1, 64)]
    [InlineData(2, 64)]
    [InlineData(1, 1)]
    public async Task Flush_ThenBlocksUntilTheClientAnswers_BytesHaveLeft(int loops, int standbyThreads)
    {
        var answers = new ConcurrentDictionary<string, TaskCompletionSource>();
        await using var server = await StartAsync(loops, standbyThreads, async context =>
        {
            var answer = answers.GetOrAdd(context.Request.QueryString.Value!, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
            if (context.Request.Path == "/answer")
            {
                answer.SetResult();
                await StressApp.WriteAsync(context, "thanks");
                return;
            }

            context.Response.ContentLength = 10;
            await context.Response.WriteAsync("first");
            await context.Response.Body.FlushAsync();
            if (!answer.Task.Wait(TaskTimeoutExtensions.DefaultTimeout))
                throw new TimeoutException("The client has not answered.");

            await context.Response.WriteAsync("-last");
        });
        await InParallelAsync(server, client =>
        {
            var id = Guid.NewGuid();
            client.SendGet($"/question?{id}");
            while (client.BodyReceived < 5)
                Assert.False(client.ReceiveSome());

            using var other = new BlockingClient(server.EndPoint);
            other.SendGet($"/answer?{id}");
            Assert.Equal(200, other.ReceiveResponse());
            Assert.Equal(200, client.ReceiveResponse());
        });
        await server.StopCleanlyAsync();
    }

    [Theory]
    [InlineData(1, 64)]
    [InlineData(2, 64)]
    [InlineData(1, 1)]
    public async Task Write_TenMegabytesToASlowReader_OthersAreServedAndAllArrives(int loops, int standbyThreads)
    {
        const int Length = 10_000_000;
        await using var server = await StartAsync(loops, standbyThreads, context =>
        {
            if (context.Request.Path == "/plain")
                return StressApp.WriteAsync(context, "plain");

            StressApp.AllowSynchronousIO(context);
            context.Response.ContentLength = Length;
            context.Response.Body.Write(Pattern.Bytes(Length));
            return Task.CompletedTask;
        });

        // Two, so that on two loops both are blocked.
        await InParallelAsync(server, requests: 2, pattern: true, work: client =>
        {
            client.SendGet("/big");
            Assert.False(client.ReceiveSome(1));
            for (var i = 0; i < 20; i++)
            {
                using var other = new BlockingClient(server.EndPoint);
                other.SendGet("/plain");
                Assert.Equal(200, other.ReceiveResponse());
            }

            Assert.Equal(200, client.ReceiveResponse());
        });
        await server.StopCleanlyAsync();
    }

    private static Task<StressServer> StartAsync(int loops, int standbyThreads, RequestDelegate handler) =>
        StressServer.StartAsync(loops, handler, o => o.MaxStandbyThreads = standbyThreads);

    private static Task InParallelAsync(StressServer server, Action<BlockingClient> work) =>
        InParallelAsync(server, Requests, pattern: false, work);

    private static Task InParallelAsync(StressServer server, int requests, bool pattern, Action<BlockingClient> work) =>
        Task.WhenAll(Enumerable.Range(0, requests).Select(_ => BlockingClient.RunAsync(() =>
        {
            using var client = new BlockingClient(server.EndPoint, pattern ? 16 * 1024 : null, pattern);
            work(client);
        }))).OrTimeout("the clients", TimeSpan.FromMinutes(2));
}
