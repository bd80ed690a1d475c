using System.Net.Security;
using Aeronet.AspNetCore.Functional.Tests.Connections;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aeronet.AspNetCore.Functional.Tests.Endings;

/// <summary>The peer resets the connection.</summary>
public sealed class ResetTests
{
    [Theory]
    [BothTransports(false)]
    [BothTransports(true)]
    public async Task Body_AllOfWhatCameIsRead_ConnectionReset(TransportKind transport, bool chunked)
    {
        var started = AbortTests.Signal<bool>();
        var error = AbortTests.Signal<Exception?>();
        await using var host = await KestrelHost.StartAsync(transport, async context =>
        {
            await context.Request.Body.ReadExactlyAsync(new byte[100]);
            started.SetResult(true);
            error.SetResult(await Record.ExceptionAsync(async () => await context.Request.Body.ReadExactlyAsync(new byte[100])));
        });
        using var client = await host.ConnectAsync();

        await client.SendAsync($"POST / HTTP/1.1\r\nHost: localhost\r\n{(chunked ? "Transfer-Encoding: chunked\r\n\r\n64\r\n" : "Content-Length: 1000\r\n\r\n")}");
        await client.SendAsync(Pattern.Bytes(100));
        if (chunked)
            await client.SendAsync("\r\n");

        await started.Task.OrTimeout("the handler");
        client.Reset();

        Assert.IsType<ConnectionResetException>(await error.Task.OrTimeout("the read to end"));
    }

    [Theory]
    [BothTransports("Http1", "idle")]
    [BothTransports("Http1", "handler")]
    [BothTransports("Http1", "body")]
    [BothTransports("Http1", "head")]
    [BothTransports("Http2", "idle")]
    [BothTransports("Http2", "handler")]
    [BothTransports("Http2", "body")]
    public async Task ConnectionDuration_ErrorType_AsKestrels(TransportKind transport, string protocol, string when)
    {
        var started = AbortTests.Signal<bool>();
        await using var host = await KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            Listen = listen => listen.Protocols = Enum.Parse<HttpProtocols>(protocol),
            App = app => app.Run(async context =>
            {
                if (when == "idle")
                {
                    await context.Response.WriteAsync("ok");
                    return;
                }

                started.TrySetResult(true);
                if (when == "body")
                    await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
                else
                    await Task.Delay(Timeout.Infinite, context.RequestAborted);
            }),
        });
        using var client = await host.ConnectAsync();
        if (protocol == "Http2")
        {
            await client.SendAsync((byte[])[.. Http2Bytes.Preface, .. Http2Bytes.Frame(4, 0, 0), .. Http2Bytes.Request(endStream: when != "body")]);
            if (when == "idle")
                await client.ReadUntilAsync("ok");
        }
        else if (when == "head")
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: local");
            await Task.Delay(50);
        }
        else
        {
            await client.SendAsync($"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {(when == "body" ? 1000 : 0)}\r\n\r\n");
            if (when == "idle")
                await client.ReadResponseAsync();
        }

        if (when is "handler" or "body")
            await started.Task.OrTimeout("the handler");

        await Task.Delay(50);
        client.Reset();

        await Eventually.HoldsAsync(() => host.Metrics.Count("kestrel.connection.duration") == 1, "the connection to end", host.Metrics.ToString);
        var line = host.Metrics.ToString().Split(Environment.NewLine).Single(l => l.StartsWith("kestrel.connection.duration", StringComparison.Ordinal));
        TestContext.Current.TestOutputHelper?.WriteLine(line);

        // What Kestrel makes of it over its own transport. A body of HTTP/1 is a race of its own: no error, or one of its reader's.
        if ((protocol, when) == ("Http1", "body"))
            Assert.DoesNotContain("unexpected_end_of_request_content", line, StringComparison.Ordinal);
        else if (protocol == "Http2" && when != "idle")
            Assert.Contains("[error.type=connection_reset]", line, StringComparison.Ordinal);
        else
            Assert.DoesNotContain("[error.type=", line, StringComparison.Ordinal);
    }

    [Theory, BothTransports]
    public async Task Handler_ReadsOn_NothingIsAtHand_ConnectionReset(TransportKind transport)
    {
        var error = AbortTests.Signal<Exception?>();
        await using var host = await ConnectionFeatureTests.StartAsync(transport, async connection =>
        {
            connection.Transport.Input.AdvanceTo((await connection.Transport.Input.ReadAsync()).Buffer.End);
            await connection.Transport.Output.WriteAsync("ready"u8.ToArray());
            error.SetResult(await Record.ExceptionAsync(async () => await connection.Transport.Input.ReadAsync()));
        });
        using var client = await host.ConnectAsync();
        await client.SendAsync("hello");
        await client.ReadUntilAsync("ready");

        client.Reset();

        Assert.IsType<ConnectionResetException>(await error.Task.OrTimeout("the read to end"));
    }

    [Theory, BothTransports]
    public async Task Handler_WritesAndFindsThePeerGone_ThenReads_NotACleanEnd(TransportKind transport)
    {
        var reset = AbortTests.Signal<bool>();
        var error = AbortTests.Signal<Exception?>();
        await using var host = await ConnectionFeatureTests.StartAsync(transport, async connection =>
        {
            connection.Transport.Input.AdvanceTo((await connection.Transport.Input.ReadAsync()).Buffer.End);
            await connection.Transport.Output.WriteAsync("ready"u8.ToArray());
            await reset.Task;
            for (var i = 0; i < 1000 && !(await connection.Transport.Output.WriteAsync("x"u8.ToArray())).IsCompleted; i++)
                await Task.Delay(1);

            error.SetResult(await Record.ExceptionAsync(async () => await connection.Transport.Input.ReadAsync()));
        });
        using var client = await host.ConnectAsync();
        await client.SendAsync("hello");
        await client.ReadUntilAsync("ready");
        client.Reset();
        reset.SetResult(true);

        Assert.IsType<ConnectionResetException>(await error.Task.OrTimeout("the read to end"));
    }

    /// <summary>As below, with TLS in between: with close_notify, and without.</summary>
    [Theory]
    [BothTransports(true)]
    [BothTransports(false)]
    public async Task Http2_IdleClientOverTlsFinishes_ClosedAndCountedAtOnce(TransportKind transport, bool closeNotify)
    {
        using var certificate = TestCertificate.Create();
        await using var host = await KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            // Which is not waited for.
            Transport = options => options.HalfCloseTimeout = TimeSpan.FromMinutes(5),
            Listen = listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                if (transport == TransportKind.Aeronet)
                    listen.UseAeronetTls(certificate);
                else
                    listen.UseHttps(certificate);
            },
            App = app => app.Run(context => context.Response.WriteAsync("ok")),
        });
        using var client = await host.ConnectAsync();
        await using var tls = new SslStream(new System.Net.Sockets.NetworkStream(client.Socket));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            RemoteCertificateValidationCallback = (_, presented, _, _) => certificate.Equals(presented),
        }).OrTimeout("the handshake");
        await tls.WriteAsync((byte[])[.. Http2Bytes.Preface, .. Http2Bytes.Frame(4, 0, 0), .. Http2Bytes.Request(endStream: true, https: true)]);
        await tls.ReadExactlyAsync(new byte[60]);
        await Task.Delay(50);

        if (closeNotify)
            await tls.ShutdownAsync();
        client.ShutdownSend();

        await Eventually.HoldsAsync(() => host.Metrics.Count("kestrel.connection.duration") == 1, "the connection to end", host.Metrics.ToString);
        if (transport == TransportKind.Aeronet)
            await Eventually.HoldsAsync(
                () => host.Metrics.Total("aeronet.connections.closed", ("aeronet.close.reason", "peer_closed")) == 1, "the end to be counted", host.Metrics.ToString);
        await tls.CopyToAsync(Stream.Null).OrTimeout("the server's end");
    }

    /// <summary>RFC 9113: a client that has nothing more to ask may just finish sending.</summary>
    [Theory, BothTransports]
    public async Task Http2_IdleClientFinishes_ClosedAndCountedAtOnce(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            // Which is not waited for.
            Transport = options => options.HalfCloseTimeout = TimeSpan.FromMinutes(5),
            Listen = listen => listen.Protocols = HttpProtocols.Http2,
            App = app => app.Run(context => context.Response.WriteAsync("ok")),
        });
        using var client = await host.ConnectAsync();
        await client.SendAsync((byte[])[.. Http2Bytes.Preface, .. Http2Bytes.Frame(4, 0, 0), .. Http2Bytes.Request(endStream: true)]);
        await client.ReadUntilAsync("ok");
        await Task.Delay(50);

        client.ShutdownSend();

        var (_, end) = await client.ReadToEndAsync();
        Assert.Equal(ConnectionEnd.Finished, end);
        await Eventually.HoldsAsync(() => host.Metrics.Count("kestrel.connection.duration") == 1, "the connection to end", host.Metrics.ToString);
        Assert.DoesNotContain("[error.type=", host.Metrics.ToString(), StringComparison.Ordinal);
        if (transport == TransportKind.Aeronet)
            await Eventually.HoldsAsync(
                () => host.Metrics.Total("aeronet.connections.closed", ("aeronet.close.reason", "peer_closed")) == 1, "the end to be counted", host.Metrics.ToString);
    }
}
