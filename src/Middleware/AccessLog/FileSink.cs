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

    private static readonly TimeSpan WarningInterval = TimeSpan.FromMinutes(1);

    private readonly string _path;
    private readonly AeronetAccessLogFileOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly PosixSignalRegistration? _signal;

    private LogFile? _file;
    private DateTime _day;
    private long _lastWarning;
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
            file.TryLock();
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
                    mayRotate = Rotate(file);
                    if (mayRotate)
                    {
                        continue;
                    }
                }

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

    private LogFile Open()
    {
        var file = LogFile.Open(_path);
        _day = file.IsSeekable && file.Length > 0 ? File.GetLastWriteTimeUtc(_path).Date : _time.GetUtcNow().UtcDateTime.Date;
        return file;
    }

    private bool IsDue(LogFile file, int more) => file.IsSeekable && (_options.MaxSize is not null || _options.Daily)
        && file.Length is > 0 and var length
        && (length + more > _options.MaxSize || (_options.Daily && _time.GetUtcNow().UtcDateTime.Date != _day));

    /// <summary>Renames the full file, of which this process has the lock. Closing it gives the lock to who waits, and finds it renamed.</summary>
    private bool Rotate(LogFile file)
    {
        try
        {
            LogFile.Rename(_path, FullName());
            _file = null;
            _file = Open();
            file.Dispose();
            RemoveOldest();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (_lastWarning == 0 || _time.GetElapsedTime(_lastWarning) >= WarningInterval)
            {
                _lastWarning = _time.GetTimestamp();
                AccessLogLog.NotRotated(_logger, _path, e.Message);
            }

            _file ??= file;
            return false;
        }
    }

    // Sorts by time; the number is for several in a second.
    private string FullName()
    {
        var time = _time.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        for (var number = 0; ; number++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{_path}.{time}-{number:000}");
            if (!File.Exists(name))
            {
                return name;
            }
        }
    }

    private void RemoveOldest()
    {
        if (_options.Keep is not { } keep)
        {
            return;
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(_path))!;
        var full = Directory.EnumerateFiles(folder, Path.GetFileName(_path) + ".????????T??????Z-???")
            .Order(StringComparer.Ordinal).ToList();
        foreach (var file in full.Take(Math.Max(0, full.Count - keep)))
        {
            File.Delete(file);
        }
    }
}
