using System.Runtime.CompilerServices;
using Aeronet.AspNetCore.StaticFiles.Files;
using Aeronet.AspNetCore.StaticFiles.Native;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Containment;

public sealed class NativeLayoutTests
{
    [Fact]
    public void SizeOf_NativeStructs_AsInTheKernel()
    {
        Assert.Equal(24, Unsafe.SizeOf<OpenHow>());
        Assert.Equal(256, Unsafe.SizeOf<Statx>());
    }

    [Fact]
    public async Task Stat_File_AsStatTellsIt()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux.");
        var stat = ExternalTool.Require("stat");
        var directory = Directory.CreateTempSubdirectory("aeronet-stat-");
        try
        {
            var path = Path.Combine(directory.FullName, "file");
            await File.WriteAllBytesAsync(path, new byte[12345]);
            var told = (await stat.RunAsync("-c", "%s %i %.9Y %.9Z %d", path)).Output.Trim().Split(' ', '.');

            var opened = LinuxFileRoot.TryOpen(directory.FullName, SymlinkPolicy.Deny)!.Open("file\0"u8);
            using var handle = opened.Handle;

            Assert.Equal(OpenOutcome.File, opened.Outcome);
            var found = opened.Stat;
            Assert.Equal(
                [$"{found.Size}", $"{found.Inode}", $"{found.ModifiedSeconds}", $"{found.ModifiedNanoseconds:D9}",
                    $"{found.ChangedSeconds}", $"{found.ChangedNanoseconds:D9}"],
                told[..6]);
            Assert.False(opened.Stat.IsUnlinked);
            File.Delete(path);
            Assert.True(LinuxFileRoot.TryOpen(directory.FullName, SymlinkPolicy.Deny)!.TryStat(handle!, out var after));
            Assert.True((after.ChangedSeconds, after.ChangedNanoseconds).CompareTo((found.ChangedSeconds, found.ChangedNanoseconds)) >= 0);
            Assert.Equal(
                found with { IsUnlinked = true, ChangedSeconds = after.ChangedSeconds, ChangedNanoseconds = after.ChangedNanoseconds }, after);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
