using System.Diagnostics;
using System.Security.Authentication;
using System.Threading.Channels;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Aeronet.AspNetCore.Tls.Tests.Records;

/// <summary>Records that bring the application nothing: new keys, handshakes that are refused. A few are a client's right, a flood is an attack.</summary>
[Collection(Alone.Name)]
public sealed class ControlRecordTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private const int Flood = 60_000;
    private const int Allowed = 32;

    [Theory]
    [InlineData(SslProtocols.Tls13, false, DispatchMode.Inline)]
    [InlineData(SslProtocols.Tls13, true, DispatchMode.Inline)]
    [InlineData(SslProtocols.Tls12, false, DispatchMode.Inline)]
    [InlineData(SslProtocols.Tls13, false, DispatchMode.Adaptive)]
    [InlineData(SslProtocols.Tls12, false, DispatchMode.Adaptive)]
    public Task Flood_ClosedAndOthersAreServed(SslProtocols version, bool requested, DispatchMode dispatch) => QuietMoment.TryAsync("another's answer", TimeSpan.FromMilliseconds(250), async () =>
    {
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("ok"), transport: transport =>
        {
            transport.Dispatch = dispatch;
            transport.EventLoops = 1;
        });
        await using var other = await TlsClient.ConnectAsync(host);
        using var client = await NativeClient.ConnectAsync(host, version);
        var records = version == SslProtocols.Tls13 ? client.MakeKeyUpdates(Flood, requested) : client.MakeRenegotiations(Flood);
        await AskAsync(other);

        // In one go, so that the server has all of it before it looks.
        var sending = client.TrySendAsync(records);
        var slowest = TimeSpan.Zero;
        for (var i = 0; i < 20; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await AskAsync(other);
            slowest = slowest > Stopwatch.GetElapsedTime(started) ? slowest : Stopwatch.GetElapsedTime(started);
        }

        Assert.True(await client.IsEndedAsync());
        await sending;
        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.tls.broken", ("error.type", "record_flood")) == 1, "the reason to be counted", host.Metrics.ToString);

        // So would a machine be told of that holds the thread up.
        return host.Logs.Entries.Any(entry => entry.EventId.Name == "LoopBlocked") ? TimeSpan.MaxValue : slowest;
    });

    [Theory]
    [InlineData(SslProtocols.Tls13, false, Allowed, true)]
    [InlineData(SslProtocols.Tls13, true, Allowed, true)]
    [InlineData(SslProtocols.Tls13, false, Allowed + 1, false)]
    [InlineData(SslProtocols.Tls13, true, Allowed + 1, false)]
    [InlineData(SslProtocols.Tls12, false, Allowed, true)]
    [InlineData(SslProtocols.Tls12, false, Allowed + 1, false)]
    public async Task Several_ThenRequest_AnsweredUpToTheBound(SslProtocols version, bool requested, int count, bool answered)
    {
        foreach (var oneByOne in new[] { false, true })
        {
            await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("ok;"));
            using var client = await NativeClient.ConnectAsync(host, version);
            for (var left = count; left > 0; left -= oneByOne ? 1 : count)
            {
                var some = oneByOne ? 1 : count;
                await client.TrySendAsync(version == SslProtocols.Tls13 ? client.MakeKeyUpdates(some, requested) : client.MakeRenegotiations(some));
                if (oneByOne)
                    await Task.Delay(2);
            }

            await client.TrySendAsync(client.MakeText(Get));

            if (version == SslProtocols.Tls13)
            {
                var answer = await client.ReadUntilAsync(";");
                Assert.Equal(answered, answer is not null);
            }
            else if (answered)
            {
                await Eventually.HoldsAsync(() => host.Logs.Entries.Any(entry => entry.Message.StartsWith("Request finished", StringComparison.Ordinal)), "the request to be answered");
            }
            else
            {
                Assert.True(await client.IsEndedAsync());
            }
        }
    }

    /// <summary>Who has something to say may change its keys as often as it says it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OneForEachRequest_AllAnswered(bool requested)
    {
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("ok;"));
        using var client = await NativeClient.ConnectAsync(host, SslProtocols.Tls13);
        for (var i = 0; i < 3 * Allowed; i++)
        {
            await client.TrySendAsync(client.MakeKeyUpdates(1, requested));
            await client.TrySendAsync(client.MakeText(Get));

            Assert.Contains("ok;", await client.ReadUntilAsync("0\r\n\r\n"), StringComparison.Ordinal);
        }
    }

    /// <summary>
    /// What answers a request for new keys does not fit into the socket, and the reading that goes on meanwhile finds it unsent: what
    /// OpenSSL has received by then makes no event any more. A Unix domain socket takes whole records or none, so that it is full between two.
    /// </summary>
    [Fact]
    public async Task Requested_AnswerDoesNotFit_WhatFollowsIsRead()
    {
        const int Answer = 4_000;
        const int Following = 3;
        using var files = new TempFiles();
        var answered = 0;
        await using var host = await KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            Kestrel = kestrel =>
            {
                kestrel.Limits.MaxResponseBufferSize = null;
                kestrel.ListenUnixSocket(files["socket"], listen => listen.UseAeronetTls(options =>
                {
                    options.Ktls = KtlsMode.Disabled;
                    options.Certificates.Add(Certificates.Ecdsa);
                }));
            },
            App = app => app.Run(async context =>
            {
                var (one, answer) = (new byte[1], new byte[Answer]);
                while (await context.Request.Body.ReadAsync(one) > 0)
                {
                    await context.Response.Body.WriteAsync(answer);
                    Interlocked.Increment(ref answered);
                }
            }),
        });
        for (var before = 20; before < 60; before++)
        {
            using var client = await NativeClient.ConnectAsync(files["socket"], SslProtocols.Tls13);
            Volatile.Write(ref answered, 0);
            await client.TrySendAsync(client.MakeText($"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {before + Following}\r\n\r\n"));
            for (var i = 0; i < before; i++)
            {
                await client.TrySendAsync(client.MakeText("x"));
                await Eventually.HoldsAsync(() => Volatile.Read(ref answered) > i, "an answer");
            }

            using var rest = new MemoryStream();
            rest.Write(client.MakeKeyUpdates(1, requested: true));
            for (var i = 0; i < Following; i++)
                rest.Write(client.MakeText("x"));

            await client.TrySendAsync(rest.ToArray());
            await Task.Delay(10);

            const long Least = Answer;
            Assert.InRange(await client.ReadAsync((before + Following) * Least), (before + Following) * Least, long.MaxValue);
        }
    }

    /// <summary>Requests for new keys, each with data behind it, while what is written waits for room: OpenSSL bears no second one.</summary>
    [Fact]
    public async Task Requested_WhileTheSocketIsFull_EverythingIsReadAndAnswered()
    {
        const int Messages = 8_000;
        const long Answer = 1_000;
        await using var host = await TlsHost.StartAsync(
            async context =>
            {
                context.Features.GetRequiredFeature<IHttpMinRequestBodyDataRateFeature>().MinDataRate = null;
                var toAnswer = Channel.CreateUnbounded<int>();
                var answering = AnswerAsync(context, toAnswer.Reader);
                var buffer = new byte[100];
                int read;
                while ((read = await context.Request.Body.ReadAsync(buffer)) > 0)
                    toAnswer.Writer.TryWrite(read);

                toAnswer.Writer.Complete();
                await answering;
            },
            tls => tls.Ktls = KtlsMode.Disabled);
        using var client = await NativeClient.ConnectAsync(host, SslProtocols.Tls13, receiveBufferSize: 16 * 1024);
        using var records = new MemoryStream();
        records.Write(client.MakeText($"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {Messages}\r\n\r\n"));
        for (var i = 0; i < Messages; i++)
        {
            records.Write(client.MakeKeyUpdates(1, requested: true));
            records.Write(client.MakeText("x"));
        }

        var sending = client.TrySendAsync(records.ToArray());
        await Task.Delay(1000);

        Assert.InRange(await client.ReadAsync(Messages * Answer), Messages * Answer, long.MaxValue);
        Assert.True(await sending);

        static async Task AnswerAsync(HttpContext context, ChannelReader<int> toAnswer)
        {
            var answer = new byte[Answer];
            await foreach (var count in toAnswer.ReadAllAsync())
            {
                for (var i = 0; i < count; i++)
                    await context.Response.Body.WriteAsync(answer);
            }
        }
    }

    /// <summary>A byte now and then does not pay for a flood.</summary>
    [Fact]
    public async Task ManyForEachByte_Closed()
    {
        await using var host = await TlsHost.StartAsync(async context => await context.Request.Body.CopyToAsync(Stream.Null));
        using var client = await NativeClient.ConnectAsync(host, SslProtocols.Tls13);
        var sent = await client.TrySendAsync(client.MakeText("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"));
        for (var i = 0; sent && i < 1000; i++)
            sent = await client.TrySendAsync((byte[])[.. client.MakeKeyUpdates(8, false), .. client.MakeText("x")]);

        Assert.True(await client.IsEndedAsync());
        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.tls.broken", ("error.type", "record_flood")) == 1, "the reason to be counted", host.Metrics.ToString);
    }

    /// <summary>Records of one byte cost as much as full ones: others get their turn between them.</summary>
    [Fact]
    public Task RecordsOfOneByte_OthersAreServed() => QuietMoment.TryAsync("another's answer", TimeSpan.FromMilliseconds(60), async () =>
    {
        const int Length = 100_000;
        await using var host = await TlsHost.StartAsync(
            async context =>
            {
                await context.Request.Body.CopyToAsync(Stream.Null);
                await context.Response.WriteAsync("ok");
            },
            transport: transport =>
            {
                transport.Dispatch = DispatchMode.Inline;
                transport.EventLoops = 1;
            });
        await using var other = await TlsClient.ConnectAsync(host);
        using var client = await NativeClient.ConnectAsync(host, SslProtocols.Tls13);
        using var records = new MemoryStream();
        records.Write(client.MakeText($"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {Length}\r\n\r\n"));
        for (var i = 0; i < Length; i++)
            records.Write(client.MakeText("x"));

        await AskAsync(other);
        var sending = client.TrySendAsync(records.ToArray());
        var slowest = TimeSpan.Zero;
        while (!sending.IsCompleted)
        {
            var started = Stopwatch.GetTimestamp();
            await AskAsync(other);
            slowest = slowest > Stopwatch.GetElapsedTime(started) ? slowest : Stopwatch.GetElapsedTime(started);
        }

        Assert.Contains("ok", await client.ReadUntilAsync("ok"), StringComparison.Ordinal);
        return slowest;
    });

    private static async Task AskAsync(TlsClient client)
    {
        await client.SendAsync(Get);
        await client.ReadUntilAsync("ok");
    }
}
