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
    private readonly string _path;
    private readonly AeronetAccessLogFileOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly PosixSignalRegistration? _signal;

    private FileStream? _file;
    private DateTime _day;
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
        _signal = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
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
        var file = _file ??= Open();
        if (IsDue(file, lines.Length))
        {
            file = Rotate(file);
        }

        Append(file, lines.Span);
        return ValueTask.CompletedTask;
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

    private FileStream Open()
    {
        // Without a buffer: lines come in batches. Readers and logrotate may have the file open and rename it.
        var file = new FileStream(
            _path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        _day = file.CanSeek && file.Length > 0 ? File.GetLastWriteTimeUtc(_path).Date : _time.GetUtcNow().UtcDateTime.Date;
        return file;
    }

    private bool IsDue(FileStream file, int more) => file.CanSeek && file.Length > 0
        && (file.Length + more > _options.MaxSize || (_options.Daily && _time.GetUtcNow().UtcDateTime.Date != _day));

    private FileStream Rotate(FileStream file)
    {
        try
        {
            File.Move(_path, FullName());
            file.Dispose();
            _file = null;
            _file = Open();
            RemoveOldest();
            return _file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            AccessLogLog.NotRotated(_logger, _path, e.Message);
            return _file ??= Open();
        }
    }

    // Where others cut the file short (logrotate's copytruncate), writing goes on at its new end. What was written of a batch that
    // did not fit on the disk is taken back, so that no half a line stays.
    private static void Append(FileStream file, ReadOnlySpan<byte> lines)
    {
        if (!file.CanSeek)
        {
            file.Write(lines);
            return;
        }

        var end = file.Length;
        try
        {
            file.Position = end;
            file.Write(lines);
        }
        catch (IOException)
        {
            TakeBack(file, end);
            throw;
        }
    }

    // A device has no length to set.
    private static void TakeBack(FileStream file, long end)
    {
        try
        {
            file.SetLength(end);
        }
        catch (IOException)
        {
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
