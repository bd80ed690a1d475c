using System.Text;
using Aeronet.AspNetCore.StaticFiles.DirectoryIndex;
using Aeronet.AspNetCore.StaticFiles.Files.Directories;
using Aeronet.AspNetCore.StaticFiles.Listings;
using Aeronet.AspNetCore.StaticFiles.Tests.Support;

namespace Aeronet.AspNetCore.StaticFiles.Tests.DirectoryIndex;

/// <summary>What a list that is kept holds of the process's memory.</summary>
[Collection(Alone.Name)]
public sealed class SnapshotMemoryTests
{
    private static readonly DirectoryStamp Old = new(1, 2, 1_000_000_000, 0);

    // What a list of 100,000 entries may cost in memory while it is cached.
    [Fact]
    public void Cost_HundredThousandEntries_FewMegabytes()
    {
        var builder = new DirectorySnapshotBuilder(new EntryRules(serveHidden: false, null), 1_000_000, []);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 100_000; i++)
        {
            builder.Add(Encoding.ASCII.GetBytes($"a-file-with-a-name-{i:D6}.dat"), false, i, 0);
        }

        var snapshot = builder.Build(Old, DateTimeOffset.UtcNow);
        builder = null;
        foreach (var sort in Enum.GetValues<DirectoryIndexSort>())
        {
            snapshot.At(sort, descending: false, 0);
        }

        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.InRange(snapshot.Cost, 5_000_000, 8_000_000);
        Assert.True(held < 2 * snapshot.Cost, $"{held} bytes held, {snapshot.Cost} counted");
        GC.KeepAlive(snapshot);
    }
}
