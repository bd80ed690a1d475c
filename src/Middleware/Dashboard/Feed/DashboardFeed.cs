using System.Diagnostics;
using System.Text.Json;
using Aeronet.AspNetCore.Middleware.Dashboard.Figures;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.Dashboard.Feed;

/// <summary>
/// Reads figures once an interval for all viewers, by one timer that stands still while there are none. Viewers come for the newest
/// frame when they are ready for it: a slow one misses frames, and nothing is kept for it.
/// </summary>
#pragma warning disable CA1001 // The last viewer to leave ends the timer.
internal sealed class DashboardFeed(FigureSource source, AeronetDashboardOptions options, ILogger logger, CancellationToken stopping)
#pragma warning restore CA1001
{
    private readonly Lock _gate = new();
    private Timer? _timer;
    private TaskCompletionSource<Frame> _next = NewNext();
    private Frame? _latest;
    private int _viewers;
    private long _frames;

    /// <summary>The application is about to stop.</summary>
    public CancellationToken Stopping => stopping;

    /// <summary>Frames made so far.</summary>
    public long Frames => Interlocked.Read(ref _frames);

    /// <summary>Adds a viewer, who leaves by <see cref="Leave"/>; false if there are as many as may be.</summary>
    public bool TryJoin()
    {
        lock (_gate)
        {
            if (_viewers == options.MaxViewers)
            {
                return false;
            }

            if (++_viewers == 1)
            {
                // One-shot: a reading that takes long delays the next one and does not meet it.
                _timer = new Timer(Tick, null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
            }

            DashboardLog.Joined(logger, _viewers);
            return true;
        }
    }

    public void Leave()
    {
        lock (_gate)
        {
            if (--_viewers == 0)
            {
                _timer!.Dispose();
                _timer = null;
                _latest = null;
            }

            DashboardLog.Left(logger, _viewers);
        }
    }

    /// <summary>The newest frame as soon as it is newer than the one that was seen.</summary>
    public Task<Frame> NextAsync(Frame? seen, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _latest is { } latest && latest != seen ? Task.FromResult(latest) : _next.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The viewers' newest frame, and if there are none one of its own.</summary>
    public Frame Current()
    {
        lock (_gate)
        {
            if (_latest is { } latest && Stopwatch.GetElapsedTime(latest.Read) < options.Interval * 2)
            {
                return latest;
            }
        }

        return Read(TimeSpan.MaxValue);
    }

    private static TaskCompletionSource<Frame> NewNext() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Tick(object? state)
    {
        Frame? frame = null;
        try
        {
            // The rates of a page are those of now, be it that none was open for hours.
            frame = Read(options.Interval * 5);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // On a timer's thread it would end the process.
            DashboardLog.ReadFailed(logger, options.Interval, exception);
        }

        TaskCompletionSource<Frame>? waiting = null;
        lock (_gate)
        {
            if (_timer is null)
            {
                return;
            }

            _timer.Change(options.Interval, Timeout.InfiniteTimeSpan);
            if (frame is not null)
            {
                _latest = frame;
                (waiting, _next) = (_next, NewNext());
            }
        }

        waiting?.SetResult(frame!);
    }

    private Frame Read(TimeSpan longestInterval)
    {
        var figures = source.Read(Volatile.Read(ref _viewers), longestInterval);
        var json = JsonSerializer.SerializeToUtf8Bytes(figures, FiguresJson.Default.DashboardFigures);
        return new Frame(Interlocked.Increment(ref _frames), Stopwatch.GetTimestamp(), json);
    }
}
