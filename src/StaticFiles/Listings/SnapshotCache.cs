using System.Collections.Concurrent;
using System.Diagnostics;
using Aeronet.AspNetCore.StaticFiles.DirectoryIndex;
using Aeronet.AspNetCore.StaticFiles.Files.Directories;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Primitives;

namespace Aeronet.AspNetCore.StaticFiles.Listings;

/// <summary>
/// Snapshots by directory. One is used again while the directory's change time, or its provider's token, says that it has the same
/// names, and its sizes and dates are young enough. Reading is done off the caller's thread, once for all who ask at the time, and for as many
/// directories at a time as there are processors.
/// </summary>
internal sealed class SnapshotCache : IDisposable
{
    // A directory that takes longer than this to read is read at most one tenth of the time, however often it changes.
    private static readonly TimeSpan Expensive = TimeSpan.FromMilliseconds(50);
    private const int Rest = 10;

    // A change within the clock's granularity (2 s on FAT) after the one read leaves the time as it was.
    private static readonly TimeSpan Granularity = TimeSpan.FromSeconds(2);

    private readonly EntryRules _rules;
    private readonly int _maxEntries;
    private readonly TimeSpan _maxAge;
    private readonly MemoryCache? _memory;
    private readonly ConcurrentDictionary<string, Lazy<Task<DirectorySnapshot?>>> _reading = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _readers = new(Environment.ProcessorCount);

    public SnapshotCache(EntryRules rules, DirectoryIndexOptions options)
    {
        _rules = rules;
        _maxEntries = options.MaxEntries;
        _maxAge = options.CacheMaxAge;
        _memory = options.CacheSize > 0 ? new MemoryCache(new MemoryCacheOptions { SizeLimit = options.CacheSize }) : null;
    }

    /// <summary>The memory, for what is made from files: null when nothing is to be kept.</summary>
    public MemoryCache? Memory => _memory;

    /// <summary>The snapshot of <paramref name="directory"/>, which is disposed; null when it cannot be read.</summary>
    /// <param name="key">Its path in a form that has every byte.</param>
    /// <param name="path">Its path relative to the root.</param>
    /// <param name="directory">The directory, just opened.</param>
    public Task<DirectorySnapshot?> GetAsync(string key, byte[] path, IOpenDirectory directory)
    {
        if (_memory?.TryGetValue(key, out var kept) == true && kept is KeptSnapshot usable && usable.IsUsable(directory.Stamp, _maxAge))
        {
            directory.Dispose();
            return usable.Answer;
        }

        var mine = new Lazy<Task<DirectorySnapshot?>>(() => ReadAsync(key, path, directory));
        var reading = _reading.GetOrAdd(key, mine);
        if (reading != mine)
        {
            directory.Dispose();
        }

        return reading.Value;
    }

    public void Dispose() => _memory?.Dispose();

    private Task<DirectorySnapshot?> ReadAsync(string key, byte[] path, IOpenDirectory directory) => Task.Run(async () =>
    {
        await _readers.WaitAsync();
        try
        {
            return Read(key, path, directory);
        }
        finally
        {
            _reading.TryRemove(key, out _);
            _readers.Release();
            directory.Dispose();
        }
    });

    private DirectorySnapshot? Read(string key, byte[] path, IOpenDirectory directory)
    {
        var start = Stopwatch.GetTimestamp();
        var takenAt = DateTimeOffset.UtcNow;
        var changes = _memory is null ? null : directory.Watch();
        var builder = new DirectorySnapshotBuilder(_rules, _maxEntries, path);
        if (!directory.TryRead(builder))
        {
            return null;
        }

        var snapshot = builder.Build(directory.Stamp, takenAt);
        var took = Stopwatch.GetElapsedTime(start);
        var kept = new KeptSnapshot(snapshot, changes, start, took > Expensive ? took * Rest : TimeSpan.Zero);
        if (_memory is not null && kept.Lifetime(_maxAge) is var lifetime && lifetime > TimeSpan.Zero)
        {
            _memory.Set(key, kept, new MemoryCacheEntryOptions { Size = snapshot.Cost, AbsoluteExpirationRelativeToNow = lifetime });
        }

        return snapshot;
    }

    private sealed record KeptSnapshot(DirectorySnapshot Snapshot, IChangeToken? Changes, long Start, TimeSpan Rested)
    {
        public Task<DirectorySnapshot?> Answer { get; } = Task.FromResult<DirectorySnapshot?>(Snapshot);

        public TimeSpan Lifetime(TimeSpan maxAge) => Rested > maxAge ? Rested : maxAge;

        public bool IsUsable(in DirectoryStamp now, TimeSpan maxAge)
        {
            var age = Stopwatch.GetElapsedTime(Start);
            var seen = Snapshot.Stamp;
            if (age < Rested)
            {
                return seen.IsSameDirectory(now);
            }

            var settled = Snapshot.TakenAt.ToUnixTimeMilliseconds() - (seen.ChangedSeconds * 1000) > Granularity.TotalMilliseconds;
            return age < maxAge && settled && seen == now && Changes?.HasChanged != true;
        }
    }
}
