using Aeronet.AspNetCore.Transport.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Transport.Tests.Files;

/// <summary>Files beyond what 32 bits count. They have holes, so that they take no disk.</summary>
public sealed class LargeFileTests : IDisposable
{
    private const long FourGiB = 4L * 1024 * 1024 * 1024;
    private const int Tail = 1_000_000;

    private readonly PatternFile _file = PatternFile.CreateSparse(FourGiB + Tail, Tail);

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task SendFileAsync_RegionBeyond4GiB_EveryByteIsRight()
    {
        await using var host = await FileHosts.StartAsync(context =>
        {
            context.Response.ContentLength = Tail - 17;
            return context.Response.SendFileAsync(_file.FullPath, FourGiB + 17, Tail - 17);
        });
        using var client = await host.ConnectAsync();

        await client.SendGetAsync();
        await client.ReadResponseHeadAsync();

        await client.VerifyAsync(Tail - 17, FourGiB + 17);
        await host.ZeroCopyIsAsync(Tail - 17);
    }

    [Fact]
    public async Task SendFileAsync_RegionAcross4GiB_EveryByteIsRight()
    {
        await using var host = await FileHosts.StartAsync(context =>
        {
            context.Response.ContentLength = 2 * Tail;
            return context.Response.SendFileAsync(_file.FullPath, FourGiB - Tail, 2 * Tail);
        });
        using var client = await host.ConnectAsync();

        await client.SendGetAsync();
        await client.ReadResponseHeadAsync();

        await client.DiscardAsync(Tail, zeros: true);
        await client.VerifyAsync(Tail, FourGiB);
        await host.ZeroCopyIsAsync(2 * Tail);
    }

    [Fact]
    public async Task SendFileAsync_WholeFileOver4GiB_LengthAndTailAreRight()
    {
        await using var host = await FileHosts.StartAsync(context =>
        {
            context.Response.ContentLength = _file.Length;
            return context.Response.SendFileAsync(_file.FullPath);
        });
        using var client = await host.ConnectAsync();

        await client.SendGetAsync();
        Assert.Equal(_file.Length.ToString(), (await client.ReadResponseHeadAsync())["Content-Length"]);
        await client.DiscardAsync(FourGiB, zeros: false).OrTimeout("4 GiB", TimeSpan.FromMinutes(5));

        await client.VerifyAsync(Tail, FourGiB);
        await host.ZeroCopyIsAsync(_file.Length);

        // Nothing follows: the connection goes on with the next request.
        await client.SendAsync("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Assert.Equal(200, (await client.ReadResponseAsync(head: true)).StatusCode);
    }
}
