using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>
/// Files kept open between requests, found by request path without a lock. Only paths that led to a file are kept, so
/// clients cannot fill it with names. A full cache gives up an entry not used since the hand last passed it (CLOCK);
/// a sweep gives up those that nobody uses, because an open descriptor keeps a deleted file's space on the disk.
/// </summary>
internal sealed class OpenFileCache : IDisposable
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, CachedFile> _byPath;
    private readonly Timer _sweeper;
    private readonly Action? _swept;
    private readonly Lock _gate = new();

    // Guarded by _gate, as every change of _byPath is.
    private readonly CachedFile?[] _ring;
    private int _hand;
    private int _count;
    private bool _isDisposed;

    /// <summary>Makes an empty one.</summary>
    /// <param name="capacity">The most files.</param>
    /// <param name="swept">Called after every sweep.</param>
    public OpenFileCache(int capacity, Action? swept = null)
    {
        _swept = swept;
        _ring = new CachedFile?[capacity];
        _byPath = new ConcurrentDictionary<string, CachedFile>(concurrencyLevel: 1, capacity);
        _sweeper = new Timer(static cache => ((OpenFileCache)cache!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public bool TryGet(string path, [NotNullWhen(true)] out CachedFile? entry)
    {
        if (!_byPath.TryGetValue(path, out entry))
        {
            return false;
        }

        // Written only when it changes: the cores share this line.
        if (!entry.IsUsed)
        {
            entry.IsUsed = true;
        }

        return true;
    }

    /// <summary>Keeps a file under its path with a reference of its own, in place of what is there.</summary>
    public void Set(CachedFile entry)
    {
        lock (_gate)
        {
            if (_isDisposed || !entry.File.TryAddReference())
            {
                return;
            }

            entry.Directory?.AddUser();
            if (_byPath.TryGetValue(entry.Path, out var previous))
            {
                entry.Slot = previous.Slot;
                entry.IsUsed = previous.IsUsed;
                previous.Slot = -1;
                _ring[entry.Slot] = entry;
                _byPath[entry.Path] = entry;
                Release(previous);
                return;
            }

            entry.Slot = FindSlot();
            _ring[entry.Slot] = entry;
            _byPath[entry.Path] = entry;
            if (_count++ == 0)
            {
                _sweeper.Change(SweepInterval, SweepInterval);
            }
        }
    }

    /// <summary>Takes an entry out, if it is still in; responses that use its file finish with it.</summary>
    public void Remove(CachedFile entry)
    {
        lock (_gate)
        {
            RemoveLocked(entry);
        }
    }

    /// <summary>Gives up entries not used since the last sweep.</summary>
    public void Sweep()
    {
        lock (_gate)
        {
            foreach (var entry in _ring)
            {
                if (entry is { IsUsed: false })
                {
                    RemoveLocked(entry);
                }
                else if (entry is not null)
                {
                    entry.IsUsed = false;
                }
            }

            if (_count == 0 && !_isDisposed)
            {
                _sweeper.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }

        _swept?.Invoke();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            foreach (var entry in _ring)
            {
                if (entry is not null)
                {
                    RemoveLocked(entry);
                }
            }

            _sweeper.Dispose();
        }
    }

    private int FindSlot()
    {
        while (true)
        {
            var slot = _hand;
            _hand = (_hand + 1) % _ring.Length;
            switch (_ring[slot])
            {
                case null:
                    return slot;
                case { IsUsed: true } used when _count == _ring.Length:
                    used.IsUsed = false;
                    break;
                case { } unused when _count == _ring.Length:
                    RemoveLocked(unused);
                    return slot;
            }
        }
    }

    private void RemoveLocked(CachedFile entry)
    {
        if (entry.Slot < 0)
        {
            return;
        }

        _ring[entry.Slot] = null;
        entry.Slot = -1;
        _count--;
        _byPath.TryRemove(entry.Path, out _);
        Release(entry);
    }

    private static void Release(CachedFile entry)
    {
        entry.Directory?.RemoveUser();
        entry.File.Release();
    }
}
