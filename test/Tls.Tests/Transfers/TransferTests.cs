using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Tls.Tests.Transfers;

/// <summary>Bodies of every size, both ways, by every path that bytes take.</summary>
public sealed class TransferTests
{
    private const int Large = 100 * 1024 * 1024;

    private static readonly string s_folder = Directory.CreateTempSubdirectory("aeronet-tls-").FullName;

    public static MatrixTheoryData<int, int> VersionsAndSizes => new([1, 2], [0, 1, 4095, 16383, 16384, 16385, 65536, 1_000_000, Large]);

    [Theory]
    [MemberData(nameof(VersionsAndSizes))]
    public async Task Download_EveryByteIsRight(int major, int size)
    {
        await using var host = await TlsHost.StartAsync(context =>
        {
            if (context.Request.Path == "/length")
                context.Response.ContentLength = size;

            return Pattern.WriteAsync(context.Response.Body, size);
        });
        using var client = host.CreateHttpClient(new Version(major, major == 1 ? 1 : 0), Certificates.Ecdsa);
        foreach (var path in new[] { "/length", "/chunked" })
        {
            await using var body = await client.GetStreamAsync(path);
            Assert.Equal(size, await Pattern.VerifyAsync(body).OrTimeout("the download", TimeSpan.FromMinutes(1)));
        }
    }

    [Theory]
    [MemberData(nameof(VersionsAndSizes))]
    public async Task Upload_EveryByteIsRight(int major, int size)
    {
        await using var host = await TlsHost.StartAsync(
            async context => await context.Response.WriteAsync($"{await Pattern.VerifyAsync(context.Request.Body)}"),
            kestrel: kestrel => kestrel.Limits.MaxRequestBodySize = null);
        using var client = host.CreateHttpClient(new Version(major, major == 1 ? 1 : 0), Certificates.Ecdsa);
        foreach (var chunked in new[] { false, true })
        {
            using var content = new PatternContent(size, chunked: chunked);
            using var response = await client.PostAsync("/", content).OrTimeout("the upload", TimeSpan.FromMinutes(1));
            Assert.Equal($"{size}", await response.Content.ReadAsStringAsync());
        }
    }

    [Theory]
    [MemberData(nameof(VersionsAndSizes))]
    public async Task File_ByStaticFilesAndSendFile_HashesAreEqual(int major, int size)
    {
        var name = $"{major}-{size}.bin";
        var path = Path.Combine(s_folder, name);
        await using (var file = File.Create(path))
            await Pattern.WriteAsync(file, size);

        await using var host = await TlsHost.StartAsync(app =>
        {
            app.UseAeronetStaticFiles(o => o.Root = s_folder);
            app.Run(async context =>
            {
                if (context.Request.Query.ContainsKey("length"))
                    context.Response.ContentLength = size;

                await context.Response.SendFileAsync(path);
            });
        });
        using var client = host.CreateHttpClient(new Version(major, major == 1 ? 1 : 0), Certificates.Ecdsa);
        foreach (var target in new[] { $"/{name}", "/send?length", "/send" })
        {
            await using var body = await client.GetStreamAsync(target);
            Assert.Equal(size, await Pattern.VerifyAsync(body).OrTimeout(target, TimeSpan.FromMinutes(1)));
        }

        File.Delete(path);
    }

    [Fact]
    public async Task File_Pipelined_SlowReader_EveryByteIsRight()
    {
        const int Size = 3_000_001;
        var path = Path.Combine(s_folder, "pipelined.bin");
        await using (var file = File.Create(path))
            await Pattern.WriteAsync(file, Size);

        await using var host = await TlsHost.StartAsync(async context =>
        {
            context.Response.ContentLength = Size + 10;
            await context.Response.WriteAsync("first");
            await context.Response.SendFileAsync(path);
            await context.Response.WriteAsync("_last");
        });
        await using var client = await TlsClient.ConnectAsync(host, receiveBufferSize: 8192);
        await client.SendAsync(string.Concat(Enumerable.Repeat("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 3)) + "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        await Task.Delay(200);
        var all = System.Text.Encoding.Latin1.GetBytes(await client.ReadToEndAsync());

        for (var i = 0; i < 4; i++)
        {
            var head = all.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
            Assert.True(all.AsSpan(head).StartsWith("first"u8));
            Assert.Equal(-1, Pattern.FindMismatch(all.AsSpan(head + 5, Size)));
            Assert.True(all.AsSpan(head + 5 + Size).StartsWith("_last"u8));
            all = all[(head + 10 + Size)..];
        }

        Assert.Empty(all);
    }

    [Fact]
    public async Task Echo_BothWaysAtOnce_Http2Streams_EveryByteIsRight()
    {
        await using var host = await TlsHost.StartAsync(context => context.Request.Body.CopyToAsync(context.Response.Body));
        using var client = host.CreateHttpClient(HttpVersion.Version20, Certificates.Ecdsa);

        await Task.WhenAll(Enumerable.Range(0, 10).Select(async i =>
        {
            using var content = new PatternContent(2_000_000 + i, step: 1000 + (i * 7919));
            using var response = await client.PostAsync("/", content);
            await using var body = await response.Content.ReadAsStreamAsync();
            Assert.Equal(2_000_000 + i, await Pattern.VerifyAsync(body));
        })).OrTimeout("the echoes", TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Echo_BothWaysAtOnce_Http1_EveryByteIsRight()
    {
        await using var host = await TlsHost.StartAsync(context => context.Request.Body.CopyToAsync(context.Response.Body));
        await using var client = await TlsClient.ConnectAsync(host);
        const int Size = 20_000_000;
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {Size}\r\n\r\n");
        var sending = Pattern.WriteAsync(client.Tls, Size, step: 50_001);
        var answer = client.ReadToEndAsync();
        await sending.OrTimeout("the upload", TimeSpan.FromMinutes(1));

        Assert.InRange((await answer).Length, Size, Size * 2);
    }

    [Fact]
    public async Task WebSocket_MessagesOfEverySize_Echoed()
    {
        await using var host = await TlsHost.StartAsync(app =>
        {
            app.UseWebSockets();
            app.Run(async context =>
            {
                using var socket = await context.WebSockets.AcceptWebSocketAsync();
                var buffer = new byte[20_000];
                while (true)
                {
                    var result = await socket.ReceiveAsync(buffer, default);
                    if (result.MessageType == WebSocketMessageType.Close)
                    {
                        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", default);
                        return;
                    }

                    await socket.SendAsync(buffer.AsMemory(0, result.Count), result.MessageType, result.EndOfMessage, default);
                }
            });
        });
        using var client = new ClientWebSocket();
        client.Options.RemoteCertificateValidationCallback = (_, certificate, _, _) => Certificates.IsOurs(certificate);
        await client.ConnectAsync(new Uri($"wss://127.0.0.1:{host.Port}/"), default).OrTimeout("the upgrade");

        foreach (var size in new[] { 0, 1, 125, 126, 65535, 65536, 1_000_000 })
        {
            var sending = client.SendAsync(Pattern.Bytes(size), WebSocketMessageType.Binary, true, default);
            var echo = new byte[size + 1];
            var filled = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                part = await client.ReceiveAsync(echo.AsMemory(filled), default).OrTimeout($"{size} bytes");
                filled += part.Count;
            }
            while (!part.EndOfMessage);
            await sending;

            Assert.Equal(size, filled);
            Assert.Equal(-1, Pattern.FindMismatch(echo.AsSpan(0, size)));
        }

        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "", default).OrTimeout("the close");
    }

    [Fact]
    public async Task ExpectContinue_ContinueThenResponse()
    {
        await using var host = await TlsHost.StartAsync(async context => await context.Response.WriteAsync($"{await Pattern.VerifyAsync(context.Request.Body)};"));
        await using var client = await TlsClient.ConnectAsync(host);
        await client.SendAsync("POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 100000\r\n\r\n");

        Assert.Equal("HTTP/1.1 100 Continue\r\n\r\n", await client.ReadUntilAsync("\r\n\r\n"));
        await client.Tls.WriteAsync(Pattern.Bytes(100_000));

        Assert.EndsWith("100000;", await client.ReadUntilAsync(";"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Response_BeforeBodyIsRead_Intact()
    {
        await using var host = await TlsHost.StartAsync(context =>
        {
            context.Response.StatusCode = 413;
            context.Response.Headers.Connection = "close";
            return context.Response.WriteAsync("too large");
        });
        for (var i = 0; i < 10; i++)
        {
            await using var client = await TlsClient.ConnectAsync(host);
            await client.SendAsync("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3000000\r\n\r\n");
            var sending = Task.Run(() => Pattern.WriteAsync(client.Tls, 3_000_000));

            Assert.Contains("too large", await client.ReadToEndAsync(), StringComparison.Ordinal);
            await ((Task)sending).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    [Theory]
    [InlineData(Aeronet.AspNetCore.Transport.DispatchMode.Adaptive)]
    [InlineData(Aeronet.AspNetCore.Transport.DispatchMode.ThreadPool)]
    public async Task BlockedHandler_FirstAndLaterRequests_OthersAreServed(Aeronet.AspNetCore.Transport.DispatchMode dispatch)
    {
        using var release = new ManualResetEventSlim();
        var blocked = 0;
        await using var host = await TlsHost.StartAsync(
            async context =>
            {
                if (context.Request.Path == "/block")
                {
                    Interlocked.Increment(ref blocked);
                    release.Wait(TimeSpan.FromMinutes(2));
                }

                await context.Response.WriteAsync($"{release.IsSet} {Thread.CurrentThread.IsThreadPoolThread};");
            },
            transport: o =>
            {
                o.EventLoops = 1;
                o.Dispatch = dispatch;
            });
        await using var first = await TlsClient.ConnectAsync(host);
        await using var second = await TlsClient.ConnectAsync(host);
        await second.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        var answer = await second.ReadUntilAsync(";");
        Assert.Contains($"False {dispatch == Aeronet.AspNetCore.Transport.DispatchMode.ThreadPool};", answer, StringComparison.Ordinal);

        await first.SendAsync("GET /block HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await second.SendAsync("GET /block HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await Eventually.HoldsAsync(() => Volatile.Read(ref blocked) == 2, "both to block");
        for (var i = 0; i < 5; i++)
        {
            // The request in the same flight as the last of the handshake, too.
            await using var third = await TlsClient.ConnectAsync(host, holdAfterHello: i % 2 == 0);
            await third.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
            await third.Wire.ReleaseAsync();

            // By the next leader, or, where standby threads are scarce for a moment, by the thread pool.
            Assert.Contains("False ", await third.ReadUntilAsync(";"), StringComparison.Ordinal);
        }

        release.Set();
        Assert.Contains("True", await first.ReadUntilAsync(";"), StringComparison.Ordinal);
    }
}
