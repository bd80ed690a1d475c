using System.Text;
using Aeronet.AspNetCore.StaticFiles.Native;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.StaticFiles.Files.Watching;

/// <summary>
/// Watches the directories on the way to files that are kept open: those below the root, and those of the root's own path, so that
/// a swapped directory or link is noticed when it happens. One thread reads the events and changes
/// <see cref="WatchedDirectory.ChangedAt"/>; requests compare that. What cannot be watched is left to the age of cache entries.
/// </summary>
internal sealed partial class DirectoryWatcher : IDisposable
{
    /// <summary>The most directories of one mount: each takes about a kilobyte of the kernel and counts against the user's limit.</summary>
    public const int MaxDirectories = 4096;

    private const int MaxName = 255;
    private const long RetryInterval = 60_000;

    private readonly LinuxFileRoot _files;
    private readonly ILogger _logger;
    private readonly WatchMetrics _metrics;
    private readonly CreateEvents _createEvents;
    private readonly int _maxDirectories;
    private readonly Lock _gate = new();

    // The count that ChangedAt is in. Written under the gate, read by any thread.
    private long _now;

    // Guarded by _gate, as the tree of directories is.
    private readonly Dictionary<int, List<WatchedDirectory>> _byWatch = [];
    private IDirectoryEvents? _events;
    private Thread? _reader;
    private WatchedDirectory? _top;
    private WatchedDirectory? _root;
    private RootDirectory? _rootDirectory;
    private int _count;
    private long _retryAt;
    private bool _hasWarned;
    private bool _isDisposed;

    public DirectoryWatcher(
        LinuxFileRoot files, ILogger logger, WatchMetrics metrics, CreateEvents? createEvents = null, int maxDirectories = MaxDirectories)
    {
        _files = files;
        _logger = logger;
        _metrics = metrics;
        _createEvents = createEvents ?? Inotify.TryCreate;
        _maxDirectories = maxDirectories;
    }

    /// <summary>Makes an instance: 0, or the negative errno.</summary>
    public delegate int CreateEvents(out IDirectoryEvents? events);

    /// <summary>The time to look a name up at, in the unit of <see cref="WatchedDirectory.ChangedAt"/>. Taken before looking.</summary>
    public long Now => Volatile.Read(ref _now);

    /// <summary>
    /// The directory and those above it, watched from now on if they were not yet; null when they cannot be. One that has just been
    /// watched counts as changed: what was found in it before may have gone since.
    /// </summary>
    /// <param name="path">Relative to the root, UTF-8, without a slash at its ends; empty for the root.</param>
    public WatchedDirectory? Watch(ReadOnlySpan<byte> path)
    {
        var root = _files.CurrentDirectory();
        lock (_gate)
        {
            if (_isDisposed || RootAt(root) is not { } directory)
            {
                return null;
            }

            if (path.IsEmpty)
            {
                return directory;
            }

            Span<char> name = stackalloc char[MaxName];
            foreach (var range in path.Split((byte)'/'))
            {
                if (!Encoding.UTF8.TryGetChars(path[range], name, out var length)
                    || ChildAt(directory, name[..length], root, path[..range.End.Value]) is not { } child)
                {
                    return null;
                }

                directory = child;
            }

            return directory;
        }
    }

    /// <summary>Ends the watches of directories that nothing is kept open of.</summary>
    public void Trim()
    {
        lock (_gate)
        {
            if (_top is not null)
            {
                Trim(_top);
            }
        }
    }

    /// <summary>Ends every watch, and returns when the thread has ended.</summary>
    public void Dispose()
    {
        Thread? reader;
        lock (_gate)
        {
            _isDisposed = true;
            DropAll();
            _events?.Wake();
            reader = _reader;
        }

        reader?.Join();
    }

    private void Trim(WatchedDirectory directory)
    {
        foreach (var child in directory.Children.Values.ToArray())
        {
            Trim(child);
        }

        if (!directory.IsInUse)
        {
            Drop(directory);
        }
    }

    private WatchedDirectory? RootAt(RootDirectory root)
    {
        if (_root is not null && _rootDirectory == root)
        {
            return _root;
        }

        DropAll();
        if (!TryStart())
        {
            return null;
        }

        // The way to the root, by its own path: a link or directory swapped on it leads every request elsewhere.
        WatchedDirectory? above = null;
        var path = root.Path.Span.TrimEnd((byte)'/');
        for (var end = path.IndexOf((byte)'/'); end >= 0; end = Next(path, end))
        {
            var start = path[..end].LastIndexOf((byte)'/') + 1;
            above = AddAncestor(above, Encoding.UTF8.GetString(path[start..end]), end == 0 ? "/"u8 : path[..end]);
        }

        _rootDirectory = root;
        _root = Add(above, Encoding.UTF8.GetString(path[(path.LastIndexOf((byte)'/') + 1)..]), root.Handle);
        if (_root is null)
        {
            _retryAt = Environment.TickCount64 + RetryInterval;
        }

        return _root;

        static int Next(ReadOnlySpan<byte> path, int end)
            => path[(end + 1)..].IndexOf((byte)'/') is var next and >= 0 ? end + 1 + next : -1;
    }

    private WatchedDirectory? ChildAt(WatchedDirectory parent, ReadOnlySpan<char> name, RootDirectory root, ReadOnlySpan<byte> path)
    {
        if (parent.Children.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var child))
        {
            return child;
        }

        if (!TryStart())
        {
            return null;
        }

        using var handle = _files.OpenDirectory(root, [.. path, 0]);
        return handle is null ? null : Add(parent, name.ToString(), handle);
    }

    // One that may not be watched is only not noticed when it changes: the root is looked at again every second.
    private WatchedDirectory AddAncestor(WatchedDirectory? parent, string name, ReadOnlySpan<byte> path)
    {
        var descriptor = Libc.OpenAt(null, [.. path, 0], OpenFlags.Directory);
        using var handle = descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
        var watch = handle is null ? WatchedDirectory.None : Math.Max(_events!.Watch(handle), WatchedDirectory.None);
        return Insert(parent, name, watch);
    }

    private WatchedDirectory? Add(WatchedDirectory? parent, string name, SafeFileHandle handle)
    {
        if (_count >= _maxDirectories)
        {
            _metrics.Bounded();
            Warn($"{_maxDirectories} directories are watched already");
            return null;
        }

        var watch = _events!.Watch(handle);
        if (watch >= 0)
        {
            return Insert(parent, name, watch);
        }

        Fail(watch);
        return null;
    }

    private WatchedDirectory Insert(WatchedDirectory? parent, string name, int watch)
    {
        var directory = new WatchedDirectory(name, parent, watch, ++_now);
        _count++;
        _metrics.Watched(1);
        if (watch != WatchedDirectory.None)
        {
            // Links make two paths to one directory.
            if (!_byWatch.TryGetValue(watch, out var same))
            {
                _byWatch[watch] = same = [];
            }

            same.Add(directory);
        }

        if (parent is null)
        {
            _top = directory;
        }
        else
        {
            parent.Children.Add(name, directory);
        }

        return directory;
    }
}
