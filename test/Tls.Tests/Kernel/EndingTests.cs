using System.Net.Sockets;
using System.Security.Authentication;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Tls.Tests.Tools;

namespace Aeronet.AspNetCore.Tls.Tests.Kernel;

/// <summary>Peers that read slowly or not at all, and files that end too early, while the kernel encrypts.</summary>
[Trait("Category", KernelTlsStatistics.Category)]
[Collection(Alone.Name)]
public sealed class EndingTests
{
    private const byte Alert = 0x15;
    private const string Get = "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n";

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task PeerStopsReading_GoesOnIntact(SslProtocols version)
    {
        KernelTlsStatistics.Require();
        using var file = await PatternFile.CreateAsync(30_000_000);
        await using var host = await KernelHost.StartAsync(file);
        await using var client = await TlsClient.ConnectAsync(host, TlsClient.Version(version), receiveBufferSize: 8192);
        await client.SendAsync(Get);
        await client.ReadUntilAsync("\r\n\r\n");
        for (var sent = -1.0; sent != KernelHost.SentByKernel(host); await Task.Delay(300))
            sent = KernelHost.SentByKernel(host);

        Assert.InRange(KernelHost.SentByKernel(host), 1, file.Length - 1);
        var body = await client.ReadToEndAsync();

        Assert.Equal(file.Length, body.Length);
        Assert.Equal(-1, Pattern.FindMismatch(System.Text.Encoding.Latin1.GetBytes(body)));
        Assert.Equal(file.Length, KernelHost.SentByKernel(host));
    }

    /// <summary>The last bytes may fill the socket, so that close_notify has to wait for room.</summary>
    [Theory]
    [InlineData(500_000)]
    [InlineData(2_000_000)]
    [InlineData(2_700_000)]
    [InlineData(5_000_000)]
    public async Task ServerCloses_SocketIsFull_CloseNotifyComesLast(int length)
    {
        KernelTlsStatistics.Require();
        using var file = await PatternFile.CreateAsync(length);
        await using var host = await KernelHost.StartAsync(file);
        await using var client = await TlsClient.ConnectAsync(host, TlsClient.Version(SslProtocols.Tls12), receiveBufferSize: 4096);
        await client.SendAsync(Get);
        await Task.Delay(700);
        var response = await client.ReadToEndAsync();

        Assert.Equal(length, response.Length - response.IndexOf("\r\n\r\n", StringComparison.Ordinal) - 4);
        Assert.Equal(Alert, client.Wire.RecordTypes[^1]);
    }

    /// <summary>
    /// A full socket holds up close_notify for the shutdown timeout and no longer. What the kernel has taken still reaches the
    /// peer.
    /// </summary>
    [Fact]
    public async Task ServerCloses_PeerReadsNothing_ConnectionEndsAndBytesArrive()
    {
        KernelTlsStatistics.Require();
        foreach (var length in new[] { 100_000, 1_000_000, 2_000_000, 2_400_000 })
        {
            using var file = await PatternFile.CreateAsync(length);
            await using var host = await KernelHost.StartAsync(file, transport: options => options.ShutdownTimeout = TimeSpan.FromSeconds(1));
            await using var client = await TlsClient.ConnectAsync(host, TlsClient.Version(SslProtocols.Tls12), receiveBufferSize: 4096);
            await client.SendAsync(Get);
            await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.connections.open") == 0, "the connection to end");
            if (host.Metrics.Total("aeronet.connections.closed", ("aeronet.close.reason", "server_closed")) == 0)
                continue;

            Assert.Equal(length, KernelHost.SentByKernel(host));
            Assert.EndsWith(
                System.Text.Encoding.Latin1.GetString(Pattern.Bytes(100, length - 100)), await client.ReadToEndAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task PeerAborts_InTheMiddle_ConnectionEnds()
    {
        var kernel = KernelTlsStatistics.Require();
        using var file = await PatternFile.CreateAsync(30_000_000);
        await using var host = await KernelHost.StartAsync(file);
        for (var i = 0; i < 4; i++)
        {
            await using var client = await TlsClient.ConnectAsync(host, receiveBufferSize: 8192);
            await client.SendAsync(Get);
            await client.ReadUntilAsync("\r\n\r\n");
            if (i % 2 == 0)
                client.Socket.LingerState = new LingerOption(true, 0);

            client.Socket.Close();
        }

        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.connections.open") == 0, "the connections to end");
        await Eventually.HoldsAsync(() => kernel.Open == 0, "the kernel to let go of the keys");
    }

    [Fact]
    public async Task ServerAborts_InTheMiddle_PeerIsTold()
    {
        KernelTlsStatistics.Require();
        using var file = await PatternFile.CreateAsync(30_000_000);
        await using var host = await KernelHost.StartAsync(context =>
        {
            context.RequestAborted.Register(() => { });
            _ = Task.Delay(200).ContinueWith(_ => context.Abort(), TaskScheduler.Default);
            return KernelHost.SendAsync(context, file);
        });
        await using var client = await TlsClient.ConnectAsync(host, receiveBufferSize: 8192);
        await client.SendAsync(Get);
        await Task.Delay(400);

        await Assert.ThrowsAnyAsync<Exception>(client.ReadToEndAsync);
    }

    [Fact]
    public async Task FileGetsShorter_ConnectionIsReset()
    {
        KernelTlsStatistics.Require();
        const int Size = 30_000_000;
        using var file = await PatternFile.CreateAsync(Size);
        await using var host = await KernelHost.StartAsync(file);
        await using var client = await TlsClient.ConnectAsync(host, receiveBufferSize: 8192);
        await client.SendAsync(Get);
        await client.ReadUntilAsync("\r\n\r\n");
        await using (var shortened = new FileStream(file.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            shortened.SetLength(Size - 10_000_000);

        await Assert.ThrowsAnyAsync<Exception>(client.ReadToEndAsync);
        await Eventually.HoldsAsync(
            () => host.Metrics.Total("aeronet.connections.closed", ("aeronet.close.reason", "file_truncated")) == 1, "the reason to be counted");
    }

    [Fact]
    public async Task Renegotiation_Refused()
    {
        KernelTlsStatistics.Require();
        using var file = await PatternFile.CreateAsync(100_000);
        await using var host = await KernelHost.StartAsync(file);

        var output = await OpensslClient.RunAsync(host, ["-tls1_2"], "R\n");

        Assert.Contains("no renegotiation", output, StringComparison.Ordinal);
    }
}
