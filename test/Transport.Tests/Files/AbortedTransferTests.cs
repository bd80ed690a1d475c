using Aeronet.AspNetCore.Transport.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Transport.Tests.Files;

/// <summary>A transfer that ends in the middle frees the application and the file.</summary>
public sealed class AbortedTransferTests : IDisposable
{
    private readonly PatternFile _file = PatternFile.Create(20_000_000);

    public void Dispose() => _file.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ClientLeaves_FileIsReleasedAndRequestAbortedFires(bool reset)
    {
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await FileHosts.StartAsync(async context =>
        {
            using var registration = context.RequestAborted.Register(aborted.SetResult);
            context.Response.ContentLength = _file.Length;
            await context.Response.SendFileAsync(_file.FullPath);
            sent.SetResult();
            await aborted.Task;
        });
        using var client = await RawClient.ConnectAsync(host.EndPoint, receiveBufferSize: 16 * 1024);
        await client.SendGetAsync();
        await client.ReadResponseHeadAsync();
        await client.VerifyAsync(50_000);
        Assert.Equal(1, _file.CountOpen());

        if (reset)
            client.Reset();
        else
            client.Dispose();

        await sent.Task.OrTimeout("SendFileAsync to complete");
        await aborted.Task.OrTimeout("RequestAborted");
        await Eventually.HoldsAsync(() => _file.CountOpen() == 0, "the file to be closed");
        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.connections.open") == 0, "the connection to be closed", host.Metrics.ToString);
    }

    [Fact]
    public async Task Handle_DisposedWhileSendingThenClientLeaves_FileIsReleased()
    {
        await using var host = await FileHosts.StartAsync(async context =>
        {
            context.Response.ContentLength = _file.Length;
            var file = File.OpenHandle(_file.FullPath);
            var sending = context.Region().SendFileAsync(file, 0, _file.Length);
            file.Dispose();
            await sending;
        });
        using var client = await RawClient.ConnectAsync(host.EndPoint, receiveBufferSize: 16 * 1024);
        await client.SendGetAsync();
        await client.ReadResponseHeadAsync();
        Assert.Equal(1, _file.CountOpen());

        client.Reset();

        await Eventually.HoldsAsync(() => _file.CountOpen() == 0, "the file to be closed");
    }

    [Fact]
    public async Task ServerAborts_FileIsReleasedAndTheCallCompletes()
    {
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await FileHosts.StartAsync(async context =>
        {
            context.Response.ContentLength = _file.Length;
            var sending = context.Response.SendFileAsync(_file.FullPath);
            Assert.False(sending.IsCompleted);
            context.Abort();
            await sending;
            sent.SetResult();
        });
        using var client = await RawClient.ConnectAsync(host.EndPoint, receiveBufferSize: 16 * 1024);
        await client.SendGetAsync();

        await sent.Task.OrTimeout("SendFileAsync to complete");
        Assert.Equal(ConnectionEnd.Reset, (await client.ReadToEndAsync()).End);
        await Eventually.HoldsAsync(() => _file.CountOpen() == 0, "the file to be closed");
    }

    [Theory, BothTransports]
    public async Task TokenCanceled_ConnectionIsAbortedAndFileIsReleased(TransportKind transport)
    {
        using var cancellation = new CancellationTokenSource();
        var ended = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await KestrelHost.StartAsync(transport, async context =>
        {
            context.Response.ContentLength = _file.Length;
            ended.SetResult(await Record.ExceptionAsync(() => context.Response.SendFileAsync(_file.FullPath, 0, null, cancellation.Token)));
        });
        using var client = await RawClient.ConnectAsync(host.EndPoint, receiveBufferSize: 16 * 1024);
        await client.SendGetAsync();
        await client.ReadResponseHeadAsync();
        await client.VerifyAsync(50_000);

        cancellation.Cancel();

        var thrown = await ended.Task.OrTimeout("SendFileAsync to end");
        Assert.True(thrown is null or OperationCanceledException, thrown?.ToString());
        var (bytes, _) = await client.ReadToEndAsync();
        Assert.True(bytes.Length < _file.Length - 50_000, $"{bytes.Length} bytes");
        await Eventually.HoldsAsync(() => _file.CountOpen() == 0, "the file to be closed");
    }

    [Fact]
    public async Task ServerStops_FileInProgress_IsFinished()
    {
        await using var host = await FileHosts.StartAsync(async context =>
        {
            context.Response.ContentLength = _file.Length;
            await context.Response.SendFileAsync(_file.FullPath);
        });
        using var client = await RawClient.ConnectAsync(host.EndPoint, receiveBufferSize: 256 * 1024);
        await client.SendGetAsync();
        await client.ReadResponseHeadAsync();

        var stop = host.StopAsync();
        await client.VerifyAsync(_file.Length);

        await stop.OrTimeout("the server to stop");
    }

    [Fact]
    public async Task ManyTransfers_ClientsLeaveAtRandom_NoDescriptorIsLeft()
    {
        await using var host = await FileHosts.StartAsync(async context =>
        {
            context.Response.ContentLength = _file.Length;
            await context.Response.SendFileAsync(_file.FullPath);
        });
        var random = new Random(7);
        for (var round = 0; round < 10; round++)
        {
            var amounts = Enumerable.Range(0, 10).Select(_ => random.Next(2_000_000)).ToArray();
            await Task.WhenAll(amounts.Select(async amount =>
            {
                using var client = await host.ConnectAsync();
                await client.SendGetAsync();
                await client.ReadResponseHeadAsync();
                await client.VerifyAsync(amount);
                if (amount % 2 == 0)
                    client.Reset();
            }));
        }

        await Eventually.HoldsAsync(() => _file.CountOpen() == 0, "every file to be closed");
        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.connections.open") == 0, "every connection to be closed", host.Metrics.ToString);
    }
}
