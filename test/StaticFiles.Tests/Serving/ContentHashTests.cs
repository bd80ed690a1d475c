using System.Diagnostics;
using Aeronet.AspNetCore.StaticFiles.Tests.Support;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Serving;

/// <summary>What hashing content costs: one reading for each version, and no thread that serves.</summary>
public sealed class ContentHashTests
{
    private const long Large = 96L << 20;

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

    [Fact]
    public async Task Get_LargeFile_OthersAreServedMeanwhile()
    {
        await using var site = await TestSite.StartAsync(ServerKind.Aeronet, o => o.EntityTags = EntityTagSource.ContentHash);
        WriteLarge(site, "large.bin");
        site.Write("small.txt", "small");
        await site.GetAsync("/small.txt");

        var large = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => site.SendAsync(HttpMethod.Head, "/large.bin")));
        var slowest = TimeSpan.Zero;
        while (!large.IsCompleted)
        {
            var start = Stopwatch.GetTimestamp();
            Assert.Equal("small", (await site.GetAsync("/small.txt")).Text);
            slowest = Stopwatch.GetElapsedTime(start) > slowest ? Stopwatch.GetElapsedTime(start) : slowest;
        }

        await large;
        Assert.DoesNotContain(site.Host.Logs.From("Aeronet.AspNetCore.Transport"), e => e.Message.Contains("large.bin", StringComparison.Ordinal));
        Assert.True(slowest < TimeSpan.FromSeconds(2), $"A small file took {slowest}.");
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
