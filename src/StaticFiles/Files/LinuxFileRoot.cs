using System.Text;
using Aeronet.AspNetCore.StaticFiles.Native;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>
/// Opens files so that the kernel itself keeps the way beneath the root: openat2(2) with RESOLVE_BENEATH (Linux 5.6), or
/// component by component with O_NOFOLLOW where openat2 is missing or a seccomp filter refuses it. No path is checked
/// first and opened later, so nobody who changes the tree in between can lead the way out.
/// </summary>
internal sealed partial class LinuxFileRoot : IFileRoot
{
    // Resolution beneath a directory fails with EAGAIN when a rename anywhere races with a ".." in a link (openat2(2)).
    private const int RacedAttempts = 8;
    private const long RefreshInterval = 1000;

    private readonly SymlinkPolicy _symlinks;
    private readonly bool _hasOpenAt2;
    private RootDirectory _directory;
    private long _nextRefresh;

    private LinuxFileRoot(RootDirectory directory, SymlinkPolicy symlinks, bool hasOpenAt2)
    {
        _directory = directory;
        _symlinks = symlinks;
        _hasOpenAt2 = hasOpenAt2;
        _nextRefresh = Environment.TickCount64 + RefreshInterval;
    }

    public string Strategy => _hasOpenAt2 ? "openat2" : "component walk";

    /// <summary>Opens the root; null where this class cannot work.</summary>
    public static LinuxFileRoot? TryOpen(string path, SymlinkPolicy symlinks, bool useOpenAt2 = true)
    {
        if (!Libc.IsSupported || RootDirectory.TryOpen(path) is not { } directory)
        {
            return null;
        }

        return new LinuxFileRoot(directory, symlinks, useOpenAt2 && CanOpenAt2(directory));
    }

    public OpenResult Open(ReadOnlySpan<byte> path)
    {
        var descriptor = OpenDescriptor(path);
        return descriptor >= 0 ? Inspect(new SafeFileHandle(descriptor, ownsHandle: true)) : new OpenResult(OutcomeOf(-descriptor));
    }

    /// <summary>Opens a regular file by any path, wherever it leads; null where this class cannot work.</summary>
    public static OpenResult? TryOpenPath(string path)
    {
        if (!Libc.IsSupported)
        {
            return null;
        }

        var descriptor = Libc.OpenAt(null, [.. Encoding.UTF8.GetBytes(path), 0], OpenFlags.File);
        return descriptor >= 0 ? Inspect(new SafeFileHandle(descriptor, ownsHandle: true)) : new OpenResult(OutcomeOf(-descriptor));
    }

    public bool TryStat(SafeFileHandle file, out FileStat stat) => TryStatOpen(file, out stat);

    /// <summary>Looks at an open file, whatever its root; false where this class cannot work.</summary>
    public static bool TryStatOpen(SafeFileHandle file, out FileStat stat)
    {
        if (!Libc.IsSupported || Libc.Stat(file, out var found) != 0)
        {
            stat = default;
            return false;
        }

        stat = ToFileStat(found);
        return true;
    }

    /// <summary>Makes the next use look whether the root's path leads elsewhere.</summary>
    public void Expire() => Volatile.Write(ref _nextRefresh, 0);

    private int OpenDescriptor(ReadOnlySpan<byte> path, int flags = OpenFlags.File)
    {
        // Closed in between only when it has just been replaced, which happens once a second at most.
        RootDirectory root;
        do
        {
            root = CurrentDirectory();
        }
        while (!root.TryEnter());

        try
        {
            return OpenDescriptor(root, path, flags);
        }
        finally
        {
            root.Leave();
        }
    }

    // The caller has entered the root.
    private int OpenDescriptor(RootDirectory root, ReadOnlySpan<byte> path, int flags = OpenFlags.File)
    {
        if (!_hasOpenAt2)
        {
            return _symlinks == SymlinkPolicy.Follow
                ? Libc.OpenAt(root.Handle, path, flags)
                : ComponentWalk.Open(root, path, _symlinks, flags);
        }

        var how = new OpenHow
        {
            Flags = (ulong)flags,
            Resolve = OpenHow.RESOLVE_NO_MAGICLINKS | _symlinks switch
            {
                SymlinkPolicy.Deny => OpenHow.RESOLVE_BENEATH | OpenHow.RESOLVE_NO_SYMLINKS,
                SymlinkPolicy.InsideRoot => OpenHow.RESOLVE_BENEATH,
                _ => 0,
            },
        };
        var descriptor = Libc.OpenAt2(root.Handle, path, how);
        for (var attempt = 1; descriptor == -Errno.EAGAIN && attempt < RacedAttempts; attempt++)
        {
            descriptor = Libc.OpenAt2(root.Handle, path, how);
        }

        // RESOLVE_BENEATH refuses every absolute link, also one that leads back inside; the walk can tell them apart.
        return descriptor == -Errno.EXDEV && _symlinks == SymlinkPolicy.InsideRoot
            ? ComponentWalk.Open(root, path, _symlinks, flags)
            : descriptor;
    }

    /// <summary>The root's directory, looked at again once a second.</summary>
    public RootDirectory CurrentDirectory()
    {
        var now = Environment.TickCount64;
        var next = Volatile.Read(ref _nextRefresh);
        if (now >= next && Interlocked.CompareExchange(ref _nextRefresh, now + RefreshInterval, next) == next)
        {
            var old = Volatile.Read(ref _directory);
            var fresh = old.Refreshed();
            if (fresh != old)
            {
                // Expire() lets two look at once.
                var isMine = Interlocked.CompareExchange(ref _directory, fresh, old) == old;
                (isMine ? old : fresh).Leave();
            }
        }

        return Volatile.Read(ref _directory);
    }

    private static OpenResult Inspect(SafeFileHandle file)
    {
        if (Libc.Stat(file, out var stat) == 0 && stat.Type == Statx.S_IFREG)
        {
            return new OpenResult(OpenOutcome.File, file, ToFileStat(stat));
        }

        file.Dispose();
        return new OpenResult(stat.Type switch
        {
            Statx.S_IFDIR => OpenOutcome.Directory,
            0 => OpenOutcome.Unavailable,
            _ => OpenOutcome.NotFound,
        });
    }

    private static FileStat ToFileStat(in Statx stat) => new(
        ((ulong)stat.DeviceMajor << 32) | stat.DeviceMinor,
        stat.Inode,
        (long)stat.Size,
        stat.ModifiedSeconds,
        stat.ModifiedNanoseconds,
        stat.ChangedSeconds,
        stat.ChangedNanoseconds,
        stat.Links == 0);

    private static OpenOutcome OutcomeOf(int errno) => errno switch
    {
        // ENXIO, ENODEV: a socket, or a device without a driver. EINVAL, EILSEQ: not a name to this file system.
        Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP or Errno.EXDEV or Errno.ENAMETOOLONG
            or Errno.ENXIO or Errno.ENODEV or Errno.EINVAL or Errno.EILSEQ => OpenOutcome.NotFound,
        Errno.EACCES or Errno.EPERM => OpenOutcome.Denied,
        _ => OpenOutcome.Unavailable,
    };

    // Decided once, at start: ENOSYS before Linux 5.6, EPERM from a seccomp filter that does not know the call.
    private static bool CanOpenAt2(RootDirectory directory)
    {
        var how = new OpenHow { Flags = (ulong)OpenFlags.Directory, Resolve = OpenHow.RESOLVE_BENEATH | OpenHow.RESOLVE_NO_MAGICLINKS };
        var descriptor = Libc.OpenAt2(directory.Handle, ".\0"u8, how);
        if (descriptor < 0)
        {
            return false;
        }

        new SafeFileHandle(descriptor, ownsHandle: true).Dispose();
        return true;
    }
}
