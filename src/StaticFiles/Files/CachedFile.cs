using Aeronet.AspNetCore.StaticFiles.Files.Watching;

namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>What a request path led to when it was last looked up. Holds one reference to the file until it leaves the cache.</summary>
/// <param name="path">The request path.</param>
/// <param name="file">The file.</param>
/// <param name="nextLookup">When to look the path up again, in milliseconds of <see cref="Environment.TickCount64"/>.</param>
/// <param name="directory">The directory it was found in, if that is watched.</param>
/// <param name="lookedUpAt">The watcher's time when it was looked up.</param>
internal sealed class CachedFile(string path, OpenFile file, long nextLookup, WatchedDirectory? directory = null, long lookedUpAt = 0)
{
    private long _nextLookup = nextLookup;

    public string Path { get; } = path;

    public OpenFile File { get; } = file;

    /// <summary>The directory it was found in; null where it is not watched.</summary>
    public WatchedDirectory? Directory { get; } = directory;

    /// <summary>Whether nothing is known to have come, gone or moved where it was found.</summary>
    public bool IsWhereItWas => Directory is null || Directory.ChangedAt <= lookedUpAt;

    /// <summary>Its place in the cache's ring; -1 outside it. Guarded by the cache's lock.</summary>
    public int Slot { get; set; } = -1;

    /// <summary>
    /// Set by every use after the first, cleared by the ring's hand and by the sweep: a second chance. Not from the start, or
    /// files asked for once would drive out those asked for often.
    /// </summary>
    public bool IsUsed { get; set; }

    /// <summary>Whether the caller has to look the path up again. Said to one caller for each period.</summary>
    public bool TryClaimLookup(long now, long maxAge)
    {
        var next = Volatile.Read(ref _nextLookup);
        return now >= next && (maxAge == 0 || Interlocked.CompareExchange(ref _nextLookup, now + maxAge, next) == next);
    }
}
