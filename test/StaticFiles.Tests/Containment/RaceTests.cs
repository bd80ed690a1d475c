using System.Text;
using Aeronet.AspNetCore.StaticFiles.Files;
using Aeronet.AspNetCore.StaticFiles.Native;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Containment;

/// <summary>Someone swaps directories and files for links out of the root while files are opened.</summary>
public sealed class RaceTests : IDisposable
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(1.5);

    private readonly DirectoryInfo _base = Directory.CreateTempSubdirectory("aeronet-race-");

    [Theory]
    [InlineData(true, SymlinkPolicy.Deny)]
    [InlineData(true, SymlinkPolicy.InsideRoot)]
    [InlineData(false, SymlinkPolicy.Deny)]
    [InlineData(false, SymlinkPolicy.InsideRoot)]
    public async Task Open_NamesSwappedForLinks_NothingFromOutside(bool useOpenAt2, SymlinkPolicy policy)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux.");
        var root = Path.Combine(_base.FullName, "root");
        Directory.CreateDirectory(Path.Combine(root, "real"));
        File.WriteAllText(Path.Combine(root, "real", "file"), "inside");
        Directory.CreateDirectory(Path.Combine(_base.FullName, "out"));
        File.WriteAllText(Path.Combine(_base.FullName, "out", "file"), "outside");
        using var stop = new CancellationTokenSource(Duration);
        var swapping = Task.Run(() => Swap(root, stop.Token), CancellationToken.None);

        var files = LinuxFileRoot.TryOpen(root, policy, useOpenAt2)!;
        var (served, refused) = (0, 0);
        while (!stop.IsCancellationRequested)
        {
            var opened = files.Open("dir/file\0"u8);
            using var handle = opened.Handle;
            if (handle is null)
            {
                refused++;
                Assert.NotEqual(OpenOutcome.Denied, opened.Outcome);
                continue;
            }

            var content = new byte[16];
            Assert.Equal("inside", Encoding.ASCII.GetString(content, 0, RandomAccess.Read(handle, content, 0)));
            served++;
        }

        await swapping;
        Assert.True(served > 0 && refused > 0, $"The race did not take place: {served} served, {refused} refused.");
    }

    public void Dispose() => _base.Delete(recursive: true);

    // "dir" is in turn a directory, and a link to one outside; each step atomic.
    private static void Swap(string root, CancellationToken stop)
    {
        var (dir, real, link) = (Path.Combine(root, "dir"), Path.Combine(root, "real"), Path.Combine(root, "link"));
        File.CreateSymbolicLink(link, "../out");
        while (!stop.IsCancellationRequested)
        {
            Directory.Move(real, dir);
            Thread.Yield();
            Directory.Move(dir, real);
            Directory.Move(link, dir);
            Thread.Yield();
            Directory.Move(dir, link);
        }
    }
}
