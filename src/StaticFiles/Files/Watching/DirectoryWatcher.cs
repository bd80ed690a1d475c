using System.Text;
using Aeronet.AspNetCore.StaticFiles.Native;
using Microsoft.Extensions.Logging;

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

    private static readonly WatchedDirectory Gone = new("", null, WatchedDirectory.None, long.MaxValue);

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
    /// watched counts as changed, and so does one that is not there any more: what was found in it before may have gone since.
    /// </summary>
    /// <param name="path">Relative to the root, UTF-8, without a slash at its ends; empty for the root.</param>
    public WatchedDirectory? Watch(ReadOnlySpan<byte> path)
    {
        var root = _files.CurrentDirectory();
        if (!root.TryEnter())
        {
            return Gone;
        }

        try
        {
            lock (_gate)
            {
                return _isDisposed ? null : WatchLocked(root, path);
            }
        }
        finally
        {
            root.Leave();
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

    private WatchedDirectory? WatchLocked(RootDirectory root, ReadOnlySpan<byte> path)
    {
        var directory = RootAt(root);
        if (directory is null || directory == Gone || path.IsEmpty)
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
            if (directory == Gone)
            {
                break;
            }
        }

        return directory;
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
}
