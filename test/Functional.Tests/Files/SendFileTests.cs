using System.IO.Compression;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aeronet.AspNetCore.Functional.Tests.Files;

/// <summary>Every way an application sends a file gives the client the same bytes, zero-copy or not.</summary>
public sealed class SendFileTests : IDisposable
{
    private const int Size = 3_000_001;
    private readonly string _folder = Directory.CreateTempSubdirectory("aeronet-").FullName;

    public SendFileTests()
    {
        File.WriteAllBytes(Path.Combine(_folder, "file.bin"), Pattern.Bytes(Size));
        File.WriteAllBytes(Path.Combine(_folder, "empty.bin"), []);
    }

    private string FilePath => Path.Combine(_folder, "file.bin");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory, BothTransports]
    public async Task SendFile_Whole_EveryByteAndTheNextRequestWorks(TransportKind transport)
    {
        await using var host = await StartAsync(transport);
        using var client = await host.ConnectAsync();

        for (var i = 0; i < 5; i++)
        {
            await AssertBodyAsync(client, "/send", 0, Size);
            Assert.Equal("between", (await client.GetAsync("/text")).Text);
        }

        // Nothing stands in the way here: Aeronet has not copied a byte.
        if (transport == TransportKind.Aeronet)
            Assert.Equal(5L * Size, host.Metrics.Total("aeronet.sendfile.bytes"));
    }

    [Theory]
    [BothTransports(0, 1)]
    [BothTransports(1, 4095)]
    [BothTransports(4096, 4096)]
    [BothTransports(4097, 1_000_000)]
    [BothTransports(Size - 1, 1)]
    [BothTransports(100, Size - 100)]
    [BothTransports(10, 0)]
    public async Task SendFile_Region_ExactlyThatRegion(TransportKind transport, int offset, int count)
    {
        await using var host = await StartAsync(transport);
        using var client = await host.ConnectAsync();

        await AssertBodyAsync(client, $"/send?offset={offset}&count={count}", offset, count);
        await AssertBodyAsync(client, $"/send?offset={offset}&count={count}", offset, count);
    }

    [Theory, BothTransports]
    public async Task SendFile_WithoutContentLength_ChunkedAndWhole(TransportKind transport)
    {
        await using var host = await StartAsync(transport);
        using var client = await host.ConnectAsync();

        var response = await client.GetAsync("/send?chunked=1");

        Assert.Equal("chunked", response["Transfer-Encoding"]);
        Assert.Equal(Size, response.Body.Length);
        Assert.Equal(-1, Pattern.FindMismatch(response.Body));
    }

    [Theory, BothTransports]
    public async Task SendFile_BetweenWrites_InOrder(TransportKind transport)
    {
        await using var host = await StartAsync(transport);
        using var client = await host.ConnectAsync();

        for (var i = 0; i < 3; i++)
        {
            var body = (await client.GetAsync("/mixed")).Body;
            Assert.Equal("before"u8.ToArray(), body[..6]);
            Assert.Equal(-1, Pattern.FindMismatch(body.AsSpan(6, Size)));
            Assert.Equal("after"u8.ToArray(), body[(6 + Size)..]);
        }
    }

    [Theory, BothTransports]
    public async Task SendFile_Head_NoBody(TransportKind transport)
    {
        await using var host = await StartAsync(transport);
        using var client = await host.ConnectAsync();

        for (var i = 0; i < 3; i++)
        {
            await client.SendAsync("HEAD /send HTTP/1.1\r\nHost: localhost\r\n\r\n");
            Assert.Equal($"{Size}", (await client.ReadResponseAsync(head: true))["Content-Length"]);
        }

        Assert.Equal("between", (await client.GetAsync("/text")).Text);
    }

    [Theory, BothTransports]
    public async Task ResultsFile_WholeAndRange_RightBytes(TransportKind transport)
    {
        await using var host = await StartAsync(transport);
        using var client = await host.ConnectAsync();

        await AssertBodyAsync(client, "/result", 0, Size);
        var range = await client.GetAsync("/result", "Range: bytes=5000-1004999");
        Assert.Equal(206, range.StatusCode);
        Assert.Equal(1_000_000, range.Body.Length);
        Assert.Equal(-1, Pattern.FindMismatch(range.Body, 5000));
    }

    [Theory, BothTransports]
    public async Task UseStaticFiles_WholeRangeAndEmpty_RightBytes(TransportKind transport)
    {
        await using var host = await StartAsync(transport);
        using var client = await host.ConnectAsync();

        await AssertBodyAsync(client, "/static/file.bin", 0, Size);
        var range = await client.GetAsync("/static/file.bin", "Range: bytes=-777");
        Assert.Equal(206, range.StatusCode);
        Assert.Equal(-1, Pattern.FindMismatch(range.Body, Size - 777));
        Assert.Empty((await client.GetAsync("/static/empty.bin")).Body);
        await AssertBodyAsync(client, "/static/file.bin", 0, Size);
    }

    [Theory, BothTransports]
    public async Task SendFile_Pipelined_InOrder(TransportKind transport)
    {
        await using var host = await StartAsync(transport);
        using var client = await host.ConnectAsync();

        var request = "GET /send?offset=10&count=50000 HTTP/1.1\r\nHost: localhost\r\n\r\nGET /text HTTP/1.1\r\nHost: localhost\r\n\r\n";
        await client.SendAsync(string.Concat(Enumerable.Repeat(request, 20)));
        for (var i = 0; i < 20; i++)
        {
            var file = await client.ReadResponseAsync();
            Assert.Equal(50_000, file.Body.Length);
            Assert.Equal(-1, Pattern.FindMismatch(file.Body, 10));
            Assert.Equal("between", (await client.ReadResponseAsync()).Text);
        }
    }

    [Theory, BothTransports]
    public async Task SendFile_SlowReader_EveryByteIsRight(TransportKind transport)
    {
        await using var host = await StartAsync(transport);
        using var client = await RawClient.ConnectAsync(host.EndPoint, receiveBufferSize: 8 * 1024);

        await client.SendGetAsync("/send");
        await client.ReadResponseHeadAsync();
        for (var position = 0; position < Size;)
        {
            var part = await client.ReadExactlyAsync(Math.Min(100_000, Size - position));
            Assert.Equal(-1, Pattern.FindMismatch(part, position));
            position += part.Length;
            await Task.Delay(5);
        }
    }

    [Theory, BothTransports]
    public async Task SendFile_ClientLeavesHalfway_FileIsReleasedAndTheServerLives(TransportKind transport)
    {
        await using var host = await StartAsync(transport);
        for (var i = 0; i < 10; i++)
        {
            using var client = await RawClient.ConnectAsync(host.EndPoint, receiveBufferSize: 8 * 1024);
            await client.SendGetAsync("/send");
            await client.ReadExactlyAsync(10_000);
            if (i % 2 == 0)
                client.Reset();
        }

        await Eventually.HoldsAsync(() => !HoldsOpen(FilePath), "the file to be closed");
        using var next = await host.ConnectAsync();
        await AssertBodyAsync(next, "/send", 0, Size);
    }

    [Theory]
    [BothTransports(1, true)]
    [BothTransports(2, true)]
    [BothTransports(2, false)]
    public async Task SendFile_OverTlsOrHttp2_EveryByteIsRight(TransportKind transport, int major, bool tls)
    {
        using var certificate = tls ? TestCertificate.Create() : null;
        await using var host = await StartAsync(transport, listen =>
        {
            if (certificate is not null)
                listen.UseHttps(certificate);
            else
                listen.Protocols = HttpProtocols.Http2;
        });
        using var client = host.CreateHttpClient(new Version(major, major == 1 ? 1 : 0), certificate);

        foreach (var path in new[] { "/send", "/result", "/static/file.bin" })
        {
            var bodies = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => client.GetByteArrayAsync(path)));
            Assert.All(bodies, b => Assert.Equal((Size, -1L), (b.Length, Pattern.FindMismatch(b))));
        }
    }

    [Theory, BothTransports]
    public async Task SendFile_ThroughResponseCompression_EveryByteIsRight(TransportKind transport)
    {
        await using var host = await StartAsync(transport);
        using var client = await host.ConnectAsync();

        var response = await client.GetAsync("/static/file.bin", "Accept-Encoding: gzip");

        Assert.Equal("gzip", response["Content-Encoding"]);
        using var plain = new GZipStream(new MemoryStream(response.Body), CompressionMode.Decompress);
        Assert.Equal(Size, await Pattern.VerifyAsync(plain));
    }

    private static async Task AssertBodyAsync(RawClient client, string path, int offset, int count)
    {
        var response = await client.GetAsync(path);
        Assert.Equal(200, response.StatusCode);
        Assert.Equal($"{count}", response["Content-Length"]);
        Assert.Equal(-1, Pattern.FindMismatch(response.Body, offset));
    }

    private static bool HoldsOpen(string path)
        => Directory.EnumerateFileSystemEntries("/proc/self/fd").Any(fd => new FileInfo(fd).LinkTarget == path);

    private Task<KestrelHost> StartAsync(TransportKind transport, Action<ListenOptions>? listen = null)
        => FileHost.StartAsync(transport, _folder, listen);
}
