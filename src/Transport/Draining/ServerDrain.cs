using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.Listening;
using Aeronet.AspNetCore.Transport.SendFile;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Transport.Draining;

/// <summary>
/// The drain of one server. One task, on the thread pool, walks through the phases; requests only read which it is.
/// <code>
///            BeginAsync, or the host stops
///                    |
/// Serving -------> Draining: requests are told that they are their connection's last
///                    | delay
///                  Closing:  endpoints unbound; each connection asked to close, patiently for a second; then the host may stop
///                    | no connection, or time
///                  Drained
/// </code>
/// A host that stops and asked for no delay gets none of that: its server closes endpoints and connections at once, and the task looks on.
/// </summary>
internal sealed class ServerDrain : IAeronetDrain, IDrainNotice, IDisposable
{
    /// <summary>How long a connection is left alone that has sent nothing yet, or sends just now.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_report = TimeSpan.FromSeconds(1);

    private readonly AeronetTransportOptions _options;
    private readonly AeronetConnectionListenerFactory? _transport;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _began = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly TaskCompletionSource _mayStop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationToken _endedToken;
    private Task? _drain;
    private int _disposed;
    private long _closesAt = long.MaxValue;
    private volatile AeronetDrainPhase _phase;
    private volatile bool _isStopping;

    public ServerDrain(IOptions<AeronetTransportOptions> options, IEnumerable<IConnectionListenerFactory> transports, ILoggerFactory loggers)
    {
        _options = options.Value;
        _transport = transports.OfType<AeronetConnectionListenerFactory>().SingleOrDefault();
        _logger = TransportLog.CreateLogger(loggers);
        Began = _began.Token;
        _endedToken = _ended.Token;
    }

    public AeronetDrainPhase Phase => _phase;

    public CancellationToken Began { get; }

    bool IDrainNotice.IsDraining => _phase != AeronetDrainPhase.Serving;

    /// <summary>Ends when the server may close what is left.</summary>
    internal Task MayStop => _mayStop.Task;

    public Task BeginAsync(TimeSpan? delay = null, CancellationToken cancellationToken = default)
    {
        if (delay is { } given)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(given, TimeSpan.Zero, nameof(delay));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(given, TimeSpan.FromDays(1), nameof(delay));
        }

        return Begin(delay ?? _options.DrainDelay, leavesClosing: false).WaitAsync(cancellationToken);
    }

    /// <summary>The host stops. Its time counts from here, so it is the bound of the drain too.</summary>
    internal void BeginForStop()
    {
        _isStopping = true;
        _ = Begin(_options.DrainDelay, leavesClosing: _options.DrainDelay == TimeSpan.Zero);
    }

    /// <summary>The server has stopped, whatever was left. A drain that failed is logged and is no failure of the stop.</summary>
    internal async Task EndAsync(CancellationToken cancellationToken)
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        if (_drain is not { } drain)
        {
            return;
        }

        await drain.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (drain.Exception is { } failure)
        {
            DrainLog.Failed(_logger, failure);
        }
    }

    /// <summary>More than once: the container disposes it under each name it is asked for by.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _ended.Cancel();
        _ended.Dispose();
        _began.Dispose();
    }

    /// <summary>Begins, or where it has begun has the delay end sooner, never later.</summary>
    private Task Begin(TimeSpan delay, bool leavesClosing)
    {
        var closesAt = Stopwatch.GetTimestamp() + (long)(delay.TotalSeconds * Stopwatch.Frequency);
        lock (_gate)
        {
            Volatile.Write(ref _closesAt, Math.Min(_closesAt, closesAt));
            if (_drain is null)
            {
                _phase = AeronetDrainPhase.Draining;
                _drain = Task.Run(() => DrainAsync(delay, leavesClosing));
            }

            return _drain;
        }
    }

    private async Task DrainAsync(TimeSpan delay, bool leavesClosing)
    {
        try
        {
            var start = Stopwatch.GetTimestamp();

            // Not waited for: the application's callbacks may never return.
            _ = TellAsync();

            // A server that simply stops, and had nothing to do, leaves no lines in the log.
            var census = TakeCensus();
            var reports = !leavesClosing || census.Total > 0;
            if (delay > TimeSpan.Zero)
            {
                DrainLog.Began(_logger, delay.TotalSeconds, census.ToString());
                await DelayAsync().ConfigureAwait(false);
            }

            _phase = AeronetDrainPhase.Closing;
            if (leavesClosing)
            {
                _mayStop.TrySetResult();
            }
            else if (_transport is not null)
            {
                await _transport.UnbindAllAsync().ConfigureAwait(false);
            }

            if (reports)
            {
                DrainLog.Closes(_logger, TakeCensus().ToString());
            }

            var isEmpty = await CloseAsync(asks: !leavesClosing).ConfigureAwait(false);
            _mayStop.TrySetResult();
            _phase = AeronetDrainPhase.Drained;
            if (isEmpty && reports)
            {
                DrainLog.Drained(_logger, Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
        }
        finally
        {
            _mayStop.TrySetResult();
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The application's code, and the drain goes on.")]
    private async Task TellAsync()
    {
        try
        {
            await _began.CancelAsync().ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            DrainLog.CallbackFailed(_logger, failure);
        }
    }

    private async Task DelayAsync()
    {
        var reported = Stopwatch.GetTimestamp();
        while (TimeToClose() is var left && left > TimeSpan.Zero && !_endedToken.IsCancellationRequested)
        {
            if (Stopwatch.GetElapsedTime(reported) >= s_report)
            {
                reported = Stopwatch.GetTimestamp();
                DrainLog.Waits(_logger, left.TotalSeconds, TakeCensus().ToString());
            }

            await PauseAsync(left < s_look ? left : s_look).ConfigureAwait(false);
        }
    }

    private TimeSpan TimeToClose() => -Stopwatch.GetElapsedTime(Volatile.Read(ref _closesAt));

    /// <summary>Until no connection is left, which is true, or time is up, or the server has stopped.</summary>
    private async Task<bool> CloseAsync(bool asks)
    {
        var start = Stopwatch.GetTimestamp();
        var counted = start;
        while (_transport is { HasConnections: true })
        {
            var elapsed = Stopwatch.GetElapsedTime(start);
            if (asks)
            {
                // One that its server has not taken by now is not waited for, and asked as soon as it is.
                var isPatient = elapsed < s_patience;
                asks = !TryAskAll(isPatient);
                if (!asks || !isPatient)
                {
                    _mayStop.TrySetResult();
                }
            }

            // The census looks at each: every second. Who only waits for its peer to close is none of it.
            if (Stopwatch.GetElapsedTime(counted) >= s_report)
            {
                counted = Stopwatch.GetTimestamp();
                var census = TakeCensus();
                if (census.Total == 0)
                {
                    return true;
                }

                DrainLog.Closes(_logger, census.ToString());
            }

            if (!_isStopping && elapsed >= _options.DrainTimeout)
            {
                DrainLog.TimedOut(_logger, elapsed.TotalSeconds, TakeCensus().ToString());
                StopAll();
                return false;
            }

            if (_endedToken.IsCancellationRequested)
            {
                return false;
            }

            await PauseAsync(s_look).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>Asks every connection to close. False while there are some to come back to.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A fault of one connection; the others must be asked.")]
    private bool TryAskAll(bool isPatient)
    {
        var areAsked = true;
        foreach (var connection in _transport!.Connections())
        {
            try
            {
                areAsked &= connection.TryAskToClose(isPatient);
            }
            catch (AggregateException failure)
            {
                // Of the application's, which may listen to ConnectionClosedRequested.
                DrainLog.CallbackFailed(_logger, failure);
            }
            catch (Exception failure)
            {
                areAsked = false;
                DrainLog.ConnectionFailed(_logger, failure);
            }
        }

        return areAsked;
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A fault of one connection; the others must be stopped.")]
    private void StopAll()
    {
        foreach (var connection in _transport!.Connections())
        {
            try
            {
                connection.StopNow();
            }
            catch (Exception failure)
            {
                DrainLog.ConnectionFailed(_logger, failure);
            }
        }
    }

    private Task PauseAsync(TimeSpan time) => Task.Delay(time, _endedToken).ContinueWith(
        static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    private ConnectionCensus TakeCensus() => ConnectionCensus.Of(_transport?.Connections() ?? []);
}
