using System.Net.Sockets;
using Aeronet.AspNetCore.Transport.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Transport.Tests.Files;

/// <summary>A region is one part of a response among others, and its file's handle is held for as long as it needs to be.</summary>
public sealed class RegionTests : IDisposable
{
    private readonly PatternFile _file = PatternFile.Create(FileHosts.Large);

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task TwoRegions_WithTextAround_InOrder()
    {
        const int Part = 50_000;
        await using var host = await FileHosts.StartAsync(async context =>
        {
            using var file = File.OpenHandle(_file.FullPath);
            context.Response.ContentLength = "--a\r\n".Length + Part + "\r\n--b\r\n".Length + Part + "\r\n--end".Length;
            await context.Response.WriteAsync("--a\r\n");
            await context.Region().SendFileAsync(file, 100, Part);
            await context.Response.WriteAsync("\r\n--b\r\n");
            await context.Region().SendFileAsync(file, 120_000, Part);
            await context.Response.WriteAsync("\r\n--end");
        });
        using var client = await host.ConnectAsync();

        for (var i = 0; i < 3; i++)
        {
            await client.SendGetAsync();
            Assert.Equal(2 * Part + 19, int.Parse((await client.ReadResponseHeadAsync())["Content-Length"]!));
            Assert.Equal("--a\r\n", await client.ReadUntilAsync("a\r\n"));
            await client.VerifyAsync(Part, 100);
            Assert.Equal("\r\n--b\r\n", await client.ReadUntilAsync("b\r\n"));
            await client.VerifyAsync(Part, 120_000);
            Assert.Equal("\r\n--end", await client.ReadUntilAsync("end"));
        }

        await host.ZeroCopyIsAsync(6 * Part);
        Assert.Equal(0, host.Metrics.Total("aeronet.sendfile.fallbacks"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(1_000_000)]
    public async Task Writes_BeforeAndAfter_InOrder(int size)
    {
        await using var host = await FileHosts.StartAsync(async context =>
        {
            context.Response.ContentLength = (2 * size) + FileHosts.Large;

            // Not flushed: the region has to wait for it.
            Pattern.Bytes(size).CopyTo(context.Response.BodyWriter.GetMemory(size));
            context.Response.BodyWriter.Advance(size);
            await context.Response.SendFileAsync(_file.FullPath);
            await context.Response.Body.WriteAsync(Pattern.Bytes(size));
        });
        using var client = await host.ConnectAsync();
        await client.SendGetAsync();

        await client.ReadResponseHeadAsync();
        await client.VerifyAsync(size);
        await client.VerifyAsync(FileHosts.Large);
        await client.VerifyAsync(size);
        await host.ZeroCopyIsAsync(FileHosts.Large);
    }

    [Fact]
    public async Task ManySmallRegions_InOrder()
    {
        const int Part = 9000;
        await using var host = await FileHosts.StartAsync(async context =>
        {
            using var file = File.OpenHandle(_file.FullPath);
            context.Response.ContentLength = 20 * Part;
            for (var i = 0; i < 20; i++)
                await context.Region().SendFileAsync(file, i * Part, Part);
        });
        using var client = await host.ConnectAsync();

        Assert.Equal(-1, Pattern.FindMismatch((await client.GetAsync()).Body));
        await host.ZeroCopyIsAsync(20 * Part);
    }

    [Fact]
    public async Task Handle_DisposedRightAfterAwaiting_EveryByteArrives()
    {
        using var big = PatternFile.Create(20_000_000);
        await using var host = await FileHosts.StartAsync(async context =>
        {
            context.Response.ContentLength = big.Length;
            using (var file = File.OpenHandle(big.FullPath))
                await context.Region().SendFileAsync(file, 0, big.Length);
        });
        using var client = await RawClient.ConnectAsync(host.EndPoint, receiveBufferSize: 16 * 1024);
        await client.SendGetAsync();

        await client.ReadResponseHeadAsync();
        await client.VerifyAsync(big.Length);
        await host.ZeroCopyIsAsync(big.Length);
        await Eventually.HoldsAsync(() => big.CountOpen() == 0, "the file to be closed");
    }

    [Fact]
    public async Task Handle_DisposedWhileSending_EveryByteArrivesAndThenItCloses()
    {
        using var big = PatternFile.Create(20_000_000);
        await using var host = await FileHosts.StartAsync(async context =>
        {
            context.Response.ContentLength = big.Length;
            var file = File.OpenHandle(big.FullPath);
            var sending = context.Region().SendFileAsync(file, 0, big.Length);
            Assert.False(sending.IsCompleted);
            file.Dispose();
            await sending;
        });
        using var client = await RawClient.ConnectAsync(host.EndPoint, receiveBufferSize: 16 * 1024);
        await client.SendGetAsync();
        await client.ReadResponseHeadAsync();
        Assert.Equal(1, big.CountOpen());

        await client.VerifyAsync(big.Length);
        await Eventually.HoldsAsync(() => big.CountOpen() == 0, "the file to be closed");
    }

    [Fact]
    public async Task Handle_AlreadyDisposed_ObjectDisposedException()
    {
        Exception? thrown = null;
        await using var host = await FileHosts.StartAsync(async context =>
        {
            var file = File.OpenHandle(_file.FullPath);
            file.Dispose();
            thrown = await Record.ExceptionAsync(() => context.Region().SendFileAsync(file, 0, FileHosts.Large));
            context.Abort();
        });
        using var client = await host.ConnectAsync();

        await client.SendGetAsync();
        await client.ReadToEndAsync();

        Assert.IsType<ObjectDisposedException>(thrown);
    }

    [Fact]
    public async Task KeepAlive_FilesAndTextInTurn_EachAnswerIsRight()
    {
        await using var host = await FileHosts.StartAsync(async context =>
        {
            if (context.Request.Path == "/text")
            {
                await context.Response.WriteAsync("text");
                return;
            }

            context.Response.ContentLength = FileHosts.Large;
            await context.Response.SendFileAsync(_file.FullPath);
        });
        using var client = await host.ConnectAsync();

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(-1, Pattern.FindMismatch((await client.GetAsync("/file")).Body));
            Assert.Equal("text", (await client.GetAsync("/text")).Text);
        }

        await host.ZeroCopyIsAsync(20 * FileHosts.Large);
        await Eventually.HoldsAsync(() => _file.CountOpen() == 0, "the file to be closed");
    }

    [Fact]
    public async Task Pipelined_FilesAndText_AnsweredInOrder()
    {
        await using var host = await FileHosts.StartAsync(async context =>
        {
            var number = int.Parse(context.Request.Path.Value!.AsSpan(1));
            if (number % 3 == 2)
            {
                await context.Response.WriteAsync($"text {number}");
                return;
            }

            context.Response.ContentLength = 10_000 + number;
            await context.Response.SendFileAsync(_file.FullPath, number, 10_000 + number);
        });
        using var client = await host.ConnectAsync();

        await client.SendAsync(string.Concat(Enumerable.Range(0, 60).Select(i => $"GET /{i} HTTP/1.1\r\nHost: localhost\r\n\r\n")));

        for (var i = 0; i < 60; i++)
        {
            var response = await client.ReadResponseAsync();
            if (i % 3 == 2)
            {
                Assert.Equal($"text {i}", response.Text);
            }
            else
            {
                Assert.Equal(10_000 + i, response.Body.Length);
                Assert.Equal(-1, Pattern.FindMismatch(response.Body, i));
            }
        }
    }

    [Fact]
    public async Task UnixSocket_ZeroCopy()
    {
        var folder = Directory.CreateTempSubdirectory("aeronet-").FullName;
        try
        {
            var path = Path.Combine(folder, "files.sock");
            await using var host = await KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
            {
                DefaultEndpoint = false,
                Kestrel = kestrel => kestrel.ListenUnixSocket(path),
                App = app => app.Run(context =>
                {
                    context.Response.ContentLength = FileHosts.Large;
                    return context.Response.SendFileAsync(_file.FullPath);
                }),
            });
            using var client = await RawClient.ConnectAsync(new UnixDomainSocketEndPoint(path));

            for (var i = 0; i < 3; i++)
                Assert.Equal(-1, Pattern.FindMismatch((await client.GetAsync()).Body));

            await host.ZeroCopyIsAsync(3 * FileHosts.Large);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(DispatchMode.Inline)]
    [InlineData(DispatchMode.ThreadPool)]
    public async Task OtherDispatchModes_ZeroCopy(DispatchMode mode)
    {
        using var big = PatternFile.Create(5_000_000);
        await using var host = await FileHosts.StartAsync(
            async context =>
            {
                context.Response.ContentLength = big.Length;
                await Task.Yield();
                await context.Response.SendFileAsync(big.FullPath);
            },
            transport => transport.Dispatch = mode);
        using var client = await host.ConnectAsync();

        for (var i = 0; i < 5; i++)
            Assert.Equal(-1, Pattern.FindMismatch((await client.GetAsync()).Body));

        await host.ZeroCopyIsAsync(5 * big.Length);
    }
}
