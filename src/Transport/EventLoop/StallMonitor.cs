using System.Diagnostics;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.EventLoop;

/// <summary>
/// Watches the loops' leadership words. A word that stays the same for the threshold while somebody waits is a leader
/// stuck in the application: its loop goes to a standby thread. Sleeps while every loop is polling.
/// </summary>
internal sealed class StallMonitor : IDisposable
{
    private const int QuietTicksBeforeSleep = 50;

    private readonly EventLoopGroup _group;
    private readonly TimeSpan _interval;
    private readonly TimeSpan _threshold;
    private readonly ILogger _logger;
    private readonly ManualResetEventSlim _wake = new(false);
    private readonly Thread _thread;
    private Watch[] _watches = [];
    private int _asleep;
    private volatile bool _stopping;
    private long _lastShortageLog;
    private long _lastFailureLog;

    internal StallMonitor(EventLoopGroup group, TimeSpan threshold, ILogger logger)
    {
        _group = group;
        _threshold = threshold;
        _logger = logger;
        _interval = TimeSpan.FromMilliseconds(Math.Max(1, Math.Floor(threshold.TotalMilliseconds / 2)));
        _thread = new Thread(Run) { IsBackground = true, Name = "aeronet-monitor", Priority = ThreadPriority.AboveNormal };
    }

    /// <summary>Starts its thread by <paramref name="start"/>, if that is not null.</summary>
    internal void Start(Action<Thread>? start = null)
    {
        _watches = new Watch[_group.Loops.Count];
        if (start is null)
        {
            _thread.Start();
        }
        else
        {
            start(_thread);
        }
    }

    /// <summary>Called by a leader after each wait. A volatile read unless the monitor sleeps.</summary>
    internal void OnLoopAwake()
    {
        if (Volatile.Read(ref _asleep) != 0 && Interlocked.Exchange(ref _asleep, 0) != 0)
        {
            _wake.Set();
        }
    }

    public void Dispose()
    {
        _stopping = true;
        _wake.Set();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }

        _wake.Dispose();
    }

    private void Run()
    {
        var quietTicks = 0;
        var last = Stopwatch.GetTimestamp();
        while (!_stopping)
        {
            if (quietTicks >= QuietTicksBeforeSleep && TryFallAsleep())
            {
                _wake.Wait();
                _wake.Reset();
                quietTicks = 0;
                last = Stopwatch.GetTimestamp();
                continue;
            }

            Thread.Sleep(_interval);
            var now = Stopwatch.GetTimestamp();

            // A tick that comes late says that the whole process stood still (a collection, a descheduled machine): no
            // loop could have moved, so that time counts against none.
            var late = Stopwatch.GetElapsedTime(last, now) - _interval;
            var excused = late > _interval ? (long)(late.TotalSeconds * Stopwatch.Frequency) : 0;
            last = now;
            quietTicks = TryCheckAll(now, excused) ? quietTicks + 1 : 0;
        }
    }

    /// <summary>
    /// One tick, at <paramref name="now"/>. What goes wrong with it, such as no memory for a thread, may go right with the next.
    /// </summary>
    internal bool TryCheckAll(long now, long excused)
    {
        try
        {
            return CheckAll(now, excused);
        }
        catch (Exception failure)
        {
            if (MayLog(ref _lastFailureLog))
            {
                ThreadPool.UnsafeQueueUserWorkItem(static told => told.Group.OnHandlerFailed(told.Failure), (Group: _group, Failure: failure), preferLocal: false);
            }

            return false;
        }
    }

    private bool TryFallAsleep()
    {
        // The exchange is a full fence: either we see a loop that left its wait, or it sees that we sleep.
        Interlocked.Exchange(ref _asleep, 1);
        foreach (var loop in _group.Loops)
        {
            if (!IsPolling(loop.Progress))
            {
                Interlocked.Exchange(ref _asleep, 0);
                return false;
            }
        }

        return !_stopping;
    }

    /// <summary>Returns whether no loop had anything to do since the last tick.</summary>
    private bool CheckAll(long now, long excused)
    {
        var quiet = true;
        for (var i = 0; i < _watches.Length; i++)
        {
            var loop = _group.Loops[i];
            ref var watch = ref _watches[i];
            Interleaving.Point();
            var word = loop.Progress;
            if (word != watch.Word)
            {
                watch = new Watch { Word = word, Since = now };
                quiet = false;
            }
            else if (!IsPolling(word))
            {
                quiet = false;
                watch.Since += excused;
                CheckStuck(loop, ref watch, now);
            }
        }

        return quiet;
    }

    private void CheckStuck(EventLoop loop, ref Watch watch, long now)
    {
        if (loop.Leader is not { } leader)
        {
            return;
        }

        watch.CpuTime ??= _group.Environment.CpuTimeOf(leader.KernelThreadId);
        if (Stopwatch.GetElapsedTime(watch.Since, now) < _threshold
            || Debugger.IsAttached
            || !loop.HasWaiting(watch.Word)
            || IsWaitingForProcessor(leader, watch))
        {
            return;
        }

        if (_group.Standby.TryTake(fromReserve: true) is not { } successor)
        {
            LogShortage(loop);
            return;
        }

        if (!loop.TryHandOff(watch.Word, successor))
        {
            // It moved at the last moment.
            _group.Standby.Return(successor);
        }
    }

    /// <summary>
    /// A leader that is ready to run but got less than half of the time since it was first suspected is not blocked by
    /// the application: the machine has no processor for it, and another thread would get none either.
    /// </summary>
    private bool IsWaitingForProcessor(LoopThread leader, in Watch watch) =>
        watch.CpuTime is { } before
        && ThreadCpuTime.IsRunnable(leader.KernelThreadId)
        && _group.Environment.CpuTimeOf(leader.KernelThreadId) is { } after
        && after - before < (_threshold - _interval).TotalNanoseconds / 2;

    private void LogShortage(EventLoop loop)
    {
        if (MayLog(ref _lastShortageLog))
        {
            // Not here: a logger that blocks would leave every loop unwatched.
            ThreadPool.UnsafeQueueUserWorkItem(
                static shortage => TransportLog.OutOfStandbyThreads(shortage.Logger, shortage.Loop, shortage.Threads),
                (Logger: _logger, Loop: loop.Index, _group.Standby.Threads),
                preferLocal: false);
        }
    }

    /// <summary>Once a minute.</summary>
    private static bool MayLog(ref long last)
    {
        var now = Stopwatch.GetTimestamp();
        if (last != 0 && Stopwatch.GetElapsedTime(last, now) <= TimeSpan.FromMinutes(1))
        {
            return false;
        }

        last = now;
        return true;
    }

    private static bool IsPolling(long word) => LeadershipWord.CursorOf(word) == LeadershipWord.Polling;

    private struct Watch
    {
        internal long Word;
        internal long Since;
        internal long? CpuTime;
    }
}
