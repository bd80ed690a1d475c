using Aeronet.AspNetCore.Transport.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Tests.Files;

/// <summary>A file that becomes shorter than its promised length is never padded: the client must see that it has not got all.</summary>
public sealed class TruncatedFileTests
{
    [Fact]
    public async Task TruncatedWhileSent_ConnectionIsResetCountedAndLogged()
    {
        var finished = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var file = PatternFile.Create(20_000_000);
        await using var host = await FileHosts.StartAsync(async context =>
        {
            context.Response.ContentLength = file.Length;
            await context.Response.SendFileAsync(file.FullPath);
            finished.SetResult(context.RequestAborted.CanBeCanceled);
        });
        using var client = await RawClient.ConnectAsync(host.EndPoint, receiveBufferSize: 16 * 1024);
        await client.SendGetAsync();
        await client.ReadResponseHeadAsync();
        await client.VerifyAsync(100_000);

        Truncate(file, 12_000_000);
        var received = 100_000 + await ReadAllPatternAsync(client, 100_000);

        Assert.True(received <= 12_000_000, $"{received} bytes");
        await finished.Task.OrTimeout("the handler to go on");
        await Eventually.HoldsAsync(() => file.CountOpen() == 0, "the file to be closed");
        Assert.Equal(1, host.Metrics.Total("aeronet.sendfile.failures", ("aeronet.failure.reason", "file_truncated")));
        await Eventually.HoldsAsync(
            () => host.Metrics.Total("aeronet.connections.closed", ("aeronet.close.reason", "file_truncated")) == 1, "the close reason", host.Metrics.ToString);
        await Eventually.HoldsAsync(() => host.Logs.Entries.Any(e => e.EventId.Name == "FileTruncated"), "the truncation to be logged");
        var entry = Assert.Single(host.Logs.Entries, e => e.EventId.Name == "FileTruncated");
        Assert.Equal(LogLevel.Warning, entry.Level);
        Assert.Contains("8000000 bytes", entry.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TruncatedWhileSent_RequestAbortedFires()
    {
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var file = PatternFile.Create(20_000_000);
        await using var host = await FileHosts.StartAsync(async context =>
        {
            using var registration = context.RequestAborted.Register(aborted.SetResult);
            context.Response.ContentLength = file.Length;
            await context.Response.SendFileAsync(file.FullPath);
            await aborted.Task;
        });
        using var client = await RawClient.ConnectAsync(host.EndPoint, receiveBufferSize: 16 * 1024);
        await client.SendGetAsync();
        await client.ReadResponseHeadAsync();

        Truncate(file, 0);
        await ReadAllPatternAsync(client, 0);

        await aborted.Task.OrTimeout("RequestAborted");
    }

    [Theory]
    [InlineData(FileHosts.Large)]
    [InlineData(8000)]
    public async Task ShorterThanAskedFor_ConnectionEndsBeforeThePromisedLength(int promised)
    {
        using var file = PatternFile.Create(promised / 2);
        using var handle = File.OpenHandle(file.FullPath);
        await using var host = await FileHosts.StartAsync(context =>
        {
            context.Response.ContentLength = promised;
            return context.Region().SendFileAsync(handle, 0, promised);
        });
        using var client = await host.ConnectAsync();
        await client.SendGetAsync();

        var (bytes, end) = await client.ReadToEndAsync();

        var head = System.Text.Encoding.Latin1.GetString(bytes).IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        Assert.True(bytes.Length - head <= promised / 2, $"{bytes.Length - head} bytes");
        Assert.Equal(ConnectionEnd.Reset, end);
        Assert.Equal(1, host.Metrics.Total("aeronet.sendfile.failures", ("aeronet.failure.reason", "file_truncated")));
        await Eventually.HoldsAsync(() => host.Logs.Entries.Any(e => e.EventId.Name == "FileTruncated"), "the truncation to be logged");
        Assert.Single(host.Logs.Entries, e => e.EventId.Name == "FileTruncated");
    }

    private static void Truncate(PatternFile file, long length)
    {
        using var handle = File.OpenHandle(file.FullPath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.SetLength(handle, length);
    }

    private static async Task<long> ReadAllPatternAsync(RawClient client, long position)
    {
        var (bytes, end) = await client.ReadToEndAsync();
        Assert.Equal(ConnectionEnd.Reset, end);
        Assert.Equal(-1, Pattern.FindMismatch(bytes, position));
        return bytes.Length;
    }
}
