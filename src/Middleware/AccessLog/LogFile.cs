using System.Runtime.InteropServices;
using Aeronet.AspNetCore.Middleware.Native;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>
/// A file that lines are appended to, by several processes perhaps. On Linux it is opened with O_APPEND, so that no two of them write to one
/// place (open(2)), and has a lock (fcntl(2), of the open file) under which one of them renames it or takes half a batch back. Elsewhere one process writes.
/// </summary>
internal sealed class LogFile : IDisposable
{
    private const int AccessDenied = 13;
    private const int NotPermitted = 1;
    private const int ReadOnlyFileSystem = 30;
    private const int Exists = 17;
    private const int InvalidArgument = 22;
    private const int NoSuchCall = 38;
    private const int LockTries = 100;

    private static readonly TimeSpan LockWait = TimeSpan.FromMilliseconds(10);

    private readonly FileStream _stream;
    private bool _isLocked;

    private LogFile(FileStream stream) => _stream = stream;

    /// <summary>Whether it is a file, and no pipe or terminal.</summary>
    public bool IsSeekable => _stream.CanSeek;

    /// <summary>What all have written.</summary>
    public long Length => RandomAccess.GetLength(_stream.SafeFileHandle);

    /// <summary>The day (UTC) on which somebody last wrote.</summary>
    public DateTime LastDay => File.GetLastWriteTimeUtc(_stream.SafeFileHandle).Date;

    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened.</exception>
    public static LogFile Open(string path)
    {
        // Without a buffer: lines come in batches. Readers and logrotate may have the file open and rename it.
        if (!Libc.IsSupported)
        {
            return new LogFile(
                new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0));
        }

        var result = Libc.OpenForAppending(path);
        if (result < 0)
        {
            var message = $"'{path}' cannot be opened: {Marshal.GetPInvokeErrorMessage(-result)}.";
            throw -result is AccessDenied or NotPermitted or ReadOnlyFileSystem
                ? new UnauthorizedAccessException(message)
                : new IOException(message, -result);
        }

#pragma warning disable CA2000 // The stream owns the handle.
        return new LogFile(new FileStream(new SafeFileHandle(result, ownsHandle: true), FileAccess.Write, bufferSize: 0, isAsync: false));
#pragma warning restore CA2000
    }

    /// <summary>Renames a file; false if another has the new name already, which keeps it.</summary>
    /// <exception cref="IOException">The file cannot be renamed.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be.</exception>
    public static bool TryRename(string from, string to)
    {
        if (!Libc.IsSupported)
        {
            if (File.Exists(to))
            {
                return false;
            }

            File.Move(from, to);
            return true;
        }

        var result = Libc.RenameToNew(from, to);
        if (-result is InvalidArgument or NoSuchCall or NotPermitted)
        {
            // Not by a link and its removal instead, which would remove what another process has begun in between.
            result = File.Exists(to) ? -Exists : Libc.Rename(from, to);
        }

        return result >= 0 || (-result == Exists
            ? false
            : throw new IOException($"'{from}' cannot be renamed: {Marshal.GetPInvokeErrorMessage(-result)}.", -result));
    }

    /// <summary>
    /// Takes the lock, and waits a second for it. Without it lines can be appended all the same: each batch in one call.
    /// </summary>
    public LogLock TryLock()
    {
        if (!IsSeekable || !Libc.IsSupported)
        {
            return LogLock.Unsupported;
        }

        for (var i = 0; i < LockTries; i++)
        {
            var result = Libc.TryLock(_stream.SafeFileHandle);
            if (result >= 0)
            {
                _isLocked = true;
                return LogLock.Taken;
            }

            if (-result is not (11 or 13 or 4)) // EAGAIN, EACCES, EINTR
            {
                return LogLock.Unsupported;
            }

            Thread.Sleep(LockWait);
        }

        return LogLock.Held;
    }

    public void Unlock()
    {
        if (_isLocked)
        {
            _isLocked = false;
            _ = Libc.Unlock(_stream.SafeFileHandle);
        }
    }

    /// <summary>Whether the path still leads to this file: nobody has renamed or removed it.</summary>
    public bool IsAt(string path) => !IsSeekable || !Libc.IsSupported || Libc.Stat(_stream.SafeFileHandle, out var open) < 0
        || (Libc.Stat(path, out var found) >= 0
            && (open.Inode, open.DeviceMajor, open.DeviceMinor) == (found.Inode, found.DeviceMajor, found.DeviceMinor));

    /// <summary>
    /// Appends whole lines, also where others have cut the file short (logrotate's copytruncate). What was written of a batch that did not
    /// fit on the disk is taken back under the lock, so that no half a line stays.
    /// </summary>
    public void Append(ReadOnlySpan<byte> lines)
    {
        if (!IsSeekable)
        {
            _stream.Write(lines);
            return;
        }

        var end = Length;
        try
        {
            _stream.Position = end;
            _stream.Write(lines);
        }
        catch (IOException) when (_isLocked || !Libc.IsSupported)
        {
            TakeBack(end);
            throw;
        }
    }

    /// <summary>Takes back what is behind a place. A file that others have cut short before it (copytruncate) stays as it is, unfilled.</summary>
    internal void TakeBack(long end)
    {
        try
        {
            if (Length > end)
            {
                _stream.SetLength(end);
            }
        }

        // A device has no length to set.
        catch (IOException)
        {
        }
    }

    public void Dispose() => _stream.Dispose();
}
