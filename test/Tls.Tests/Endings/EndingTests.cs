using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Tls.Tests.Endings;

/// <summary>How a TLS connection ends, on either side's initiative (RFC 8446, section 6.1).</summary>
public sealed class EndingTests
{
    private const byte Alert = 0x15;

    [Fact]
    public async Task ServerCloses_CloseNotifyThenFin()
    {
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("bye"));
        await using var client = await TlsClient.ConnectAsync(host, TlsClient.Version(SslProtocols.Tls12));

        await client.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        var response = await client.ReadToEndAsync();

        Assert.Contains("bye", response, StringComparison.Ordinal);
        Assert.Equal(Alert, client.Wire.RecordTypes[^1]);
    }

    /// <summary>OpenSSL names the close_notify, which was read before, as the reason of the write that fails: it is no reason to wait for room.</summary>
    [Fact]
    public async Task ClientEndsAndResets_ServerWritesAfterIt_ConnectionEndsAtOnce()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reset = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            Transport = options => options.ShutdownTimeout = TimeSpan.FromMinutes(5),
            Listen = listen =>
            {
                listen.UseAeronetTls(Certificates.Ecdsa);
                listen.Run(async connection =>
                {
                    Assert.True((await connection.Transport.Input.ReadAsync()).IsCompleted);
                    ended.SetResult();
                    await reset.Task;
                    await connection.Transport.Output.WriteAsync(new byte[17]);
                });
            },
        });
        await using (var client = await TlsClient.ConnectAsync(host))
        {
            await client.Tls.ShutdownAsync();
            await ended.Task.OrTimeout("the end to be read");
            client.Socket.LingerState = new LingerOption(true, 0);
            client.Socket.Close();
        }

        reset.SetResult();

        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.connections.open") == 0, "the connection to end");
    }

    [Theory]
    [InlineData(100_000)]
    [InlineData(8_000_000)]
    public async Task ServerCloses_SlowReader_EverythingThenCloseNotify(int length)
    {
        await using var host = await TlsHost.StartAsync(context => Pattern.WriteAsync(context.Response.Body, length));
        await using var client = await TlsClient.ConnectAsync(host, TlsClient.Version(SslProtocols.Tls12), receiveBufferSize: 4096);

        await client.SendAsync("GET / HTTP/1.0\r\nHost: localhost\r\n\r\n");
        await Task.Delay(700);
        var response = await client.ReadToEndAsync();

        Assert.Equal(length, response.Length - response.IndexOf("\r\n\r\n", StringComparison.Ordinal) - 4);
        Assert.Equal(Alert, client.Wire.RecordTypes[^1]);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task ClientFinishesSending_RightAfterRequest_ResponseIntact(bool closeNotify, bool async)
    {
        await using var host = await TlsHost.StartAsync(async context =>
        {
            if (async)
                await Task.Delay(20);

            await Pattern.WriteAsync(context.Response.Body, 50_000);
        });
        for (var i = 0; i < 20; i++)
        {
            await using var client = await TlsClient.ConnectAsync(host);
            client.Wire.Hold = true;
            await client.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
            if (closeNotify)
                await client.Tls.ShutdownAsync();

            await client.Wire.ReleaseAsync();
            client.Socket.Shutdown(SocketShutdown.Send);

            var response = await client.ReadToEndAsync();

            Assert.True(response.Length > 50_000 && response.EndsWith("0\r\n\r\n", StringComparison.Ordinal), $"{i}: {response.Length} bytes");
        }
    }

    /// <summary>One flight with everything, and so one event that says that there are bytes and that no more will come.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ClientFinishesSending_TogetherWithHandshake_ResponseIntactAndClosed(bool closeNotify)
    {
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("ok"));
        for (var i = 0; i < 20; i++)
        {
            await using var client = await TlsClient.ConnectAsync(host, TlsClient.Version(SslProtocols.Tls13), holdAfterHello: true);
            await client.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
            if (closeNotify)
                await client.Tls.ShutdownAsync();

            await client.Wire.ReleaseAsync();
            client.Socket.Shutdown(SocketShutdown.Send);

            Assert.EndsWith("0\r\n\r\n", await client.ReadToEndAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ClientFinishesSending_TogetherWithHandshake_HandlerThatDoesNotReadIsTold()
    {
        var aborted = new TaskCompletionSource();
        await using var host = await TlsHost.StartAsync(async context =>
        {
            using var registration = context.RequestAborted.Register(() => aborted.TrySetResult());
            await aborted.Task;
        });
        await using var client = await TlsClient.ConnectAsync(host, TlsClient.Version(SslProtocols.Tls13), holdAfterHello: true);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        var flight = client.Wire.TakeHeld();
        await client.Socket.SendAsync(flight);
        client.Socket.Shutdown(SocketShutdown.Send);

        try
        {
            await aborted.Task.OrTimeout("RequestAborted");
        }
        finally
        {
            aborted.TrySetResult();
        }
    }

    [Theory]
    [InlineData("Content-Length: 1000")]
    [InlineData("Transfer-Encoding: chunked")]
    public async Task Truncated_InBody_RequestFails(string framing)
    {
        var failure = new TaskCompletionSource<Exception?>();
        await using var host = await TlsHost.StartAsync(async context =>
        {
            try
            {
                await context.Request.Body.CopyToAsync(Stream.Null);
                failure.SetResult(null);
            }
            catch (Exception e)
            {
                failure.SetResult(e);
            }
        });
        await using var client = await TlsClient.ConnectAsync(host);
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: localhost\r\n{framing}\r\n\r\n64\r\n{new string('x', 100)}");
        client.Socket.Shutdown(SocketShutdown.Send);

        Assert.IsAssignableFrom<IOException>(await failure.Task.OrTimeout("the handler"));
    }

    [Fact]
    public async Task ClientCloses_WhileIdle_ConnectionEnds()
    {
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("ok"));
        for (var i = 0; i < 4; i++)
        {
            var client = await TlsClient.ConnectAsync(host);
            await client.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
            await client.ReadUntilAsync("0\r\n\r\n");
            if (i % 2 == 0)
                await client.Tls.ShutdownAsync();

            if (i < 2)
                client.Socket.Close();
            else
                Assert.Equal("", i == 2 ? await client.ReadToEndAsync() : "");

            await client.DisposeAsync();
        }

        await Eventually.HoldsAsync(() => host.Metrics.Total("kestrel.active_connections") == 0, "the connections to end");
    }

    [Fact]
    public async Task Stop_RequestInFlight_IsFinished()
    {
        var started = new TaskCompletionSource();
        await using var host = await TlsHost.StartAsync(async context =>
        {
            started.TrySetResult();
            await Task.Delay(300);
            await Pattern.WriteAsync(context.Response.Body, 1_000_000);
        });
        await using var idle = await TlsClient.ConnectAsync(host, TlsClient.Version(SslProtocols.Tls12));
        using var shaking = await host.ConnectAsync();
        await shaking.SendAsync(ClientHellos.Capture().AsMemory(0, 50));
        using var client = host.CreateHttpClient(HttpVersion.Version11, Certificates.Ecdsa);
        var response = client.GetByteArrayAsync("/");
        await started.Task.OrTimeout("the request");

        await host.StopAsync();

        Assert.Equal(-1, Pattern.FindMismatch(await response));
        Assert.Equal("", await idle.ReadToEndAsync());
        Assert.Equal(Alert, idle.Wire.RecordTypes[^1]);
        await shaking.ReadToEndAsync();
    }

    [Fact]
    public async Task SlowReader_GetsEveryByte()
    {
        const int Length = 20_000_000;
        await using var host = await TlsHost.StartAsync(context => Pattern.WriteAsync(context.Response.Body, Length));
        using var fast = host.CreateHttpClient(trusted: Certificates.Ecdsa);
        await using var slow = await TlsClient.ConnectAsync(host, receiveBufferSize: 8192);
        await slow.SendAsync("GET / HTTP/1.0\r\nHost: localhost\r\n\r\n");
        await slow.ReadUntilAsync("\r\n\r\n");
        await Task.Delay(300);
        await using (var body = await fast.GetStreamAsync("/"))
            Assert.Equal(Length, await Pattern.VerifyAsync(body).OrTimeout("the fast one"));

        var rest = await slow.ReadToEndAsync();

        Assert.Equal(Length, rest.Length);
        Assert.Equal(-1, Pattern.FindMismatch(System.Text.Encoding.Latin1.GetBytes(rest)));
    }

    [Fact]
    public async Task BackPressure_ClientReadsNothing_WriterWaits()
    {
        var written = 0L;
        await using var host = await TlsHost.StartAsync(async context =>
        {
            var block = new byte[64 * 1024];
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(block, context.RequestAborted);
                Interlocked.Add(ref written, block.Length);
            }
        });
        await using var client = await TlsClient.ConnectAsync(host, receiveBufferSize: 8192);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await client.ReadUntilAsync("\r\n\r\n");
        await Eventually.StandsStillAsync(() => Interlocked.Read(ref written), TimeSpan.FromSeconds(1), "the writer to wait");

        Assert.InRange(Interlocked.Read(ref written), 1, 16 * 1024 * 1024);
        client.Socket.LingerState = new LingerOption(true, 0);
        client.Socket.Close();
        await Eventually.HoldsAsync(() => host.Metrics.Total("kestrel.active_connections") == 0, "the connection to end");
    }
}
