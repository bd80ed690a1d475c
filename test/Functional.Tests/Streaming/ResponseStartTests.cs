using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Functional.Tests.Streaming;

public sealed class ResponseStartTests
{
    [Theory, BothTransports]
    public async Task StartAsync_ThenSilence_HeadArrivesAtOnce(TransportKind transport)
    {
        var headSeen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await KestrelHost.StartAsync(transport, async context =>
        {
            context.Response.ContentLength = 4;
            await context.Response.StartAsync();
            // Kestrel keeps the head back until the first write or flush.
            await context.Response.Body.FlushAsync();
            await headSeen.Task;
            await context.Response.WriteAsync("body");
        });
        using var client = await host.ConnectAsync();

        await client.SendGetAsync();
        Assert.Equal("4", (await client.ReadResponseHeadAsync())["Content-Length"]);
        headSeen.SetResult();

        Assert.Equal("body", Encoding.ASCII.GetString(await client.ReadExactlyAsync(4)));
    }

    [Theory, BothTransports]
    public async Task CompleteAsync_HandlerRunsOn_ResponseIsWhole(TransportKind transport)
    {
        var responseSeen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await KestrelHost.StartAsync(transport, async context =>
        {
            await context.Response.WriteAsync("whole");
            await context.Response.CompleteAsync();
            await responseSeen.Task;
        });
        using var client = await host.ConnectAsync();

        await client.SendGetAsync();
        Assert.Equal("whole", (await client.ReadResponseAsync()).Text);
        responseSeen.SetResult();
    }

    [Theory, BothTransports]
    public async Task OnStartingAndOnCompleted_BothRun(TransportKind transport)
    {
        var completed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await KestrelHost.StartAsync(transport, context =>
        {
            context.Response.OnStarting(() =>
            {
                context.Response.Headers["X-Started"] = "yes";
                return Task.CompletedTask;
            });
            context.Response.OnCompleted(() =>
            {
                completed.TrySetResult();
                return Task.CompletedTask;
            });
            return context.Response.WriteAsync("ok");
        });
        using var client = await host.ConnectAsync();

        Assert.Equal("yes", (await client.GetAsync())["X-Started"]);
        await completed.Task.OrTimeout("OnCompleted");
    }

    [Theory]
    [BothTransports(10, 100)]
    [BothTransports(100, 1000)]
    [BothTransports(300, 4000)]
    public async Task Headers_LargeBlock_ArriveWhole(TransportKind transport, int count, int size)
    {
        await using var host = await KestrelHost.StartAsync(transport, context =>
        {
            for (var i = 0; i < count; i++)
                context.Response.Headers[$"X-Value-{i}"] = new string((char)('a' + (i % 26)), size);

            return context.Response.WriteAsync("body");
        });
        using var client = await host.ConnectAsync();

        for (var n = 0; n < 2; n++)
        {
            var response = await client.GetAsync();
            for (var i = 0; i < count; i++)
                Assert.Equal(new string((char)('a' + (i % 26)), size), response[$"X-Value-{i}"]);

            Assert.Equal("body", response.Text);
        }
    }

    [Theory, BothTransports]
    public async Task SynchronousWrites_Allowed_ArriveInOrder(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            Kestrel = kestrel => kestrel.AllowSynchronousIO = true,
            App = app => app.Run(context =>
            {
                var step = new byte[10_000];
                for (var position = 0; position < 1_000_000; position += step.Length)
                {
                    Pattern.Fill(step, position);
                    context.Response.Body.Write(step);
                    context.Response.Body.Flush();
                }

                return Task.CompletedTask;
            }),
        });
        using var client = await host.ConnectAsync();

        for (var i = 0; i < 2; i++)
        {
            var response = await client.GetAsync();
            Assert.Equal(1_000_000, response.Body.Length);
            Assert.Equal(-1, Pattern.FindMismatch(response.Body));
        }
    }
}
