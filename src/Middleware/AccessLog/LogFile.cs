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
    private const int LockTries = 100;

    private static readonly TimeSpan LockWait = TimeSpan.FromMilliseconds(10);

    private readonly FileStream _stream;
    private bool _isLocked;

    private LogFile(FileStream stream) => _stream = stream;

    /// <summary>Whether it is a file, and no pipe or terminal.</summary>
    public bool IsSeekable => _stream.CanSeek;

    /// <summary>What all have written.</summary>
    public long Length => RandomAccess.GetLength(_stream.SafeFileHandle);

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

    /// <exception cref="IOException">The file cannot be renamed.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be.</exception>
    public static void Rename(string from, string to)
    {
        if (!Libc.IsSupported)
        {
            File.Move(from, to);
        }
        else if (Libc.Rename(from, to) is < 0 and var result)
        {
            throw new IOException($"'{from}' cannot be renamed: {Marshal.GetPInvokeErrorMessage(-result)}.", -result);
        }
    }

    /// <summary>
    /// Takes the lock; false if another process keeps it for a second (stopped by a debugger, say) or the file system has none. Lines can be
    /// appended all the same: each batch in one call.
    /// </summary>
    public bool TryLock()
    {
        for (var i = 0; IsSeekable && Libc.IsSupported && i < LockTries; i++)
        {
            var result = Libc.TryLock(_stream.SafeFileHandle);
            if (result >= 0)
            {
                return _isLocked = true;
            }

            if (-result is not (11 or 13 or 4)) // EAGAIN, EACCES, EINTR
            {
                return false;
            }

            Thread.Sleep(LockWait);
        }

        return false;
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

    public void Dispose() => _stream.Dispose();

    // A device has no length to set.
    private void TakeBack(long end)
    {
        try
        {
            _stream.SetLength(end);
        }
        catch (IOException)
        {
        }
    }
}
