using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>
/// Writes lines to a file that is renamed and begun anew by size and day. All but <see cref="Dispose"/> and the signal happens on the
/// thread that writes.
/// </summary>
internal sealed class FileSink : IAccessLogSink, IDisposable
{
    // Of several processes each may rename the file once before this one comes to write.
    private const int MostChanges = 16;

    private const int MostInASecond = 1000;

    private static readonly TimeSpan WarningInterval = TimeSpan.FromMinutes(1);

    private readonly string _path;
    private readonly AeronetAccessLogFileOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly PosixSignalRegistration? _signal;

    private LogFile? _file;

    // That of the file's first line; null of a file that was empty when this process last looked.
    private DateTime? _day;
    private long? _lastNotRotated;
    private long? _lastNotRemoved;
    private volatile bool _reopen;

    /// <param name="path">The file.</param>
    /// <param name="options">Its options.</param>
    /// <param name="time">The clock that days are told by.</param>
    /// <param name="logger">The log of the log.</param>
    /// <param name="wake">Called when the file is to be opened again, on another thread.</param>
    public FileSink(string path, AeronetAccessLogFileOptions options, TimeProvider time, ILogger logger, Action wake)
    {
        _path = path;
        _options = options;
        _time = time;
        _logger = logger;

        // Now and not with the first line, so that a path of no use stops the start.
        _file = Open();
        _signal = OperatingSystem.IsWindows() || !options.ReopenOnHangup ? null
            : PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
            {
                // Else the process would end.
                signal.Cancel = true;
                _reopen = true;
                wake();
            });
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> lines, int count, CancellationToken cancellationToken)
    {
        ReopenIfAsked();
        var mayRotate = true;
        for (var changes = 0; ; changes++)
        {
            var file = _file ??= Open();
            var locked = file.TryLock();
            try
            {
                // Renamed or removed: by logrotate, or by another process when the file was full. The lock is that file's, so all is asked anew.
                if (changes < MostChanges && !file.IsAt(_path))
                {
                    _file = null;
                    file.Dispose();
                    continue;
                }

                if (mayRotate && changes < MostChanges && IsDue(file, lines.Length))
                {
                    mayRotate = TryRotate(file, locked);
                    if (!ReferenceEquals(file, _file))
                    {
                        continue;
                    }
                }

                _day ??= Today;
                file.Append(lines.Span);
                return ValueTask.CompletedTask;
            }
            finally
            {
                if (ReferenceEquals(file, _file))
                {
                    file.Unlock();
                }
            }
        }
    }

    /// <summary>Opens the file again if a signal asked for it: logrotate has renamed it.</summary>
    public void ReopenIfAsked()
    {
        if (!_reopen)
        {
            return;
        }

        _reopen = false;
        if (Reopen())
        {
            AccessLogLog.Reopened(_logger, _path);
        }
    }

    /// <summary>Opens the file again. If that fails, the next lines try again, and tell.</summary>
    public bool Reopen()
    {
        _file?.Dispose();
        _file = null;
        try
        {
            _file = Open();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        _signal?.Dispose();
        _file?.Dispose();
    }

    private DateTime Today => _time.GetUtcNow().UtcDateTime.Date;

    private LogFile Open()
    {
        _day = null;
        return LogFile.Open(_path);
    }

    private bool IsDue(LogFile file, int more)
    {
        if (!file.IsSeekable || (_options.MaxSize is null && !_options.Daily))
        {
            return false;
        }

        var length = file.Length;
        if (length == 0)
        {
            _day = null;
            return false;
        }

        // Its first line is another process's, or of an earlier run.
        _day ??= file.LastDay;
        return length + more > _options.MaxSize || (_options.Daily && Today != _day);
    }

    /// <summary>
    /// Renames the full file and begins another. Closing it gives the lock to who waits, and finds it renamed. False if the file stays; then
    /// it goes on.
    /// </summary>
    private bool TryRotate(LogFile file, LogLock locked)
    {
        if (locked == LogLock.Held)
        {
            // Who may be renaming it at this moment.
            WarnNotRotated("another process has its lock");
            return false;
        }

        try
        {
            RenameFull();
            _file = null;
            _file = Open();
            file.Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            WarnNotRotated(e.Message);
            _file ??= file;
            return false;
        }

        RemoveOldest();
        return true;
    }

    // The name sorts by time; the number is for several in a second.
    private void RenameFull()
    {
        var time = _time.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        for (var number = 0; number < MostInASecond; number++)
        {
            if (LogFile.TryRename(_path, string.Create(CultureInfo.InvariantCulture, $"{_path}.{time}-{number:000}")))
            {
                return;
            }
        }

        throw new IOException($"there are {MostInASecond} full files of this second.");
    }

    /// <summary>Removes full files that are too many. One that cannot be removed keeps no other one, and no line.</summary>
    private void RemoveOldest()
    {
        if (_options.Keep is not { } keep)
        {
            return;
        }

        string? problem = null;
        try
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(_path))!;
            var full = Directory.EnumerateFiles(folder, Path.GetFileName(_path) + ".????????T??????Z-???")
                .Order(StringComparer.Ordinal).ToList();
            foreach (var file in full.Take(Math.Max(0, full.Count - keep)))
            {
                problem = TryRemove(file) ?? problem;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = e.Message;
        }

        if (problem is not null && IsTimeToWarn(ref _lastNotRemoved))
        {
            AccessLogLog.NotRemoved(_logger, _path, problem);
        }
    }

    private static string? TryRemove(string file)
    {
        try
        {
            File.Delete(file);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    private void WarnNotRotated(string reason)
    {
        if (IsTimeToWarn(ref _lastNotRotated))
        {
            AccessLogLog.NotRotated(_logger, _path, reason);
        }
    }

    private bool IsTimeToWarn(ref long? last)
    {
        if (last is { } time && _time.GetElapsedTime(time) < WarningInterval)
        {
            return false;
        }

        last = _time.GetTimestamp();
        return true;
    }
}
