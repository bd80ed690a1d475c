using System.Text;
using Aeronet.AspNetCore.StaticFiles.Native;

namespace Aeronet.AspNetCore.StaticFiles.Files.Watching;

/// <content>The thread that reads events, and what they do to the tree.</content>
internal sealed partial class DirectoryWatcher
{
    private const int BufferSize = 64 * 1024;

    // The directory itself left its place or is gone.
    private const uint SelfEvents = InotifyEvent.IN_DELETE_SELF | InotifyEvent.IN_MOVE_SELF | InotifyEvent.IN_UNMOUNT;

    // Watches ended here whose last event is still to come: the kernel may have given the number to another directory by then.
    private readonly HashSet<int> _ended = [];

    private bool TryStart()
    {
        if (Environment.TickCount64 < _retryAt)
        {
            return false;
        }

        if (_events is not null)
        {
            return true;
        }

        if (_createEvents(out var events) is var error and < 0)
        {
            Fail(error);
            return false;
        }

        _events = events;
        _ended.Clear();
        _reader = new Thread(() => ReadEvents(events!)) { IsBackground = true, Name = "aeronet-files" };
        _reader.Start();
        return true;
    }

    private void ReadEvents(IDirectoryEvents events)
    {
        var buffer = new byte[BufferSize];
        using (events)
        {
            while (true)
            {
                var length = events.Read(buffer);
                lock (_gate)
                {
                    if (_isDisposed)
                    {
                        return;
                    }

                    if (length <= 0)
                    {
                        DropAll();
                        _events = null;
                        Fail(length);
                        return;
                    }

                    ReadOnlySpan<byte> rest = buffer.AsSpan(0, length);
                    while (InotifyEvent.TryTake(ref rest, out var next))
                    {
                        Apply(next);
                    }
                }
            }
        }
    }

    private void Apply(in InotifyEvent change)
    {
        if ((change.Mask & InotifyEvent.IN_Q_OVERFLOW) != 0)
        {
            _metrics.Overflowed();
            DropAll();
            _ended.Clear();
            return;
        }

        var isLast = (change.Mask & InotifyEvent.IN_IGNORED) != 0;
        if ((isLast && _ended.Remove(change.Watch)) || !_byWatch.TryGetValue(change.Watch, out var directories))
        {
            return;
        }

        foreach (var directory in directories.ToArray())
        {
            if (isLast)
            {
                // The kernel has ended it.
                directory.Watch = WatchedDirectory.None;
                Drop(directory);
            }
            else if ((change.Mask & SelfEvents) != 0 || change.Name.IsEmpty)
            {
                // Without a name also: others than before may read it.
                Drop(directory);
            }
            else
            {
                ApplyToEntry(directory, change.Name);
            }
        }

        if (isLast)
        {
            _byWatch.Remove(change.Watch);
        }
    }

    // Every file found in the directory is looked up again, not the one named alone: it may be a link through that name, have a new
    // precompressed sibling, or be less wanted than a new default document.
    private void ApplyToEntry(WatchedDirectory directory, ReadOnlySpan<byte> name)
    {
        Touch(directory);
        Span<char> text = stackalloc char[MaxName];
        if (Encoding.UTF8.TryGetChars(name, text, out var length)
            && directory.Children.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text[..length], out var child))
        {
            Drop(child);
        }
    }

    private void Touch(WatchedDirectory directory)
    {
        if (directory.ChangedAt != long.MaxValue)
        {
            directory.ChangedAt = ++_now;
        }
    }

    private void DropAll()
    {
        if (_top is not null)
        {
            Drop(_top);
        }
    }

    // What is below it goes too: those paths may lead elsewhere now.
    private void Drop(WatchedDirectory directory)
    {
        if (directory.ChangedAt == long.MaxValue)
        {
            return;
        }

        directory.ChangedAt = long.MaxValue;
        ++_now;
        foreach (var child in directory.Children.Values.ToArray())
        {
            Drop(child);
        }

        directory.Parent?.Children.Remove(directory.Name);
        _count--;
        _metrics.Watched(-1);
        Unwatch(directory);
        if (directory == _root)
        {
            _root = null;
            _files.Expire();
        }

        if (directory == _top)
        {
            _top = null;
        }
    }

    private void Unwatch(WatchedDirectory directory)
    {
        if (!_byWatch.TryGetValue(directory.Watch, out var same) || !same.Remove(directory) || same.Count > 0)
        {
            return;
        }

        _byWatch.Remove(directory.Watch);
        _ended.Add(directory.Watch);
        _events?.Unwatch(directory.Watch);
    }

    private void Fail(int error)
    {
        _metrics.Failed(-error);
        switch (-error)
        {
            // The directory alone: it may be searched and not read, or is gone.
            case Errno.EACCES or Errno.ENOENT or Errno.ENOTDIR:
                return;
            case Errno.ENOSPC or Errno.ENOMEM:
                Warn("the limit fs.inotify.max_user_watches is reached");
                break;
            case Errno.EMFILE or Errno.ENFILE:
                Warn("the limit fs.inotify.max_user_instances, or that of open descriptors, is reached");
                break;
            default:
                Warn($"inotify is not available (errno {-error})");
                break;
        }

        _retryAt = Environment.TickCount64 + RetryInterval;
    }

    private void Warn(string reason)
    {
        if (!_hasWarned)
        {
            _hasWarned = true;
            StaticFilesLog.NotWatched(_logger, Encoding.UTF8.GetString((_rootDirectory ?? _files.CurrentDirectory()).Path.Span), reason);
        }
    }
}
