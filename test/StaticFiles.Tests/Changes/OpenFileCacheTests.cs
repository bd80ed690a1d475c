using System.Text;
using Aeronet.AspNetCore.StaticFiles.Files;
using Aeronet.AspNetCore.StaticFiles.Native;
using Aeronet.AspNetCore.StaticFiles.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Changes;

public sealed class OpenFileCacheTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("aeronet-cache-");

    public OpenFileCacheTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux.");
        for (var i = 0; i < 32; i++)
        {
            File.WriteAllText(Path.Combine(_root.FullName, $"{i}"), $"content of {i}");
        }
    }

    [Fact]
    public void Find_MoreFilesThanPlaces_NoMoreOpenThanPlaces()
    {
        using var files = CreateFinder(capacity: 4);
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 32; i++)
            {
                Assert.Equal($"content of {i}", Read(files, $"/{i}"));
                Assert.True(OpenDescriptors.Below(_root.FullName) <= 4);
            }
        }

        Assert.Equal(4, OpenDescriptors.Below(_root.FullName));
    }

    [Fact]
    public void Find_FrequentFile_StaysWhileOthersPass()
    {
        using var files = CreateFinder(capacity: 4);
        var first = Find(files, "/0");
        first.Release();
        for (var i = 1; i < 32; i++)
        {
            Read(files, $"/{i}");
            var again = Find(files, "/0");
            Assert.Same(first, again);
            again.Release();
        }
    }

    [Fact]
    public void Find_MissingNames_NotKept()
    {
        using var files = CreateFinder(capacity: 4);
        Read(files, "/0");
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(FindOutcome.NotFound, files.Find($"/missing{i}", 0, out _));
        }

        Assert.Equal(1, OpenDescriptors.Below(_root.FullName));
    }

    [Fact]
    public void Release_EvictedWhileInUse_ClosedByTheLastUser()
    {
        using var files = CreateFinder(capacity: 1);
        var inUse = Find(files, "/0");
        Read(files, "/1");

        Assert.Equal("content of 0", Content(inUse));
        Assert.False(inUse.Handle.IsClosed);
        inUse.Release();

        Assert.True(inUse.Handle.IsClosed);
        Assert.False(inUse.TryAddReference());
    }

    [Fact]
    public void Sweep_UnusedSinceTheLastOne_Closed()
    {
        using var cache = new OpenFileCache(8);
        var files = new[] { Open("0"), Open("1") };
        cache.Set(new CachedFile("/0", files[0], long.MaxValue));
        cache.Set(new CachedFile("/1", files[1], long.MaxValue));
        files[0].Release();
        files[1].Release();

        Assert.True(cache.TryGet("/0", out _));
        cache.Sweep();

        Assert.False(files[0].Handle.IsClosed);
        Assert.True(files[1].Handle.IsClosed);
        Assert.False(cache.TryGet("/1", out _));
        cache.Sweep();
        Assert.True(files[0].Handle.IsClosed);
    }

    [Fact]
    public void Set_AfterDispose_NotKept()
    {
        var cache = new OpenFileCache(8);
        cache.Dispose();
        var file = Open("0");
        cache.Set(new CachedFile("/0", file, long.MaxValue));
        file.Release();

        Assert.True(file.Handle.IsClosed);
    }

    // Threads that find, read and release what others evict and replace: every read is of the right file, nothing is left open.
    [Fact]
    public async Task Find_ManyThreadsAndChanges_RightFileAndNothingLeaks()
    {
        using (var files = CreateFinder(capacity: 6, maxAge: TimeSpan.FromMilliseconds(1)))
        {
            using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(1.5));
            var replacing = Task.Run(() => ReplaceFiles(stop.Token), CancellationToken.None);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(seed => Task.Run(
                () =>
                {
                    var random = new Random(seed);
                    while (!stop.IsCancellationRequested)
                    {
                        var i = random.Next(12);
                        Assert.Equal($"content of {i}", Read(files, $"/{i}"));
                    }
                },
                CancellationToken.None)));
            await replacing;
        }

        Assert.Equal(0, OpenDescriptors.Below(_root.FullName));
    }

    [Fact]
    public void Find_Cached_AllocatesNothing()
    {
        using var files = CreateFinder(capacity: 4);
        Find(files, "/0").Release();

        // The best of many: the runtime makes something of its own on this thread once in a while, and a file that a busy machine has
        // kept waiting is looked at again.
        var least = long.MaxValue;
        for (var round = 0; round < 10 && least > 0; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
            {
                files.Find("/0", 0, out var file);
                file!.Release();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    public void Dispose() => _root.Delete(recursive: true);

    private FileFinder CreateFinder(int capacity, TimeSpan? maxAge = null)
    {
        var options = new AeronetStaticFileOptions { OpenFileCacheSize = capacity, OpenFileCacheMaxAge = maxAge ?? TimeSpan.FromHours(1) };
        return new FileFinder(LinuxFileRoot.TryOpen(_root.FullName, options.Symlinks)!, options, NullLogger.Instance);
    }

    private void ReplaceFiles(CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i = (i + 1) % 12)
        {
            var path = Path.Combine(_root.FullName, $"{i}");
            File.WriteAllText(path + ".new", $"content of {i}");
            File.Move(path + ".new", path, overwrite: true);
        }
    }

    private OpenFile Open(string name)
    {
        var opened = LinuxFileRoot.TryOpen(_root.FullName, SymlinkPolicy.Deny)!.Open([.. Encoding.UTF8.GetBytes(name), 0]);
        return new OpenFile(opened.Handle!, opened.Stat, new FileDescription(name, "text/plain"));
    }

    private static OpenFile Find(FileFinder files, string path)
    {
        Assert.Equal(FindOutcome.File, files.Find(path, 0, out var file));
        return file!;
    }

    private static string Read(FileFinder files, string path)
    {
        var file = Find(files, path);
        var content = Content(file);
        file.Release();
        return content;
    }

    private static string Content(OpenFile file)
    {
        var content = new byte[file.Stat.Size];
        Assert.Equal(content.Length, RandomAccess.Read(file.Handle, content, 0));
        return Encoding.UTF8.GetString(content);
    }
}
