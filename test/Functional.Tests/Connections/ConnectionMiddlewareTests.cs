using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Functional.Tests.Connections;

public sealed class ConnectionMiddlewareTests
{
    [Theory, BothTransports]
    public async Task Use_WrapsTheTransportInStreams_HttpGoesThrough(TransportKind transport)
    {
        const int Size = 1_000_000;
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            // What a TLS or compression middleware does: pipes over streams over pipes.
            Listen = listen => listen.Use(next => async connection =>
            {
                var original = connection.Transport;
                var mask = new MaskingStream(original.Input.AsStream(), original.Output.AsStream());
                var wrapped = new DuplexPipe(PipeReader.Create(mask), PipeWriter.Create(mask));
                connection.Transport = wrapped;
                try
                {
                    await next(connection);
                }
                finally
                {
                    await wrapped.Input.CompleteAsync();
                    await wrapped.Output.CompleteAsync();
                    connection.Transport = original;
                    closed.TrySetResult();
                }
            }),
            App = app => app.Run(context => Pattern.WriteAsync(context.Response.Body, Size)),
        });
        using var client = await host.ConnectAsync();

        var request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray();
        MaskingStream.Mask(request);
        await client.SendAsync(request);
        var (bytes, end) = await client.ReadToEndAsync();
        MaskingStream.Mask(bytes);

        Assert.StartsWith("HTTP/1.1 200 OK", Encoding.ASCII.GetString(bytes), StringComparison.Ordinal);
        Assert.True(bytes.Length > Size);
        Assert.Equal(ConnectionEnd.Finished, end);
        await closed.Task.OrTimeout("the middleware");
    }

    [Theory, BothTransports]
    public async Task Use_ReadsThePrefaceFirst_RestIsHttp(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            // As a PROXY protocol middleware does.
            Listen = listen => listen.Use(next => async connection =>
            {
                var read = await connection.Transport.Input.ReadAtLeastAsync(6);
                connection.Items["preface"] = Encoding.ASCII.GetString(read.Buffer.FirstSpan[..6]);
                connection.Transport.Input.AdvanceTo(read.Buffer.GetPosition(6));
                await next(connection);
            }),
            App = app => app.Run(context => context.Response.WriteAsync(
                (string)context.Features.Get<Microsoft.AspNetCore.Connections.Features.IConnectionItemsFeature>()!.Items["preface"]!)),
        });

        for (var step = 3; step < 100; step += 31)
        {
            using var client = await host.ConnectAsync();
            await client.DribbleAsync("PROXY!GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", step);
            Assert.Equal("PROXY!", (await client.ReadResponseAsync()).Text);
            Assert.Equal("PROXY!", (await client.GetAsync()).Text);
        }
    }

    [Theory, BothTransports]
    public async Task Use_RefusesTheConnection_ClosedWithoutReachingTheApplication(TransportKind transport)
    {
        var reached = false;
        await using var host = await KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            Listen = listen => listen.Use(_ => _ => Task.CompletedTask),
            App = app => app.Run(_ =>
            {
                reached = true;
                return Task.CompletedTask;
            }),
        });
        using var client = await host.ConnectAsync();

        var (bytes, end) = await client.ReadToEndAsync();

        Assert.Empty(bytes);
        Assert.Equal(ConnectionEnd.Finished, end);
        Assert.False(reached);
    }

    [Theory, BothTransports]
    public async Task UseConnectionLogging_TrafficIsLogged(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            Listen = listen => listen.UseConnectionLogging("Wire"),
            App = app => app.Run(context => context.Response.WriteAsync("hello")),
        });
        using var client = await host.ConnectAsync();

        Assert.Equal("hello", (await client.GetAsync()).Text);

        var messages = host.Logs.From("Wire", LogLevel.Debug).Select(e => e.Message).ToArray();
        AssertLogged(messages, "ReadAsync", "47 45 54 20 2F 20 48 54  54 50");
        AssertLogged(messages, "WriteAsync", "48 54 54 50 2F 31 2E 31  20 32 30 30");
    }

    private static void AssertLogged(string[] messages, string start, string bytes)
        => Assert.Contains(
            messages,
            m => m.StartsWith(start, StringComparison.Ordinal) && m.Contains(bytes, StringComparison.Ordinal));

    private sealed class DuplexPipe(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
