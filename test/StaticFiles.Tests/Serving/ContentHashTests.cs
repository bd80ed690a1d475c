using System.Diagnostics;
using Aeronet.AspNetCore.StaticFiles.Files;
using Aeronet.AspNetCore.StaticFiles.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Serving;

/// <summary>What hashing content costs: one reading for each version, and no thread that serves.</summary>
[Collection(Alone.Name)]
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

    // A log: whatever is read of it is out of date at once.
    [Theory]
    [InlineData(0)]
    [InlineData(256)]
    public async Task Get_FileThatGrows_NotReadInVain(int cacheSize)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc.");
        await using var site = await TestSite.StartAsync(
            ServerKind.Aeronet, o => (o.EntityTags, o.OpenFileCacheSize) = (EntityTagSource.ContentHash, cacheSize));
        WriteLarge(site, "log.txt");
        using var log = File.AppendText(site.PathOf("log.txt"));
        log.AutoFlush = true;
        var before = BytesRead();
        for (var i = 0; i < 5; i++)
        {
            await log.WriteAsync("line\n");

            // Longer than the times need to tell two changes apart.
            await Task.Delay(60);
            Assert.StartsWith("W/", (await site.SendAsync(HttpMethod.Head, "/log.txt"))["ETag"], StringComparison.Ordinal);
        }

        Assert.InRange(BytesRead() - before, 0, Large / 2);
        await site.GetUntilAsync("/log.txt", answer => answer["ETag"]!.StartsWith('"'), "Range: bytes=0-0");
    }

    [Fact]
    public async Task Tag_ChangedWhileItIsRead_Stopped()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc.");
        await using var site = await TestSite.StartAsync(ServerKind.Sockets);
        WriteLarge(site, "large.bin");
        var opened = PhysicalFile.Open(site.PathOf("large.bin"));
        var file = new OpenFile(opened.Handle!, opened.Stat, new FileDescription("large.bin", "text/plain", IsTaggedByContent: true));
        using var hashes = new ContentHashes(new GrowingRoot());
        var before = BytesRead();

        await hashes.TagAsync(file)!;

        Assert.True(file.NeedsContentHash);
        Assert.InRange(BytesRead() - before, 1, Large / 4);
        file.Release();
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

    private sealed class GrowingRoot : IFileRoot
    {
        public string Strategy => "growing";

        public OpenResult Open(ReadOnlySpan<byte> path) => throw new InvalidOperationException("Nothing is opened.");

        public bool TryStat(SafeFileHandle file, out FileStat stat)
        {
            stat = PhysicalFile.Stat(file);
            stat = stat with { Size = stat.Size + 1 };
            return true;
        }
    }

    private static long BytesRead() => long.Parse(
        File.ReadLines("/proc/self/io").First(line => line.StartsWith("rchar:", StringComparison.Ordinal))[6..],
        System.Globalization.CultureInfo.InvariantCulture);
}
