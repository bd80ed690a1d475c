using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.StaticFiles.Native;

/// <summary>
/// An open root directory. Replaced as a whole when the root's path leads to another directory (a deployment that swaps
/// a symbolic link), and then closed by the last who opens a file beneath it: the file system it is on may be waiting to be unmounted.
/// </summary>
internal sealed class RootDirectory
{
    private readonly ulong _inode;
    private readonly uint _deviceMajor;
    private readonly uint _deviceMinor;
    private readonly byte[] _path;

    // The first is that of being the root.
    private int _users = 1;

    private RootDirectory(byte[] path, SafeFileHandle handle, in Statx stat)
    {
        _path = path;
        (_inode, _deviceMajor, _deviceMinor) = (stat.Inode, stat.DeviceMajor, stat.DeviceMinor);
        Handle = handle;
        Path = path.AsMemory(0, path.Length - 1);
        RealPath = Libc.RealPath(path) ?? Path;
    }

    /// <summary>The directory, open with O_PATH.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>The path it was opened by.</summary>
    public ReadOnlyMemory<byte> Path { get; }

    /// <summary>The same path with every symbolic link resolved.</summary>
    public ReadOnlyMemory<byte> RealPath { get; }

    /// <summary>Opens the directory; null when it cannot be opened or statx(2) is refused (an old seccomp filter).</summary>
    public static RootDirectory? TryOpen(string path) => TryOpen([.. Encoding.UTF8.GetBytes(path), 0]);

    /// <summary>This directory, or the one its path leads to by now. While the path leads nowhere it stays this one.</summary>
    public RootDirectory Refreshed()
    {
        var isSame = Libc.StatPath(_path, out var stat) != 0
            || (stat.Inode == _inode && stat.DeviceMajor == _deviceMajor && stat.DeviceMinor == _deviceMinor);
        return isSame ? this : TryOpen(_path) ?? this;
    }

    /// <summary>Keeps it open until <see cref="Leave"/>; false when it is closed, because it is no longer the root.</summary>
    public bool TryEnter()
    {
        var users = Volatile.Read(ref _users);
        while (users > 0)
        {
            var seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users)
            {
                return true;
            }

            users = seen;
        }

        return false;
    }

    /// <summary>The end of <see cref="TryEnter"/>, or of being the root.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            Handle.Dispose();
        }
    }

    private static RootDirectory? TryOpen(byte[] path)
    {
        var descriptor = Libc.OpenAt(null, path, OpenFlags.Directory);
        if (descriptor < 0)
        {
            return null;
        }

        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        if (Libc.Stat(handle, out var stat) != 0)
        {
            handle.Dispose();
            return null;
        }

        return new RootDirectory(path, handle, stat);
    }
}
