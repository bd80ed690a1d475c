using System.Text;
using Aeronet.AspNetCore.StaticFiles.Native;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.StaticFiles.Files.Watching;

/// <content>How directories come into the tree: opened beneath the root, then watched, then looked at once more.</content>
internal sealed partial class DirectoryWatcher
{
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
        var added = Add(above, Encoding.UTF8.GetString(path[(path.LastIndexOf((byte)'/') + 1)..]), root.Handle);
        if (added is null || added == Gone)
        {
            _retryAt = Environment.TickCount64 + RetryInterval;
            return added;
        }

        _root = added;

        // Swapped after it was opened and before the way to it was watched.
        _files.Expire();
        if (_files.CurrentDirectory() != root)
        {
            DropAll();
            return Gone;
        }

        return _root;

        static int Next(ReadOnlySpan<byte> path, int end)
            => path[(end + 1)..].IndexOf((byte)'/') is var next and >= 0 ? end + 1 + next : -1;
    }

    private WatchedDirectory? ChildAt(WatchedDirectory parent, ReadOnlySpan<char> name, RootDirectory root, ReadOnlySpan<byte> path)
    {
        if (parent.Children.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var known))
        {
            return known;
        }

        if (!TryStart())
        {
            return null;
        }

        byte[] terminated = [.. path, 0];
        var error = _files.TryOpen(root, terminated, out var handle);
        using (handle)
        {
            if (handle is null)
            {
                return IsMissing(-error) ? Gone : null;
            }

            // Moved after it was opened and before it was watched: nobody would tell, if the path leads there by a link.
            var child = Add(parent, name.ToString(), handle);
            if (child is null || child == Gone || LeadsTo(root, terminated, handle))
            {
                return child;
            }

            Drop(child);
            return Gone;
        }
    }

    private bool LeadsTo(RootDirectory root, ReadOnlySpan<byte> path, SafeFileHandle directory)
    {
        _files.TryOpen(root, path, out var now);
        using (now)
        {
            return now is not null && _files.TryStat(now, out var there) && _files.TryStat(directory, out var here)
                && (there.Device, there.Inode) == (here.Device, here.Inode);
        }
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
        return IsMissing(-watch) ? Gone : null;
    }

    private static bool IsMissing(int errno) => errno is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP;

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
