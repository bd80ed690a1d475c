using System.Text;
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
}
