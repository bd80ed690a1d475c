using Aeronet.AspNetCore.Functional.Tests.Connections;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Aeronet.AspNetCore.Functional.Tests.Endings;

/// <summary>The server ends a connection out of order: who reads is told so, and not that the peer has finished.</summary>
public sealed class AbortTests
{
    [Theory]
    [BothTransports(false, "HttpContext")]
    [BothTransports(true, "HttpContext")]
    [BothTransports(false, "connection")]
    [BothTransports(true, "connection")]
    public async Task Body_AbortedWhileItIsRead_OperationCanceled_And499(TransportKind transport, bool chunked, string by)
    {
        var error = Signal<Exception?>();
        await using var host = await KestrelHost.StartAsync(transport, async context =>
        {
            await context.Request.Body.ReadExactlyAsync(new byte[5]);
            var reading = context.Request.Body.ReadAsync(new byte[100]).AsTask();
            Assert.False(reading.IsCompleted);
            if (by == "connection")
                context.Features.GetRequiredFeature<IConnectionLifetimeFeature>().Abort();
            else
                context.Abort();

            var thrown = await Record.ExceptionAsync(async () => await reading);
            error.SetResult(thrown);
            if (thrown is not null)
                throw thrown;
        });
        using var client = await host.ConnectAsync();

        await client.SendAsync($"POST / HTTP/1.1\r\nHost: localhost\r\n{(chunked ? "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n" : "Content-Length: 1000\r\n\r\nhello")}");

        Assert.IsAssignableFrom<OperationCanceledException>(await error.Task.OrTimeout("the read to end"));
        await client.ReadToEndAsync();
        if (by == "HttpContext")
            await StatusIsAsync(host, 499);
    }

    [Theory, BothTransports]
    public async Task Handler_AbortedWithHalfAMessageRead_ThrowsTheReason(TransportKind transport)
    {
        var error = Signal<Exception?>();
        await using var host = await ConnectionFeatureTests.StartAsync(transport, async connection =>
        {
            var read = await connection.Transport.Input.ReadAsync();
            connection.Transport.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            var reading = connection.Transport.Input.ReadAsync().AsTask();
            connection.Abort(new ConnectionAbortedException("Enough of it."));
            error.SetResult(await Record.ExceptionAsync(() => reading));
            Assert.IsType<ConnectionAbortedException>(await Record.ExceptionAsync(async () => await connection.Transport.Input.ReadAsync()));
        });
        using var client = await host.ConnectAsync();

        await client.SendAsync("half a mess");

        var thrown = Assert.IsType<ConnectionAbortedException>(await error.Task.OrTimeout("the read to end"));
        Assert.Equal("Enough of it.", thrown.Message);
        await client.ReadToEndAsync();
    }

    [Theory, BothTransports]
    public async Task Handler_ClosedInOrderWhileItReads_ConnectionAborted(TransportKind transport)
    {
        var error = Signal<Exception?>();
        await using var host = await ConnectionFeatureTests.StartAsync(transport, async connection =>
        {
            var reading = connection.Transport.Input.ReadAsync().AsTask();
            connection.Abort(null!);
            error.SetResult(await Record.ExceptionAsync(() => reading));
        });
        using var client = await host.ConnectAsync();

        Assert.IsType<ConnectionAbortedException>(await error.Task.OrTimeout("the read to end"));
        Assert.Equal(ConnectionEnd.Finished, (await client.ReadToEndAsync()).End);
    }

    [Theory, BothTransports]
    public async Task Body_ReadWhenTheHostStops_OperationCanceled(TransportKind transport)
    {
        var started = Signal<bool>();
        var error = Signal<Exception?>();
        var host = await KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            ShutdownTimeout = TimeSpan.FromMinutes(5),
            App = app => app.Run(async context =>
            {
                await context.Request.Body.ReadExactlyAsync(new byte[5]);
                started.SetResult(true);
                error.SetResult(await Record.ExceptionAsync(async () => await context.Request.Body.ReadExactlyAsync(new byte[100])));
            }),
        });
        await using (host)
        {
            using var client = await host.ConnectAsync();
            await client.SendAsync("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhello");
            await started.Task.OrTimeout("the handler");

            await host.StopUntilTimeIsUpAsync();

            Assert.IsAssignableFrom<OperationCanceledException>(await error.Task.OrTimeout("the read to end"));
        }
    }

    // What ends an application that only writes is the token, whose callbacks come by the thread pool. Kestrel's own transport lets the
    // application write on meanwhile, as fast as memory allows.
    [Theory]
    [BothTransports(false)]
    [BothTransports(true)]
    public async Task Writes_AfterAnAbort_EndAtOnce(TransportKind transport, bool byConnection)
    {
        var written = Signal<long>();
        await using var host = await KestrelHost.StartAsync(transport, async context =>
        {
            var part = new byte[16 * 1024];
            var total = 0L;
            await context.Response.Body.WriteAsync(part);
            if (byConnection)
                context.Features.GetRequiredFeature<IConnectionLifetimeFeature>().Abort();
            else
                context.Abort();

            while (!context.RequestAborted.IsCancellationRequested && total < 1024L * 1024 * 1024)
            {
                await context.Response.Body.WriteAsync(part);
                total += part.Length;
            }

            written.SetResult(total);
        });

        for (var i = 0; i < 5; i++)
        {
            written = Signal<long>();
            using var client = await host.ConnectAsync();
            await client.SendGetAsync();
            var total = await written.Task.OrTimeout("the handler to end");

            TestContext.Current.TestOutputHelper?.WriteLine($"{total / 1024} KiB");
            if (transport == TransportKind.Aeronet)
                Assert.True(total < 4 * 1024 * 1024, $"{total} bytes were written to nobody.");
        }
    }

    internal static TaskCompletionSource<T> Signal<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal static Task StatusIsAsync(KestrelHost host, int status) => Eventually.HoldsAsync(
        () => host.Metrics.Count("http.server.request.duration") == 1
            && host.Metrics.ToString().Contains($"[http.response.status_code={status}]", StringComparison.Ordinal),
        $"the request to be counted as {status}",
        host.Metrics.ToString);
}
