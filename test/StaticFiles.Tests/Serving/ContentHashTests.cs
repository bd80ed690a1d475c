using System.Diagnostics;
using Aeronet.AspNetCore.StaticFiles.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Serving;

/// <summary>What hashing content costs: one reading for each version, and no thread that serves.</summary>
public sealed class ContentHashTests
{
    private const long Large = 192L << 20;

    // Without a cache of open files every request opens the file anew.
    [Theory]
    [InlineData(ServerKind.Aeronet, 0)]
    [InlineData(ServerKind.Sockets, 256)]
    public async Task Get_ManyAtOnceAndLater_ReadOnce(ServerKind server, int cacheSize)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc.");
        await using var site = await TestSite.StartAsync(
            server, o => (o.EntityTags, o.OpenFileCacheSize) = (EntityTagSource.ContentHash, cacheSize));
        WriteLarge(site, "large.bin");
        File.CreateSymbolicLink(site.PathOf("link.bin"), "large.bin");
        var before = BytesRead();

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i =>
            site.SendAsync(HttpMethod.Head, i % 2 == 0 ? "/large.bin" : "/link.bin")));
        var later = await site.SendAsync(HttpMethod.Head, "/large.bin");

        Assert.All(answers.Append(later), answer => Assert.Equal((200, answers[0]["ETag"]), (answer.Status, answer["ETag"])));
        Assert.StartsWith("\"", later["ETag"], StringComparison.Ordinal);
        Assert.InRange(BytesRead() - before, Large, (2 * Large) - 1);
    }

    // Without hand-offs, so that a loop that hashed would serve nobody until it is done.
    [Fact]
    public async Task Get_LargeFile_OthersAreServedMeanwhile()
    {
        await using var site = await TestSite.StartAsync(
            ServerKind.Aeronet,
            o => o.EntityTags = EntityTagSource.ContentHash,
            services: services => services.Configure<AeronetTransportOptions>(transport => transport.Dispatch = DispatchMode.Inline));
        WriteLarge(site, "large.bin");
        site.Write("small.txt", "small");
        await site.GetAsync("/small.txt");

        var start = Stopwatch.GetTimestamp();
        var large = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => site.SendAsync(HttpMethod.Head, "/large.bin")));
        var slowest = TimeSpan.Zero;
        while (!large.IsCompleted)
        {
            var asked = Stopwatch.GetTimestamp();
            var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => site.GetAsync("/small.txt")));
            Assert.All(answers, answer => Assert.Equal("small", answer.Text));
            slowest = Stopwatch.GetElapsedTime(asked) > slowest ? Stopwatch.GetElapsedTime(asked) : slowest;
        }

        var took = Stopwatch.GetElapsedTime(start);
        Assert.All(await large, answer => Assert.StartsWith("\"", answer["ETag"], StringComparison.Ordinal));
        Assert.True(slowest < took / 2, $"Small files took up to {slowest}, the hash {took}.");
    }

    // Who leaves does not keep the others from the hash, nor the file open.
    [Fact]
    public async Task Get_ClientLeavesWhileHashing_OthersGetIt()
    {
        await using var site = await TestSite.StartAsync(
            ServerKind.Aeronet, o => (o.EntityTags, o.OpenFileCacheSize) = (EntityTagSource.ContentHash, 0));
        WriteLarge(site, "large.bin");
        using (var client = await RawClient.ConnectAsync(site.Host.EndPoint))
        {
            await client.SendAsync("HEAD /large.bin HTTP/1.1\r\nHost: a\r\n\r\n");
            await Task.Delay(20);
            client.Reset();
        }

        Assert.StartsWith("\"", (await site.SendAsync(HttpMethod.Head, "/large.bin"))["ETag"], StringComparison.Ordinal);
        await Eventually.HoldsAsync(() => OpenDescriptors.Below(site.Root) == 0, "the file is closed");
    }

    private static void WriteLarge(TestSite site, string name)
    {
        using (var file = File.OpenHandle(site.PathOf(name), FileMode.CreateNew, FileAccess.Write))
        {
            RandomAccess.Write(file, "the end."u8, Large - 8);
        }

        File.SetLastWriteTimeUtc(site.PathOf(name), DateTime.UtcNow.AddMinutes(-1));
        Thread.Sleep(60);
    }

    private static long BytesRead() => long.Parse(
        File.ReadLines("/proc/self/io").First(line => line.StartsWith("rchar:", StringComparison.Ordinal))[6..],
        System.Globalization.CultureInfo.InvariantCulture);
}
