using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using Aeronet.AspNetCore.Middleware.BadRequests;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>
/// Makes lines of requests until the host has stopped, by the options in force. A change of configuration that is wrong is logged and
/// leaves the log alone; the framework's own monitor of options would throw on the thread that watches the file.
/// </summary>
internal sealed class AccessLogWriter : IHostedLifecycleService, IBadRequestListener, IAsyncDisposable
{
    private const int CopyChunk = 64 * 1024;

    [ThreadStatic]
    private static LineWriter? t_line;

    private readonly IOptionsFactory<AeronetAccessLogOptions> _options;
    private readonly AccessLogServices _services;
    private readonly CancellationTokenSource _stop = new();
    private readonly IDisposable? _changes;
    private readonly Lock _changing = new();
    private readonly IOptions<KestrelServerOptions>? _kestrel;

    // Written under _changing.
    private volatile AccessLogRun _run;
    private bool _isEnding;
    private string? _problem;

    // Below which the pipeline has the log; an empty one is everywhere. Written while the pipeline is built.
    private PathString[] _prefixes = [];

    public AccessLogWriter(
        IOptionsFactory<AeronetAccessLogOptions> options,
        IEnumerable<IAccessLogSink> sinks,
        ILoggerFactory loggers,
        IConfiguration? configuration = null,
        IHostEnvironment? environment = null,
        IMeterFactory? meters = null,
        TimeProvider? time = null,
        IOptions<KestrelServerOptions>? kestrel = null)
    {
        _kestrel = kestrel;
        _options = options;
        _services = new AccessLogServices(
            [.. sinks],
            environment?.ContentRootPath ?? "",
            new AccessLogMetrics(meters),
            loggers.CreateLogger(AccessLogLog.Category),
            time ?? TimeProvider.System);
        _run = new AccessLogRun(options.Create(Options.DefaultName), _services);
        _run.Start(Task.CompletedTask, _stop.Token);
        _changes = configuration is null ? null : ChangeToken.OnChange(configuration.GetReloadToken, Reload);
    }

    /// <summary>The most that the server has of a response's bytes whose flush has completed.</summary>
    public long ServerBuffer => (_kestrel?.Value.Limits is { } limits ? limits.MaxResponseBufferSize : 0) + CopyChunk ?? long.MaxValue;

    /// <summary>
    /// The entry of a request that begins, to be ended by <see cref="CompleteAsync"/>; null if the request has one already. Kept by the
    /// server with the connection or the stream, and never shared beyond it; where the server keeps nothing, it is the request's own.
    /// </summary>
    public AccessLogEntry? TryBegin(HttpContext context)
    {
        AccessLogEntry entry;
        if (_run.Excludes(context.Request.Path))
        {
            return null;
        }

        if (context.Features.Get<IPersistentStateFeature>() is not { } kept)
        {
            if (context.Features.Get<AccessLogEntry>() is { IsFree: false })
            {
                return null;
            }

            entry = new AccessLogEntry(this, servesMany: false);
            context.Features.Set(entry);
            return entry;
        }

        if (kept.State.TryGetValue(this, out var known) && known is AccessLogEntry last)
        {
            if (last.IsFree)
            {
                return last;
            }

            if (last.Context == context)
            {
                return null;
            }
        }

        kept.State[this] = entry = new AccessLogEntry(this, servesMany: true);
        return entry;
    }

    private bool IsUsed => _prefixes.Length > 0;

    /// <summary>The pipeline uses the log: says so if that is for nothing.</summary>
    /// <param name="prefix">Where; empty for everywhere, or where that is not known.</param>
    public void OnUsed(PathString prefix)
    {
        _prefixes = [.. _prefixes, prefix];
        if (_prefixes.Length == 1)
        {
            WarnIfNowhere(_run);
        }
    }

    /// <summary>Whether the bytes of requests are in the lines, and so to be counted.</summary>
    public bool CountsRequests => _run.Fields.CountsRequests;

    /// <summary>Whether requests are logged that the server refuses.</summary>
    public bool IsEnabled => IsUsed && _run.Options.RefusedRequests;

    /// <summary>Ends a request: makes its line and lets it go.</summary>
    public Task CompleteAsync(AccessLogEntry entry)
    {
        try
        {
            entry.End();
            return Write(entry);
        }
        finally
        {
            // Also where a line could not be made of what the application had set: the connection's next request is another matter.
            entry.Clear();
        }
    }

    [SuppressMessage(
        "Design", "CA1031:Do not catch general exception types", Justification = "A mistake of ours must not keep Kestrel from answering.")]
    public void OnBadRequest(IFeatureCollection features)
    {
        // Of the base type are those that the application throws. One that has an entry will have its line.
        if (features.Get<IBadRequestExceptionFeature>()?.Error is not Microsoft.AspNetCore.Http.BadHttpRequestException error
            || error.GetType() == typeof(Microsoft.AspNetCore.Http.BadHttpRequestException)
            || (features.Get<IPersistentStateFeature>() is { } kept && kept.State.TryGetValue(this, out var known)
                && known is AccessLogEntry { IsFree: false }))
        {
            return;
        }

        // As it was sent: no middleware has taken a base from it. Empty where it was not understood.
        var path = features.Get<IHttpRequestFeature>()?.Path is ['/', ..] sent ? new PathString(sent) : PathString.Empty;
        if (_run.Excludes(path) || !Array.Exists(_prefixes, prefix => path.StartsWithSegments(prefix)))
        {
            return;
        }

        try
        {
            var entry = new AccessLogEntry(this, servesMany: false);
            entry.Refuse(new DefaultHttpContext(features), error.StatusCode);
            _ = Write(entry);
        }
        catch (Exception exception)
        {
            AccessLogLog.RefusedNotWritten(_services.Logger, exception);
        }
    }

    private Task Write(AccessLogEntry entry)
    {
        var run = _run;
        if (run.Options.Logger)
        {
            LogRequest(run, entry);
        }

        var waiting = Task.CompletedTask;
        if (run.HasSinks)
        {
            var line = t_line ??= new LineWriter();
            line.Clear();
            run.Format(line, entry);
            if (!run.Queue.TryAdd(line.Written))
            {
                waiting = AddElsewhere(run, line.Written);
            }
        }

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
        lock (_changing)
        {
            _isEnding = true;
        }

        _run.Complete();
        using var registration = cancellationToken.Register(_stop.Cancel);
        await _run.Writing.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        _changes?.Dispose();
        await StoppedAsync(CancellationToken.None).ConfigureAwait(false);
        _stop.Dispose();
    }

    /// <summary>A line for which the run's queue has no room, or which came when another run had just taken its place.</summary>
    private Task AddElsewhere(AccessLogRun run, ReadOnlySpan<byte> line)
    {
        while (run.Queue.IsCompleted && run != _run)
        {
            run = _run;
            if (run.Queue.TryAdd(line))
            {
                return Task.CompletedTask;
            }
        }

        if (run.Options.Overflow == AccessLogOverflow.Wait)
        {
            return AddLaterAsync(run, line.ToArray());
        }

        run.Queue.NoteDropped();
        return Task.CompletedTask;
    }

    private async Task AddLaterAsync(AccessLogRun run, byte[] line)
    {
        while (true)
        {
            var mayFit = await run.Queue.WaitForRoomAsync(line.Length).ConfigureAwait(false);
            if (mayFit && run.Queue.TryAdd(line))
            {
                return;
            }

            if (run.Queue.IsCompleted && run != _run)
            {
                run = _run;
            }
            else if (!mayFit)
            {
                run.Queue.NoteDropped();
                return;
            }
        }
    }

    private void LogRequest(AccessLogRun run, AccessLogEntry entry)
    {
        var level = run.LevelOf(entry.StatusCode);
        if (level != LogLevel.None && _services.Logger.IsEnabled(level))
        {
            var request = entry.Context.Request;
            var remote = run.Fields.Remote(entry.Context)?.ToString();
            var path = request.PathBase.ToUriComponent() + request.Path.ToUriComponent();
            AccessLogLog.Request(
                _services.Logger,
                level,
                remote,
                request.Method,
                path,
                request.Protocol,
                entry.StatusCode,
                entry.Bytes,
                entry.Microseconds / 1000.0);
        }
    }

    private void Reload()
    {
        lock (_changing)
        {
            try
            {
                var options = _options.Create(Options.DefaultName);
                if (!_isEnding && !options.IsSameAs(_run.Options))
                {
                    var (previous, next) = (_run, new AccessLogRun(options, _services));
                    next.Start(previous.Writing, _stop.Token);
                    _run = next;
                    previous.Complete();
                    AccessLogLog.Reloaded(_services.Logger);
                    WarnIfNowhere(next);
                }

                _problem = null;
            }
            catch (OptionsValidationException wrong)
            {
                Refuse(string.Join(' ', wrong.Failures));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Refuse(e.Message);
            }
        }
    }

    private void WarnIfNowhere(AccessLogRun run)
    {
        if (IsUsed && !run.HasSinks && !run.Options.Logger)
        {
            AccessLogLog.Nowhere(_services.Logger);
        }
    }

    // One change makes several events: each source of configuration has its own.
    private void Refuse(string problem)
    {
        if (_problem != problem)
        {
            _problem = problem;
            AccessLogLog.NotReloaded(_services.Logger, problem);
        }
    }
}
