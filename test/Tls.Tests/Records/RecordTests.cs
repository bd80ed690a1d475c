using System.Security.Authentication;
using System.Text;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Tls.Tests.Records;

/// <summary>Records that do not line up with messages, with segments, or with the buffers of whoever reads them.</summary>
public sealed class RecordTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Pipelined_InOneRecord_AllAnsweredInOrder(SslProtocols version)
    {
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync($"<{context.Request.Path}>"));
        await using var client = await TlsClient.ConnectAsync(host, TlsClient.Version(version));

        await client.SendAsync(string.Concat(Enumerable.Range(0, 200).Select(i => $"GET /{i} HTTP/1.1\r\nHost: localhost\r\n\r\n")));

        for (var i = 0; i < 200; i++)
            Assert.EndsWith($"</{i}>", await client.ReadUntilAsync($"</{i}>"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, false)]
    [InlineData(SslProtocols.Tls13, false)]
    [InlineData(SslProtocols.Tls12, true)]
    [InlineData(SslProtocols.Tls13, true)]
    public async Task Request_InRecordsOfOneByte_Answered(SslProtocols version, bool oneSegment)
    {
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("ok"));
        await using var client = await TlsClient.ConnectAsync(host, TlsClient.Version(version));
        for (var i = 0; i < 3; i++)
        {
            client.Wire.Hold = oneSegment;
            await client.SendInRecordsAsync(Encoding.ASCII.GetBytes(Get), 1);
            await client.Wire.ReleaseAsync();

            Assert.Contains("HTTP/1.1 200", await client.ReadUntilAsync("ok"), StringComparison.Ordinal);
        }
    }

    /// <summary>
    /// Every size of small records: at some of them OpenSSL's receive buffer is full exactly where a record ends, and the rest
    /// of the socket makes no further event.
    /// </summary>
    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Upload_InSmallRecordsOfEverySize_EveryByteArrives(SslProtocols version)
    {
        const int Length = 20_000;
        await using var host = await TlsHost.StartAsync(async context =>
        {
            // So that everything has arrived before the body is read.
            await Task.Delay(50);
            await context.Response.WriteAsync($"{await Pattern.VerifyAsync(context.Request.Body)};");
        });
        var body = Pattern.Bytes(Length);
        await Parallel.ForEachAsync(Enumerable.Range(1, 40), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (size, _) =>
        {
            await using var client = await TlsClient.ConnectAsync(host, TlsClient.Version(version));
            client.Wire.Hold = true;
            await client.SendAsync($"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {Length}\r\n\r\n");
            await client.SendInRecordsAsync(body, size);
            await client.Wire.ReleaseAsync();

            Assert.EndsWith($"{Length};", await client.ReadUntilAsync(";").OrTimeout($"records of {size}"), StringComparison.Ordinal);
        });
    }

    /// <summary>OpenSSL asks the socket for no more than the rest of a record it has begun, whatever follows.</summary>
    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Record_SplitAndFollowedByAnother_BothArrive(SslProtocols version)
    {
        await using var host = await TlsHost.StartAsync(async context => await context.Response.WriteAsync($"{await Pattern.VerifyAsync(context.Request.Body)};"));
        await using var client = await TlsClient.ConnectAsync(host, TlsClient.Version(version));
        foreach (var split in new[] { 1, 5, 6, 60 })
        {
            await client.SendAsync("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200\r\n\r\n");
            await Task.Delay(50);
            client.Wire.Hold = true;
            await client.SendInRecordsAsync(Pattern.Bytes(200), 100);
            var records = client.Wire.TakeHeld();

            await client.Wire.WriteAsync(records.AsMemory(0, split));
            await Task.Delay(100);
            await client.Wire.WriteAsync(records.AsMemory(split));

            Assert.EndsWith("200;", await client.ReadUntilAsync(";"), StringComparison.Ordinal);
        }
    }

    /// <summary>The event for what comes while OpenSSL still holds records is no other than "there is something to read".</summary>
    [Fact]
    public async Task Record_ComesWhileOthersAreUnread_Arrives()
    {
        var readOne = new SemaphoreSlim(0);
        await using var host = await TlsHost.StartAsync(async context =>
        {
            var buffer = new byte[100];
            for (var i = 0; i < 4; i++)
            {
                await readOne.WaitAsync();
                await context.Request.Body.ReadExactlyAsync(buffer);
            }

            await context.Response.WriteAsync("all;");
        });
        await using var client = await TlsClient.ConnectAsync(host);
        client.Wire.Hold = true;
        await client.SendAsync("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 400\r\n\r\n");
        await client.SendInRecordsAsync(Pattern.Bytes(300), 100);
        await client.Wire.ReleaseAsync();
        await Task.Delay(50);
        readOne.Release();
        await Task.Delay(50);
        await client.SendInRecordsAsync(Pattern.Bytes(100), 100);
        await Task.Delay(50);
        readOne.Release(3);

        Assert.EndsWith("all;", await client.ReadUntilAsync(";"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(4096)]
    [InlineData(16384)]
    [InlineData(100_000)]
    public async Task Upload_WritesOfAnySize_EveryByteArrives(int size)
    {
        var length = Math.Min(size * 3000, 3_000_000);

        // Single bytes may come more slowly than Kestrel has patience for.
        await using var host = await TlsHost.StartAsync(
            async context => await context.Response.WriteAsync($"{await Pattern.VerifyAsync(context.Request.Body)};"),
            kestrel: kestrel => kestrel.Limits.MinRequestBodyDataRate = null);
        await using var client = await TlsClient.ConnectAsync(host);
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n");
        await client.SendInRecordsAsync(Pattern.Bytes(length), size);

        Assert.EndsWith($"{length};", await client.ReadUntilAsync(";"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Garbage_AfterHandshake_EndsConnectionWithAlert()
    {
        // A kernel that decrypts fails the socket, and no alert leaves.
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("ok"), tls => tls.Ktls = Transport.KtlsMode.Disabled);
        await using var client = await TlsClient.ConnectAsync(host, TlsClient.Version(SslProtocols.Tls12));
        var before = client.Wire.RecordTypes.Count;
        await client.Wire.WriteAsync(Convert.FromHexString("1703030020" + new string('0', 64)));

        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            if (await client.Tls.ReadAsync(new byte[10]).OrTimeout("the end") == 0)
                throw new EndOfStreamException();
        });

        Assert.False(client.Wire.WasReset);
        Assert.Contains((byte)0x15, client.Wire.RecordTypes.Skip(before));
    }
}
