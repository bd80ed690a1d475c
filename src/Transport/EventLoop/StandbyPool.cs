using System.Diagnostics.CodeAnalysis;

namespace Aeronet.AspNetCore.Transport.EventLoop;

/// <summary>
/// The threads behind the loops. Each is leading, blocked in the application, serving one connection, or idle here. There
/// are never more than <paramref name="maxThreads"/>; the last <paramref name="reserve"/> of them are kept to replace
/// leaders that are stuck already when the others have run out. <paramref name="onItemFailed"/> hears of an item that threw;
/// <paramref name="start"/> starts a thread, unless tests make it fail.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A ManualResetEventSlim holds nothing unless its wait handle is asked for.")]
internal sealed class StandbyPool(int maxThreads, int reserve, Action<Exception> onItemFailed, Action<Thread>? start = null)
{
    internal const string IdleThreadName = "aeronet-standby";

    private const int RefusedMilliseconds = 1000;

    private readonly Lock _gate = new();
    private readonly List<LoopThread> _idleByGate = [];
    private readonly ManualResetEventSlim _ended = new();
    private int _threadsByGate;
    private bool _stoppedByGate;
    private long _refusedUntilByGate;
    private volatile int _available = int.MaxValue;

    /// <summary>How long an idle thread waits for work before it ends.</summary>
    internal static TimeSpan IdleTimeout { get; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// True while only the reserve is left: leaders should enter the application only for connections known to be prompt.
    /// </summary>
    internal bool IsScarce => _available <= reserve;

    /// <summary>True while none is left: a leader that gets stuck now cannot be replaced, so none should enter the application.</summary>
    internal bool IsExhausted => _available == 0;

    internal int Threads
    {
        get
        {
            lock (_gate)
            {
                return _threadsByGate;
            }
        }
    }

    /// <summary>An idle thread, or a new one while the bound allows it; null when there is none.</summary>
    internal LoopThread? TryTake(bool fromReserve)
    {
        LoopThread created;
        Interleaving.Point();
        lock (_gate)
        {
            var available = AvailableByGate();
            if (_stoppedByGate || available <= (fromReserve ? 0 : reserve))
            {
                // It may be more than it was: the system is asked again some time after it has refused.
                _available = available;
                return null;
            }

            _available = available - 1;

            // The thread that became idle last has the warmest stack.
            if (_idleByGate.Count > 0)
            {
                var idle = _idleByGate[^1];
                _idleByGate.RemoveAt(_idleByGate.Count - 1);
                return idle;
            }

            created = new LoopThread(this);
            _threadsByGate++;
        }

        try
        {
            created.Start(start);
            return created;
        }
        catch (OutOfMemoryException)
        {
            // The system gives no more threads (ulimit -u, pids.max): as if the bound were reached, until it is asked again.
            lock (_gate)
            {
                _threadsByGate--;
                _refusedUntilByGate = Environment.TickCount64 + RefusedMilliseconds;
                _available = AvailableByGate();
                return null;
            }
        }
    }

    internal Action<Exception> OnItemFailed => onItemFailed;

    internal void Return(LoopThread thread)
    {
        Interleaving.Point();
        lock (_gate)
        {
            if (!_stoppedByGate)
            {
                _idleByGate.Add(thread);
                _available = AvailableByGate();
                return;
            }
        }

        thread.AssignStop();
    }

    /// <summary>Ends an idle thread. False when it was taken in the meantime: an assignment is on its way.</summary>
    internal bool TryRetire(LoopThread thread)
    {
        lock (_gate)
        {
            if (!_idleByGate.Remove(thread))
            {
                return false;
            }

            _threadsByGate--;
            _available = AvailableByGate();
            return true;
        }
    }

    internal void Stop()
    {
        lock (_gate)
        {
            _stoppedByGate = true;
            foreach (var idle in _idleByGate)
            {
                idle.AssignStop();
            }

            _idleByGate.Clear();
            SignalEndByGate();
        }
    }

    /// <summary>A thread that was told to stop runs nothing more, and has no block.</summary>
    internal void OnThreadEnded()
    {
        lock (_gate)
        {
            _threadsByGate--;
            SignalEndByGate();
        }
    }

    /// <summary>After <see cref="Stop"/>: waits until every thread has ended. False when one is still inside the application.</summary>
    internal bool WaitForEnd(TimeSpan timeout) => _ended.Wait(timeout);

    private void SignalEndByGate()
    {
        if (_stoppedByGate && _threadsByGate == 0)
        {
            _ended.Set();
        }
    }

    private int AvailableByGate() =>
        _idleByGate.Count + (Environment.TickCount64 < _refusedUntilByGate ? 0 : maxThreads - _threadsByGate);
}
