using System.Buffers.Text;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.StaticFiles.Native;

/// <summary>One inotify(7) instance.</summary>
internal sealed class Inotify : IDirectoryEvents
{
    // Content is left out: writes through another hard link or a mapping do not show, which stat(2) of the file does.
    private const uint Mask = InotifyEvent.IN_CREATE | InotifyEvent.IN_DELETE | InotifyEvent.IN_MOVED_FROM | InotifyEvent.IN_MOVED_TO
        | InotifyEvent.IN_ATTRIB | InotifyEvent.IN_DELETE_SELF | InotifyEvent.IN_MOVE_SELF | Libc.IN_ONLYDIR;

    private readonly SafeFileHandle _handle;

    // A watch whose end is an event: the way to wake a thread that waits, which closing the descriptor does not.
    private readonly int _bell;

    private Inotify(SafeFileHandle handle, int bell)
    {
        _handle = handle;
        _bell = bell;
    }

    /// <summary>Makes one.</summary>
    /// <returns>0, or the negative errno.</returns>
    public static int TryCreate(out IDirectoryEvents? events)
    {
        events = null;
        var descriptor = Libc.CreateInotify();
        if (descriptor < 0)
        {
            return descriptor;
        }

        var handle = new SafeFileHandle(descriptor, ownsHandle: true);

        // Without /proc no directory could be watched either.
        var bell = Libc.AddWatch(handle, "/proc\0"u8, InotifyEvent.IN_DELETE_SELF | Libc.IN_ONLYDIR);
        if (bell < 0)
        {
            handle.Dispose();
            return bell;
        }

        events = new Inotify(handle, bell);
        return 0;
    }

    public int Watch(SafeFileHandle directory)
    {
        // The call takes a path alone; this one leads to exactly the directory that was opened beneath the root.
        Span<byte> path = stackalloc byte[32];
        using var at = new HandleReference(directory);
        "/proc/self/fd/"u8.CopyTo(path);
        Utf8Formatter.TryFormat((int)at.Descriptor, path["/proc/self/fd/"u8.Length..], out var digits);
        path["/proc/self/fd/"u8.Length + digits] = 0;
        return Libc.AddWatch(_handle, path, Mask);
    }

    public void Unwatch(int watch)
    {
        if (watch != _bell)
        {
            Libc.RemoveWatch(_handle, watch);
        }
    }

    public int Read(Span<byte> buffer) => Libc.Read(_handle, buffer);

    public void Wake() => Libc.RemoveWatch(_handle, _bell);

    public void Dispose() => _handle.Dispose();
}
