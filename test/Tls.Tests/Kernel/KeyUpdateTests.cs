using System.Security.Authentication;
using System.Text.RegularExpressions;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Tls.Tests.Tools;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Tls.Tests.Kernel;

/// <summary>
/// New keys in the middle (RFC 8446, section 4.6.3), which the kernel cannot take. A write by OpenSSL after the peer asked for
/// them would make the peer see a bad record.
/// </summary>
[Trait("Category", KernelTlsStatistics.Category)]
[Collection(Alone.Name)]
public sealed class KeyUpdateTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private const string Close = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    private const string WithReply = "K\n";
    private const string WithoutReply = "k\n";
    private const int Size = 100_000;

    [Fact]
    public async Task WithoutReply_GoesOn()
    {
        KernelTlsStatistics.Require();
        using var file = await PatternFile.CreateAsync(Size);
        await using var host = await KernelHost.StartAsync(file);

        var output = await OpensslClient.RunAsync(host, ["-tls1_3"], Get, WithoutReply, Get, WithoutReply, WithoutReply, Close);

        Assert.Equal(3, Regex.Count(output, "HTTP/1.1 200 OK"));
        AssertInOrder(output);
        Assert.Equal(3 * Size, KernelHost.SentByKernel(host));
        Assert.Equal(0, KeyUpdates(host));
    }

    [Fact]
    public async Task WithReply_WhileIdle_ClosedInOrder()
    {
        KernelTlsStatistics.Require();
        using var file = await PatternFile.CreateAsync(Size);
        await using var host = await KernelHost.StartAsync(file);

        var output = await OpensslClient.RunAsync(host, ["-tls1_3"], Get, WithReply);

        Assert.Equal(1, Regex.Count(output, "HTTP/1.1 200 OK"));
        AssertInOrder(output);
        await Eventually.HoldsAsync(() => KeyUpdates(host) == 1, "the reason to be counted", () => $"{host.Metrics}");
    }

    /// <summary>The request in progress is read to its end and answered whole, and then the connection ends.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task WithReply_InRequest_AnsweredAndClosed(int updates)
    {
        KernelTlsStatistics.Require();
        using var file = await PatternFile.CreateAsync(Size);
        await using var host = await KernelHost.StartAsync(async context =>
        {
            context.Response.Headers["x-length"] = $"{(await new StreamReader(context.Request.Body).ReadToEndAsync()).Length}";
            await KernelHost.SendAsync(context, file);
        });

        var output = await OpensslClient.RunAsync(
            host,
            ["-tls1_3"],
            ["POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n", .. Enumerable.Repeat(WithReply, updates), "12345", "67890"]);

        Assert.Contains("x-length: 10", output, StringComparison.Ordinal);
        AssertInOrder(output);
        Assert.Equal(Size, KernelHost.SentByKernel(host));
        await Eventually.HoldsAsync(() => KeyUpdates(host) == 1, "the reason to be counted", () => $"{host.Metrics}");
    }

    /// <summary>The length is not known in advance: close_notify alone says that nothing is missing.</summary>
    [Fact]
    public async Task WithReply_ResponseEndsWithConnection_ToldByCloseNotify()
    {
        KernelTlsStatistics.Require();
        await using var host = await KernelHost.StartAsync(async context =>
        {
            var length = (await new StreamReader(context.Request.Body).ReadToEndAsync()).Length;
            await context.Response.WriteAsync($"{length} bytes and {new string('x', 50_000)} done");
        });

        var output = await OpensslClient.RunAsync(
            host, ["-tls1_3"], "POST / HTTP/1.0\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n", WithReply, "12345", "67890");

        Assert.Contains("10 bytes and", output, StringComparison.Ordinal);
        Assert.Contains(" done", output, StringComparison.Ordinal);
        AssertInOrder(output);
    }

    /// <summary>Also where the kernel encrypts, and in TLS 1.2 decrypts: as many as a client may want, and no flood.</summary>
    [Theory]
    [InlineData(SslProtocols.Tls13, 32, true)]
    [InlineData(SslProtocols.Tls13, 33, false)]
    [InlineData(SslProtocols.Tls12, 32, true)]
    [InlineData(SslProtocols.Tls12, 33, false)]
    public async Task Several_AnsweredUpToTheBound(SslProtocols version, int count, bool answered)
    {
        KernelTlsStatistics.Require();
        var requests = 0;
        await using var host = await KernelHost.StartAsync(context =>
        {
            Interlocked.Increment(ref requests);
            return context.Response.WriteAsync("ok");
        });
        using var client = await NativeClient.ConnectAsync(host, version);
        await client.TrySendAsync(version == SslProtocols.Tls13 ? client.MakeKeyUpdates(count, requested: false) : client.MakeRenegotiations(count));
        await client.TrySendAsync(client.MakeText(Get));

        if (answered)
            await Eventually.HoldsAsync(() => Volatile.Read(ref requests) == 1, "the request");
        else
            await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.tls.broken", ("error.type", "record_flood")) == 1, "the reason to be counted", () => $"{host.Metrics}");

        Assert.Equal(answered ? 1 : 0, requests);
    }

    private static double KeyUpdates(KestrelHost host) => host.Metrics.Total("aeronet.connections.closed", ("aeronet.close.reason", "key_update"));

    private static void AssertInOrder(string output)
    {
        Assert.DoesNotContain(":error:", output, StringComparison.Ordinal);
        Assert.DoesNotContain("unexpected eof", output, StringComparison.Ordinal);
        Assert.DoesNotContain("bad record mac", output, StringComparison.Ordinal);
        Assert.Contains("closed", output, StringComparison.Ordinal);
    }
}
