using System.Diagnostics;
using Aeronet.AspNetCore.StaticFiles.Files;
using Aeronet.AspNetCore.StaticFiles.Files.Watching;
using Aeronet.AspNetCore.StaticFiles.Native;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Changes;

/// <summary>Directories that are swapped, removed and made again while others look files up in them.</summary>
public sealed class WatchRaceTests : IDisposable
{
    private static readonly string[] Names = ["a", "b", "c"];

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("aeronet-watch-race-");

    // Names are never looked up again by age: a change that is missed once is missed for good.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Find_WhileDirectoriesMove_EveryChangeIsSeen(int seed)
    {
        Support.GatedEvents.Create().Dispose();
        foreach (var name in Names)
        {
            Make(name, $"{name} at first");
        }

        File.CreateSymbolicLink(PathOf("link"), "a");
        using (var files = CreateFinder())
        {
            using var stop = new CancellationTokenSource();
            string[] paths = [.. Names.Select(name => $"/{name}/x/file"), "/link/x/file"];
            var looking = Enumerable.Range(0, 2).Select(_ => Task.Run(() => Look(files, paths, stop.Token), CancellationToken.None)).ToArray();
            var random = new Random(seed);
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < 1000 && watch.Elapsed < TimeSpan.FromSeconds(3); i++)
            {
                Change(random, i);
                foreach (var path in paths)
                {
                    var full = PathOf(path[1..]);
                    var expected = File.Exists(full) ? await File.ReadAllTextAsync(full, CancellationToken.None) : null;
                    await Eventually.HoldsAsync(() => Read(files, path) == expected, $"{path} to be '{expected}' after change {i}");
                }
            }

            await stop.CancelAsync();
            await Task.WhenAll(looking);
        }

        Assert.Equal(0, Support.OpenDescriptors.Below(_root.FullName));
    }

    public void Dispose() => _root.Delete(recursive: true);

    private void Change(Random random, int number)
    {
        var name = Names[random.Next(Names.Length)];
        switch (random.Next(5))
        {
            case 0 when Directory.Exists(PathOf(name)):
                Directory.Delete(PathOf(name), recursive: true);
                break;
            case 1 when Directory.Exists(PathOf($"{name}/x")):
                Directory.Move(PathOf($"{name}/x"), PathOf($"{name}/{number}"));
                break;
            case 2:
                File.Delete(PathOf("link"));
                File.CreateSymbolicLink(PathOf("link"), name);
                break;
            default:
                // One directory takes another's place.
                Make("next", $"{name} {number}");
                if (Directory.Exists(PathOf(name)))
                {
                    Directory.Move(PathOf(name), PathOf($"old{number}"));
                }

                Directory.Move(PathOf("next"), PathOf(name));
                break;
        }
    }

    private void Make(string directory, string content)
    {
        Directory.CreateDirectory(PathOf($"{directory}/x"));
        File.WriteAllText(PathOf($"{directory}/x/file"), content);
    }

    private string PathOf(string name) => Path.Combine(_root.FullName, name);

    private FileFinder CreateFinder()
    {
        var root = LinuxFileRoot.TryOpen(_root.FullName, SymlinkPolicy.InsideRoot)!;
        var options = new AeronetStaticFileOptions { OpenFileCacheMaxAge = TimeSpan.FromHours(1) };
        return new FileFinder(
            root, options, NullLogger.Instance, new DirectoryWatcher(root, NullLogger.Instance, new WatchMetrics(null)));
    }

    private static void Look(FileFinder files, string[] paths, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            Read(files, paths[i % paths.Length]);
        }
    }

    private static string? Read(FileFinder files, string path)
    {
        if (files.Find(path, 0, out var file) != FindOutcome.File)
        {
            return null;
        }

        var content = new byte[file!.Stat.Size];
        RandomAccess.Read(file.Handle, content, 0);
        file.Release();
        return System.Text.Encoding.UTF8.GetString(content);
    }
}
