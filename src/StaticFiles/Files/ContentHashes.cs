using System.Collections.Concurrent;

namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>
/// Hashes of content by the version that has it, kept when its descriptor is closed. A version is read once, by a thread that serves
/// nobody, for all who wait; not more at a time than half the processors, because the others have requests to answer.
/// </summary>
/// <param name="root">Where the files are.</param>
/// <param name="capacity">How many are kept at most; the rest is what was not asked for since as many others were.</param>
internal sealed class ContentHashes(IFileRoot root, int capacity = ContentHashes.Capacity) : IDisposable
{
    /// <summary>About 200 bytes each.</summary>
    private const int Capacity = 65536;

    // Bytes for each millisecond: what a reader does at the least. A file that was changed within the time that reading it takes is
    // likely to change within that time again (a log), and then all of it would have been read for nothing, for every request anew.
    private const long ReadingPace = (256 << 20) / 1000;

    // Less than the threshold at which a loop counts as stalled: not worth a thread.
    private const long QuicklyRead = 1 << 20;

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<FileVersion, Lazy<Task>> _reading = new();
    private readonly SemaphoreSlim _readers = new(Math.Max(1, Environment.ProcessorCount / 2));
    private readonly CancellationTokenSource _stop = new();

    // Guarded by _gate. Two generations: what is asked for moves to the young one, and when that is full the old one is forgotten.
    private Dictionary<FileStat, string> _young = [];
    private Dictionary<FileStat, string> _old = [];

    /// <summary>Gives a file the tag of its content, if the hash is known; otherwise a task that does.</summary>
    /// <param name="file">A file that needs one, with a reference of the caller's.</param>
    /// <returns>
    /// Null when the file has its tag, or the weak one of its metadata until it has been left alone for as long as reading it takes. The task never fails: where the medium does, or the content changes meanwhile, the file keeps the
    /// weak tag of its metadata, and sending it will tell.
    /// </returns>
    public Task? TagAsync(OpenFile file)
    {
        if (TryGet(file.Stat) is { } hash)
        {
            file.SetContentHash(hash);
            return null;
        }

        if (!IsQuiet(file.Stat))
        {
            return null;
        }

        var key = new FileVersion(file.Stat, file.Stat.IsIdentity ? null : file);
        var mine = new Lazy<Task>(() => ReadAsync(key, file));
        var reading = _reading.GetOrAdd(key, mine);
        return reading == mine ? reading.Value : ShareAsync(reading.Value, file);
    }

    /// <summary>Ends what is being read: nobody waits for it any more.</summary>
    public void Dispose() => _stop.Cancel();

    private static bool IsQuiet(in FileStat stat)
    {
        var age = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - (stat.ModifiedSeconds * 1000) - (stat.ModifiedNanoseconds / 1_000_000);
        return age >= stat.Size / ReadingPace;
    }

    // Another file object of the same version: it gets what was found for the first.
    private async Task ShareAsync(Task reading, OpenFile file)
    {
        await reading;
        if (TryGet(file.Stat) is { } hash)
        {
            file.SetContentHash(hash);
        }
    }

    private async Task ReadAsync(FileVersion key, OpenFile file)
    {
        // Whoever asked may leave before the end.
        if (!file.TryAddReference())
        {
            _reading.TryRemove(key, out _);
            return;
        }

        await _readers.WaitAsync().ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await Task.Factory.StartNew(
                () => Read(file),
                CancellationToken.None,
                file.Stat.Size > QuicklyRead ? TaskCreationOptions.LongRunning : TaskCreationOptions.None,
                TaskScheduler.Default);
        }
        finally
        {
            _reading.TryRemove(key, out _);
            _readers.Release();
            file.Release();
        }
    }

    private void Read(OpenFile file)
    {
        // Found by another between the question and now.
        if (TryGet(file.Stat) is { } hash)
        {
            file.SetContentHash(hash);
            return;
        }

        try
        {
            hash = ContentHasher.Of(file.Handle, () => IsUnchanged(file), _stop.Token);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            return;
        }

        // Changed meanwhile: a hash of no version.
        if (hash is not null && IsUnchanged(file))
        {
            file.SetContentHash(hash);
            Keep(file.Stat, hash);
        }
    }

    private bool IsUnchanged(OpenFile file) => root.TryStat(file.Handle, out var now) && now == file.Stat;

    private string? TryGet(in FileStat stat)
    {
        lock (_gate)
        {
            if (_young.TryGetValue(stat, out var hash))
            {
                return hash;
            }

            if (_old.Remove(stat, out hash))
            {
                KeepLocked(stat, hash);
            }

            return hash;
        }
    }

    private void Keep(in FileStat stat, string hash)
    {
        // Where other content can have the same numbers, the descriptor alone says what it is of.
        if (!stat.IsIdentity)
        {
            return;
        }

        lock (_gate)
        {
            KeepLocked(stat, hash);
        }
    }

    private void KeepLocked(in FileStat stat, string hash)
    {
        if (_young.Count >= capacity / 2)
        {
            (_young, _old) = ([], _young);
        }

        _young[stat] = hash;
    }

    /// <param name="Stat">The version.</param>
    /// <param name="File">The open file itself where its numbers are shared by others.</param>
    private readonly record struct FileVersion(FileStat Stat, OpenFile? File);
}
