using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.ObjectPool;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>Makes lines of requests, and writes them to the sinks in batches until the host has stopped.</summary>
internal sealed class AccessLogWriter : IHostedLifecycleService, IAsyncDisposable
{
    private static readonly TimeSpan WarningInterval = TimeSpan.FromMinutes(1);

    [ThreadStatic]
    private static LineWriter? t_line;

    private readonly AeronetAccessLogOptions _options;
    private readonly AccessLogFields _fields;
    private readonly AccessLogFormat _format;
    private readonly LineQueue _queue;
    private readonly List<IAccessLogSink> _sinks;
    private readonly FileSink? _file;
    private readonly AccessLogMetrics _metrics;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly DefaultObjectPool<AccessLogEntry> _entries;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _writing;

    private volatile bool _isEnding;
    private long _unreported;
    private string _lastFailure = "";
    private long _lastWarning;

    public AccessLogWriter(
        IOptions<AeronetAccessLogOptions> options,
        IEnumerable<IAccessLogSink> sinks,
        ILoggerFactory loggers,
        IHostEnvironment? environment = null,
        IMeterFactory? meters = null,
        TimeProvider? time = null)
    {
        _options = options.Value;
        _time = time ?? TimeProvider.System;
        _logger = loggers.CreateLogger(AccessLogLog.Category);
        _fields = new AccessLogFields(_options, _time);
        _format = AccessLogFormat.TryCompile(_options.Format, _fields, out var error)
            ?? throw new InvalidOperationException(error);
        _metrics = new AccessLogMetrics(meters);
        _queue = new LineQueue(_options.QueueSize);
        _entries = new DefaultObjectPool<AccessLogEntry>(new EntryPolicy(this), 1024);
        _sinks = [.. sinks];
        if (_options.Stdout)
        {
            _sinks.Add(new StdoutSink());
        }

        if (_options.File.Path is { } path)
        {
            path = Path.Combine(environment?.ContentRootPath ?? "", path);
            _file = new FileSink(path, _options.File, _time, _logger, _queue.Wake);
            _sinks.Add(_file);
        }

        _writing = _sinks.Count == 0 ? Task.CompletedTask : Task.Run(WriteAsync);
    }

    /// <summary>An entry to be given back by <see cref="CompleteAsync"/>.</summary>
    public AccessLogEntry Rent() => _entries.Get();

    /// <summary>Ends a request: makes its line and lets it go.</summary>
    public Task CompleteAsync(AccessLogEntry entry)
    {
        entry.End();
        if (_options.Logger)
        {
            LogRequest(entry);
        }

        var waiting = Task.CompletedTask;
        if (_sinks.Count > 0)
        {
            var line = t_line ??= new LineWriter();
            line.Clear();
            _format.Write(line, entry);
            waiting = Add(line.Written);
        }

        entry.Clear();
        _entries.Return(entry);
        return waiting;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Writes what is left: by now the server has ended its last request.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        _isEnding = true;
        _queue.Complete();
        using var registration = cancellationToken.Register(_stop.Cancel);
        await _writing.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await StoppedAsync(CancellationToken.None).ConfigureAwait(false);
        _file?.Dispose();
        _stop.Dispose();
    }

    private Task Add(ReadOnlySpan<byte> line)
    {
        if (_queue.TryAdd(line))
        {
            return Task.CompletedTask;
        }

        if (_options.Overflow == AccessLogOverflow.Wait)
        {
            return AddLaterAsync(line.ToArray());
        }

        _queue.NoteDropped();
        return Task.CompletedTask;
    }

    private async Task AddLaterAsync(byte[] line)
    {
        while (await _queue.WaitForRoomAsync(line.Length).ConfigureAwait(false))
        {
            if (_queue.TryAdd(line))
            {
                return;
            }
        }

        _queue.NoteDropped();
    }

    private void LogRequest(AccessLogEntry entry)
    {
        if (_logger.IsEnabled(LogLevel.Information))
        {
            var request = entry.Context.Request;
            AccessLogLog.Request(
                _logger,
                _fields.Remote(entry.Context)?.ToString(),
                Text.PrintableText.Escape(request.Method),
                request.PathBase.ToUriComponent() + request.Path.ToUriComponent(),
                request.Protocol,
                entry.Context.Response.StatusCode,
                entry.Bytes,
                entry.Microseconds / 1000.0);
        }
    }

    private async Task WriteAsync()
    {
        while (true)
        {
            // Without a first line there is nothing to gather others for.
            await _queue.WaitAsync(Timeout.InfiniteTimeSpan, CancellationToken.None).ConfigureAwait(false);
            if (!_isEnding && _options.FlushInterval > TimeSpan.Zero)
            {
                await _queue.WaitAsync(_options.FlushInterval, CancellationToken.None).ConfigureAwait(false);
            }

            var isEnding = _isEnding;
            var lines = _queue.Take(out var count);
            if (count > 0)
            {
                await WriteBatchAsync(lines, count).ConfigureAwait(false);
            }
            else
            {
                _file?.ReopenIfAsked();
            }

            ReportDropped();
            if (isEnding)
            {
                return;
            }
        }
    }

    private async Task WriteBatchAsync(ReadOnlyMemory<byte> lines, int count)
    {
        foreach (var sink in _sinks)
        {
            try
            {
                await sink.WriteAsync(lines, count, _stop.Token).ConfigureAwait(false);
                _metrics.Written(count);
            }
#pragma warning disable CA1031 // A sink is somebody else's code, or a disk that is full: the log goes on with the next batch.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _metrics.DroppedBySink(count);
                _unreported += count;
                _lastFailure = e.Message;
            }
        }
    }

    private void ReportDropped()
    {
        var dropped = _queue.TakeDropped();
        if (dropped > 0)
        {
            _metrics.DroppedByQueue((int)dropped);
            _unreported += dropped;
            _lastFailure = "the queue was full";
        }

        if (_unreported > 0
            && (_isEnding || _lastWarning == 0 || _time.GetElapsedTime(_lastWarning) > WarningInterval))
        {
            AccessLogLog.Dropped(_logger, _unreported, _lastFailure);
            _unreported = 0;
            _lastWarning = _time.GetTimestamp();
        }
    }

    private sealed class EntryPolicy(AccessLogWriter log) : IPooledObjectPolicy<AccessLogEntry>
    {
        public AccessLogEntry Create() => new(log);

        public bool Return(AccessLogEntry obj) => true;
    }
}
