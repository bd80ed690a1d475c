using Aeronet.AspNetCore.Transport.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Transport.Tests.Files;

/// <summary>What an application did wrong is told as on Kestrel's own transport.</summary>
public sealed class ErrorTests : IDisposable
{
    private readonly PatternFile _file = PatternFile.Create(FileHosts.Large);

    public void Dispose() => _file.Dispose();

    [Theory]
    [BothTransports(-1L, null, "offset")]
    [BothTransports(FileHosts.Large + 1L, null, "offset")]
    [BothTransports(0L, -1L, "count")]
    [BothTransports(0L, FileHosts.Large + 1L, "count")]
    [BothTransports(10L, FileHosts.Large - 9L, "count")]
    [BothTransports(10L, long.MaxValue, "count")]
    public async Task SendFileAsync_OutOfRange_ArgumentOutOfRangeException(TransportKind transport, long offset, long? count, string parameter)
    {
        var thrown = await CatchAsync(transport, context => context.Response.SendFileAsync(_file.FullPath, offset, count));

        Assert.Equal(parameter, Assert.IsType<ArgumentOutOfRangeException>(thrown).ParamName);
    }

    [Theory, BothTransports]
    public async Task SendFileAsync_MissingFile_FileNotFoundException(TransportKind transport)
    {
        var path = Path.Combine(_file.Folder, "missing");

        var thrown = await CatchAsync(transport, context => context.Response.SendFileAsync(path));

        Assert.Equal(path, Assert.IsType<FileNotFoundException>(thrown).FileName);
    }

    [Theory]
    [InlineData("/nowhere/at/all")]
    [InlineData("/tmp")]
    [InlineData("")]
    public async Task SendFileAsync_NotAFile_ThrowsAsKestrelsTransport(string path)
    {
        var stock = await CatchAsync(TransportKind.Sockets, context => context.Response.SendFileAsync(path));
        var ours = await CatchAsync(TransportKind.Aeronet, context => context.Response.SendFileAsync(path));

        Assert.Equal(stock!.GetType(), ours!.GetType());
    }

    [Theory]
    [InlineData(-1L, 10L, "offset")]
    [InlineData(0L, -1L, "count")]
    public async Task RegionFeature_Negative_ArgumentOutOfRangeException(long offset, long count, string parameter)
    {
        using var handle = File.OpenHandle(_file.FullPath);

        var thrown = await CatchAsync(TransportKind.Aeronet, context => context.Region().SendFileAsync(handle, offset, count));

        Assert.Equal(parameter, Assert.IsType<ArgumentOutOfRangeException>(thrown).ParamName);
    }

    [Fact]
    public async Task RegionFeature_NoHandle_ArgumentNullException()
    {
        var thrown = await CatchAsync(TransportKind.Aeronet, context => context.Region().SendFileAsync(null!, 0, 1));

        Assert.IsType<ArgumentNullException>(thrown);
    }

    [Fact]
    public async Task RegionFeature_HandleNotOpenForReading_ConnectionIsResetAndCounted()
    {
        using var handle = File.OpenHandle(_file.FullPath, FileMode.Open, FileAccess.Write);
        await using var host = await FileHosts.StartAsync(context =>
        {
            context.Response.ContentLength = FileHosts.Large;
            return context.Region().SendFileAsync(handle, 0, FileHosts.Large);
        });
        using var client = await host.ConnectAsync();
        await client.SendGetAsync();

        var (bytes, end) = await client.ReadToEndAsync();

        Assert.Equal(ConnectionEnd.Reset, end);
        Assert.True(bytes.Length < 1000);
        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.connections.closed") == 1, "the connection to be closed");
        Assert.Equal(1, host.Metrics.Total("aeronet.sendfile.failures", ("aeronet.failure.reason", "file_unreadable")));
    }

    [Theory, BothTransports]
    public async Task SendFileAsync_AlreadyCanceled_NothingIsSent(TransportKind transport)
    {
        var thrown = await CatchAsync(
            transport,
            context => context.Response.SendFileAsync(_file.FullPath, 0, null, new CancellationToken(canceled: true)));

        Assert.IsAssignableFrom<OperationCanceledException>(thrown);
    }

    [Theory]
    [BothTransports(1)]
    [BothTransports(100_000)]
    public async Task MoreThanContentLength_ConnectionClosedWithoutABytesTooMany(TransportKind transport, int tooMany)
    {
        Exception? thrown = null;
        const int Promised = FileHosts.Large - 100_000;
        await using var host = await KestrelHost.StartAsync(transport, async context =>
        {
            context.Response.ContentLength = Promised;
            thrown = await Record.ExceptionAsync(() => context.Response.SendFileAsync(_file.FullPath, 0, Promised + tooMany));
            throw new InvalidOperationException("The application gives up.", thrown);
        });
        using var client = await host.ConnectAsync();
        await client.SendGetAsync();

        var (bytes, _) = await client.ReadToEndAsync();

        Assert.IsType<InvalidOperationException>(thrown);
        Assert.Contains("Content-Length mismatch", thrown.Message, StringComparison.Ordinal);
        var text = System.Text.Encoding.Latin1.GetString(bytes);
        var head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        Assert.True(bytes.Length - Math.Max(head, 4) <= Promised, $"{bytes.Length - head} bytes of {Promised}");
        Assert.Equal(text.LastIndexOf("HTTP/1.1", StringComparison.Ordinal), text.IndexOf("HTTP/1.1", StringComparison.Ordinal));
        await Eventually.HoldsAsync(() => _file.CountOpen() == 0, "the file to be closed");
    }

    [Fact]
    public async Task MoreThanContentLength_OverTwoGiB_ConnectionClosedWithoutABytesTooMany()
    {
        // Kestrel takes lengths of 31 bits: the first step of such a region fits, and the next does not.
        const long Promised = int.MaxValue + 1000L;
        using var sparse = PatternFile.CreateSparse(Promised + 10, 10);
        await using var host = await FileHosts.StartAsync(async context =>
        {
            context.Response.ContentLength = Promised;
            await context.Response.SendFileAsync(sparse.FullPath);
        });
        using var client = await host.ConnectAsync();
        await client.SendGetAsync();
        await client.ReadResponseHeadAsync();

        var received = await CountToEndAsync(client);

        Assert.True(received <= Promised, $"{received} bytes of {Promised}");
        await Eventually.HoldsAsync(() => sparse.CountOpen() == 0, "the file to be closed");
    }

    [Theory, BothTransports]
    public async Task LessThanContentLength_ConnectionClosedAfterTheBytes(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, context =>
        {
            context.Response.ContentLength = FileHosts.Large + 1;
            return context.Response.SendFileAsync(_file.FullPath);
        });
        using var client = await host.ConnectAsync();
        await client.SendGetAsync();
        await client.ReadResponseHeadAsync();

        Assert.Equal(FileHosts.Large, await CountToEndAsync(client));
    }

    private static async Task<long> CountToEndAsync(RawClient client)
    {
        var received = (long)client.Pending.Length;
        var buffer = new byte[1024 * 1024];
        try
        {
            int count;
            while ((count = await client.Socket.ReceiveAsync(buffer, System.Net.Sockets.SocketFlags.None).OrTimeout("the end")) > 0)
                received += count;
        }
        catch (System.Net.Sockets.SocketException)
        {
            // Reset: what came before counts.
        }

        return received;
    }

    /// <summary>What a call throws inside a handler; the handler then answers in order, so that the server's side is seen to be intact.</summary>
    private static async Task<Exception?> CatchAsync(TransportKind transport, Func<HttpContext, Task> call)
    {
        Exception? thrown = null;
        await using var host = await KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            App = app => app.Run(async context =>
            {
                context.Response.ContentLength = 2;
                thrown = await Record.ExceptionAsync(() => call(context));
                await context.Response.WriteAsync("ok");
            }),
        });
        using var client = await host.ConnectAsync();

        Assert.Equal("ok", (await client.GetAsync()).Text);
        return thrown;
    }
}
