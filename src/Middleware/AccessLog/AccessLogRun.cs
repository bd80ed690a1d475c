using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>
/// The log by one set of options: what a line looks like, where lines wait, and whom they are written to in batches. When the options
/// change another run takes its place, which writes nothing before this one has written what it was given.
/// </summary>
[SuppressMessage(
    "Design", "CA1001:Types that own disposable fields should be disposable", Justification = "The file is closed by the end of writing.")]
internal sealed class AccessLogRun
{
    private static readonly TimeSpan WarningInterval = TimeSpan.FromMinutes(1);

    private readonly AccessLogServices _services;
    private readonly AccessLogFormat _format;
    private readonly IAccessLogSink[] _sinks;
    private readonly FileSink? _file;
    private readonly PathString[] _excluded;

    private long _unreported;
    private string _lastFailure = "";
    private long _lastWarning;

    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be opened.</exception>
    public AccessLogRun(AeronetAccessLogOptions options, AccessLogServices services)
    {
        _services = services;
        Options = options;
        Fields = new AccessLogFields(options, services.Time);
        _format = AccessLogFormat.TryCompile(options.Format, Fields, out var error) ?? throw new InvalidOperationException(error);
        _excluded = [.. options.ExcludePaths.Select(path => new PathString(path))];
        Queue = new LineQueue(options.QueueSize);
        if (options.File.Path is { } path)
        {
            _file = new FileSink(Path.Combine(services.Root, path), options.File, services.Time, services.Logger, Queue.Wake);
        }

        IAccessLogSink?[] sinks = [.. services.Sinks, options.Stdout ? new StdoutSink() : null, _file];
        _sinks = [.. sinks.OfType<IAccessLogSink>()];
    }

    public AeronetAccessLogOptions Options { get; }

    public AccessLogFields Fields { get; }

    /// <summary>Where lines wait.</summary>
    public LineQueue Queue { get; }

    /// <summary>Whether anybody wants lines.</summary>
    public bool HasSinks => _sinks.Length > 0;

    /// <summary>Whether requests of a path are left out.</summary>
    public bool Excludes(PathString path)
    {
        foreach (var excluded in _excluded)
        {
            if (path.StartsWithSegments(excluded))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The level of the event of a response.</summary>
    public LogLevel LevelOf(int status) => status >= StatusCodes.Status500InternalServerError ? Options.ServerErrorLevel
        : status >= StatusCodes.Status400BadRequest ? Options.ClientErrorLevel : Options.Level;

    /// <summary>Complete when all is written.</summary>
    public Task Writing { get; private set; } = Task.CompletedTask;

    public void Format(LineWriter line, AccessLogEntry entry) => _format.Write(line, entry);

    /// <summary>Begins to write.</summary>
    /// <param name="previous">What has to be written before.</param>
    /// <param name="cancellationToken">Cancelled when the host no longer waits for the log.</param>
    public void Start(Task previous, CancellationToken cancellationToken) =>
        Writing = HasSinks ? Task.Run(() => WriteAsync(previous, cancellationToken), CancellationToken.None) : previous;

    /// <summary>Takes no more lines, and writes those that are there.</summary>
    public void Complete() => Queue.Complete();

    private async Task WriteAsync(Task previous, CancellationToken cancellationToken)
    {
        using var file = _file;
        if (!previous.IsCompleted)
        {
            await previous.ConfigureAwait(false);

            // Which may have begun it anew since it was opened.
            _file?.Reopen();
        }

        bool isEnding;
        do
        {
            // Without a first line there is nothing to gather others for.
            await Queue.WaitAsync(Timeout.InfiniteTimeSpan, CancellationToken.None).ConfigureAwait(false);
            if (!Queue.IsCompleted && Options.FlushInterval > TimeSpan.Zero)
            {
                await Queue.WaitAsync(Options.FlushInterval, CancellationToken.None).ConfigureAwait(false);
            }

            // In this order: what was added before the end is taken now.
            isEnding = Queue.IsCompleted;
            var lines = Queue.Take(out var count);
            if (count > 0)
            {
                await WriteBatchAsync(lines, count, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                _file?.ReopenIfAsked();
            }

            ReportDropped();
        }
        while (!isEnding);
    }

    private async Task WriteBatchAsync(ReadOnlyMemory<byte> lines, int count, CancellationToken cancellationToken)
    {
        foreach (var sink in _sinks)
        {
            try
            {
                await sink.WriteAsync(lines, count, cancellationToken).ConfigureAwait(false);
                _services.Metrics.Written(count);
            }
#pragma warning disable CA1031 // A sink is somebody else's code, or a disk that is full: the log goes on with the next batch.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _services.Metrics.DroppedBySink(count);
                _unreported += count;
                _lastFailure = e.Message;
            }
        }
    }

    private void ReportDropped()
    {
        var dropped = Queue.TakeDropped();
        if (dropped > 0)
        {
            _services.Metrics.DroppedByQueue((int)dropped);
            _unreported += dropped;
            _lastFailure = "the queue was full";
        }

        if (_unreported > 0
            && (Queue.IsCompleted || _lastWarning == 0 || _services.Time.GetElapsedTime(_lastWarning) > WarningInterval))
        {
            AccessLogLog.Dropped(_services.Logger, _unreported, _lastFailure);
            _unreported = 0;
            _lastWarning = _services.Time.GetTimestamp();
        }
    }
}
