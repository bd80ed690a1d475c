using System.Security.Authentication;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Tls.Tests.Kernel;

/// <summary>Bytes that the kernel decrypts: TLS 1.2. Those of TLS 1.3 stay with OpenSSL, whose keys a client may change.</summary>
[Trait("Category", KernelTlsStatistics.Category)]
[Collection(Alone.Name)]
public sealed class UploadTests
{
    [Theory]
    [InlineData(SslProtocols.Tls12, 1)]
    [InlineData(SslProtocols.Tls12, 16384)]
    [InlineData(SslProtocols.Tls12, 20_000_000)]
    [InlineData(SslProtocols.Tls13, 20_000_000)]
    public async Task Upload_EveryByteArrives(SslProtocols version, int size)
    {
        var kernel = KernelTlsStatistics.Require();
        await using var host = await StartVerifyingAsync();
        await using var client = await TlsClient.ConnectAsync(host, TlsClient.Version(version));
        for (var i = 0; i < 2; i++)
        {
            await client.SendAsync($"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n\r\n");
            await Pattern.WriteAsync(client.Tls, size).OrTimeout("the upload", TimeSpan.FromMinutes(1));
            Assert.EndsWith($"{size};", await client.ReadUntilAsync(";"), StringComparison.Ordinal);
        }

        Assert.Equal(version == SslProtocols.Tls12 ? 1 : 0, kernel.Receiving);

        Assert.Equal(0, kernel.DecryptErrors);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(4096)]
    public async Task Upload_SmallRecords_EveryByteArrives(int record)
    {
        KernelTlsStatistics.Require();
        var size = record * 500;
        await using var host = await StartVerifyingAsync();
        await using var client = await TlsClient.ConnectAsync(host, TlsClient.Version(SslProtocols.Tls12));
        client.Wire.Hold = true;
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n\r\n");
        await client.SendInRecordsAsync(Pattern.Bytes(size), record);
        await client.Wire.ReleaseAsync();

        Assert.EndsWith($"{size};", await client.ReadUntilAsync(";"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CloseNotify_IsTheEndOfInput()
    {
        KernelTlsStatistics.Require();
        await using var host = await StartVerifyingAsync();
        await using var client = await TlsClient.ConnectAsync(host, TlsClient.Version(SslProtocols.Tls12));
        await client.SendAsync("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n");
        await client.SendInRecordsAsync(Pattern.Bytes(5), 5);
        await client.Tls.ShutdownAsync();

        Assert.EndsWith("5;\r\n0\r\n\r\n", await client.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Garbage_EndsConnection()
    {
        KernelTlsStatistics.Require();
        await using var host = await StartVerifyingAsync();
        await using var client = await TlsClient.ConnectAsync(host, TlsClient.Version(SslProtocols.Tls12));
        await client.Wire.WriteAsync(Convert.FromHexString("1703030040" + new string('0', 128)));

        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            if (await client.Tls.ReadAsync(new byte[10]).OrTimeout("the end") == 0)
                throw new EndOfStreamException();
        });
        await Eventually.HoldsAsync(() => host.Metrics.Total("kestrel.active_connections") == 0, "the connection to end");
    }

    private static Task<KestrelHost> StartVerifyingAsync()
        => KernelHost.StartAsync(async context => await context.Response.WriteAsync($"{await Pattern.VerifyAsync(context.Request.Body)};"));
}
