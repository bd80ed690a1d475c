using Aeronet.AspNetCore.Transport.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.FileProviders.Physical;

namespace Aeronet.AspNetCore.Transport.Tests.Files;

/// <summary>Every way by which an application sends a file goes by sendfile, without a change to the application.</summary>
public sealed class CallerTests : IDisposable
{
    private readonly PatternFile _file = PatternFile.Create(FileHosts.Large);

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task UseStaticFiles_Get_ZeroCopy()
    {
        await using var host = await StartAsync(app => app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = new PhysicalFileProvider(_file.Folder),
            ServeUnknownFileTypes = true,
        }));
        using var client = await host.ConnectAsync();

        var response = await client.GetAsync("/data.bin");

        Assert.Equal(200, response.StatusCode);
        await VerifyAsync(host, response, 0, FileHosts.Large);
    }

    [Fact]
    public async Task UseStaticFiles_Range_ZeroCopyOfTheRange()
    {
        await using var host = await StartAsync(app => app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = new PhysicalFileProvider(_file.Folder),
            ServeUnknownFileTypes = true,
        }));
        using var client = await host.ConnectAsync();

        var response = await client.GetAsync("/data.bin", "Range: bytes=1000-150999");

        Assert.Equal(206, response.StatusCode);
        await VerifyAsync(host, response, 1000, 150_000);
    }

    [Fact]
    public async Task ResultsFile_Path_ZeroCopy()
    {
        await using var host = await StartAsync(app => app.MapGet("/", () => Results.File(_file.FullPath, "application/octet-stream")));
        using var client = await host.ConnectAsync();

        await VerifyAsync(host, await client.GetAsync(), 0, FileHosts.Large);
    }

    [Fact]
    public async Task TypedResultsPhysicalFile_Range_ZeroCopyOfTheRange()
    {
        await using var host = await StartAsync(
            app => app.MapGet("/", () => TypedResults.PhysicalFile(_file.FullPath, enableRangeProcessing: true)));
        using var client = await host.ConnectAsync();

        var response = await client.GetAsync("/", "Range: bytes=-100000");

        Assert.Equal(206, response.StatusCode);
        await VerifyAsync(host, response, FileHosts.Large - 100_000, 100_000);
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, null)]
    [InlineData(4096, 100_000L)]
    [InlineData(65_537, 65_537L)]
    [InlineData(0, (long)FileHosts.Large)]
    public async Task SendFileAsync_OffsetAndCount_ZeroCopy(long offset, long? count)
    {
        var length = count ?? FileHosts.Large - offset;
        await using var host = await FileHosts.StartAsync(context =>
        {
            context.Response.ContentLength = length;
            return context.Response.SendFileAsync(_file.FullPath, offset, count);
        });
        using var client = await host.ConnectAsync();

        await VerifyAsync(host, await client.GetAsync(), offset, length);
    }

    [Theory]
    [InlineData("GET / HTTP/1.0\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")]
    public async Task SendFileAsync_ConnectionClosesAfterIt_ZeroCopyThenFin(string request)
    {
        await using var host = await FileHosts.StartAsync(context =>
        {
            context.Response.ContentLength = FileHosts.Large;
            return context.Response.SendFileAsync(_file.FullPath);
        });
        using var client = await host.ConnectAsync();
        await client.SendAsync(request);

        await VerifyAsync(host, await client.ReadResponseAsync(), 0, FileHosts.Large);
        var (rest, end) = await client.ReadToEndAsync();
        Assert.Empty(rest);
        Assert.Equal(ConnectionEnd.Finished, end);
    }

    [Fact]
    public async Task SendFileAsync_WaitedForOnTheLoop_SlowReader_GetsEverything()
    {
        // Sync over async: the thread that could send the rest is blocked, so another one has to.
        using var big = PatternFile.Create(20_000_000);
        await using var host = await KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            Transport = transport => transport.EventLoops = 1,
            App = app => app.Run(context =>
            {
                context.Response.ContentLength = big.Length;
                context.Response.SendFileAsync(big.FullPath).GetAwaiter().GetResult();
                return Task.CompletedTask;
            }),
        });
        using var client = await RawClient.ConnectAsync(host.EndPoint, receiveBufferSize: 32 * 1024);
        await client.SendGetAsync();

        await client.ReadResponseHeadAsync();
        await client.VerifyAsync(big.Length);
        await host.ZeroCopyIsAsync(big.Length);
    }

    [Fact]
    public async Task SendFileAsync_FileInfo_ZeroCopy()
    {
        await using var host = await FileHosts.StartAsync(context =>
        {
            context.Response.ContentLength = 50_000;
            return context.Response.SendFileAsync(new PhysicalFileInfo(new FileInfo(_file.FullPath)), 10, 50_000);
        });
        using var client = await host.ConnectAsync();

        await VerifyAsync(host, await client.GetAsync(), 10, 50_000);
    }

    [Fact]
    public async Task RegionFeature_Handle_ZeroCopyAndTheHandleStaysTheCallers()
    {
        using var handle = File.OpenHandle(_file.FullPath);
        await using var host = await FileHosts.StartAsync(context =>
        {
            context.Response.ContentLength = 100_000;
            return context.Region().SendFileAsync(handle, 7, 100_000);
        });
        using var client = await host.ConnectAsync();

        // One handle for many responses, as a cache of open files has it.
        for (var i = 0; i < 3; i++)
            Assert.Equal(-1, Pattern.FindMismatch((await client.GetAsync()).Body, 7));

        await host.ZeroCopyIsAsync(300_000);
        Assert.False(handle.IsClosed);
        Assert.Equal(1, _file.CountOpen());
    }

    [Fact]
    public async Task SendFileAsync_ZeroBytes_EmptyBody()
    {
        using var handle = File.OpenHandle(_file.FullPath);
        await using var host = await FileHosts.StartAsync(context =>
        {
            context.Response.ContentLength = 0;
            return context.Request.Path == "/handle"
                ? context.Region().SendFileAsync(handle, FileHosts.Large, 0)
                : context.Response.SendFileAsync(_file.FullPath, FileHosts.Large, 0);
        });
        using var client = await host.ConnectAsync();

        Assert.Empty((await client.GetAsync()).Body);
        Assert.Empty((await client.GetAsync("/handle")).Body);
        Assert.Empty((await client.GetAsync()).Body);
    }

    private static async Task VerifyAsync(KestrelHost host, RawResponse response, long offset, long count)
    {
        Assert.Equal(count, response.Body.Length);
        Assert.Equal(-1, Pattern.FindMismatch(response.Body, offset));
        await host.ZeroCopyIsAsync(count);
        Assert.Equal(0, host.Metrics.Total("aeronet.sendfile.fallbacks"));
    }

    private static Task<KestrelHost> StartAsync(Action<WebApplication> app) =>
        KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions { App = app });
}
