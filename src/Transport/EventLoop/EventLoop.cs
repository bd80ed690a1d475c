using System.Collections.Concurrent;
using System.Diagnostics;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.EventLoop;

/// <summary>
/// One epoll set and the events, posted work and deferred flushes around it. One thread at a time leads it: waits,
/// claims the events of a batch one by one, and runs each to its end. When the leader gets stuck in the application, the
/// <see cref="StallMonitor"/> begins a new term with another thread, which claims the rest of the batch and polls on.
/// </summary>
internal sealed class EventLoop : IDisposable
{
    private const int BatchSize = 512;
    private const int AlarmMilliseconds = 250;
    private const ulong WakeToken = ulong.MaxValue;

    private readonly EpollHandle _epoll;
    private readonly WakeHandle _wake;
    private readonly EpollEventBuffer _batch = new(BatchSize);
    private readonly ConcurrentQueue<ILoopWork> _posted = new();
    private readonly EventLoopGroup _group;
    private LeadershipWord _leadership;
    private LoopThread? _leader;
    private LoopCounters _counters;
    private int _batchCount;
    private int _sleeping;
    private int _stuckThreads;
    private long _alarmedUntil;
    private volatile bool _stopping;

    internal EventLoop(EventLoopGroup group, int index, EpollHandle epoll, WakeHandle wake)
    {
        _group = group;
        _epoll = epoll;
        _wake = wake;
        Index = index;
        ThreadName = $"aeronet-loop-{index}";
        var errno = _epoll.Add(wake.Fd, EpollEvents.In | EpollEvents.EdgeTriggered, WakeToken);
        if (errno != 0)
        {
            throw new InvalidOperationException($"epoll_ctl failed with errno {errno}.");
        }
    }

    internal int Index { get; }

    internal string ThreadName { get; }

    internal SlotTable Slots { get; } = new();

    internal ref LoopCounters Counters => ref _counters;

    internal EventLoopGroup Group => _group;

    /// <summary>The leadership word, for the monitor.</summary>
    internal long Progress => _leadership.Value;

    internal LoopThread? Leader => Volatile.Read(ref _leader);

    /// <summary>Threads that lost this loop and have not come back from the application yet.</summary>
    internal int StuckThreads => Volatile.Read(ref _stuckThreads);

    /// <summary>
    /// Whether this loop was taken from a stuck leader moments ago. Blockers come in crowds: until it is over, connections
    /// that have not shown yet that they are prompt are served beside the loop, or each would cost everybody a threshold.
    /// </summary>
    internal bool IsAlarmed => Environment.TickCount64 < Volatile.Read(ref _alarmedUntil);

    internal bool IsLedIn(uint term) => LeadershipWord.TermOf(_leadership.Value) == term;

    internal void Start(LoopThread leader)
    {
        Volatile.Write(ref _leader, leader);
        leader.AssignLead(this, LeadershipWord.TermOf(_leadership.Value), predecessor: null);
    }

    /// <summary>Adds a descriptor that is not a connection (a listening socket). Returns 0 or the errno.</summary>
    internal int Watch(int fd, EpollEvents events, ulong token) => _epoll.Add(fd, events, token);

    internal void Unwatch(int fd) => _epoll.Remove(fd);

    /// <summary>Adds a connection's socket. Returns 0 or the errno.</summary>
    internal int Watch(SocketHandle socket, EpollEvents events, ulong token) => socket.Register(_epoll, events, token, modify: false);

    /// <summary>Changes what is watched for; readiness that exists already is reported anew. Returns 0 or the errno.</summary>
    internal int Rewatch(SocketHandle socket, EpollEvents events, ulong token) => socket.Register(_epoll, events, token, modify: true);

    /// <summary>Runs <paramref name="work"/> on the loop after the events of the current batch. Any thread.</summary>
    internal void Post(ILoopWork work)
    {
        _posted.Enqueue(work);

        // Exchange is a full fence: either the leader sees the work before it sleeps, or we see that it sleeps.
        if (Interlocked.Exchange(ref _sleeping, 0) == 1)
        {
            _wake.Signal();
        }
    }

    internal void Stop()
    {
        _stopping = true;
        _wake.Signal();
    }

    /// <summary>
    /// Leads until the term is over. The word is read before an event is, and the event before it is claimed: a claim
    /// that succeeds proves that the batch was still this term's.
    /// </summary>
    internal void Lead(LoopThread thread, uint term)
    {
        var busySince = Stopwatch.GetTimestamp();
        while (!_stopping)
        {
            if (!RunBatch(thread, term) || !RunPosted(thread, term))
            {
                return;
            }

            var word = _leadership.Value;
            if (LeadershipWord.TermOf(word) != term || !_leadership.TryMove(word, LeadershipWord.Polling))
            {
                return;
            }

            Interlocked.Exchange(ref _sleeping, 1);
            var timeout = _posted.IsEmpty ? Timeout.Infinite : 0;
            _counters.BusyTicks += Stopwatch.GetTimestamp() - busySince;
            var count = _epoll.Wait(_batch, timeout);
            busySince = Stopwatch.GetTimestamp();
            Volatile.Write(ref _sleeping, 0);
            _batchCount = count;

            // No one takes the loop from a leader that polls, so this cannot fail.
            _leadership.TryMove(_leadership.Value, cursor: 0);
            _group.Monitor?.OnLoopAwake();
        }

        if (IsLedIn(term))
        {
            _group.OnLoopStopped();
        }
    }

    /// <summary>
    /// Takes the loop from a leader that is where <paramref name="seen"/> says. Called by the monitor.
    /// </summary>
    internal bool TryHandOff(long seen, LoopThread successor)
    {
        if (!_leadership.TryBeginTerm(seen, out var term))
        {
            return false;
        }

        Interlocked.Increment(ref _stuckThreads);
        _counters.HandOffs++;
        Volatile.Write(ref _alarmedUntil, Environment.TickCount64 + AlarmMilliseconds);
        var predecessor = _leader;
        Volatile.Write(ref _leader, successor);
        successor.AssignLead(this, term, predecessor);
        return true;
    }

    /// <summary>Whether somebody waits for a leader that is where <paramref name="word"/> says.</summary>
    internal bool HasWaiting(long word) =>
        LeadershipWord.CursorOf(word) < _batchCount
        || !_posted.IsEmpty
        || Leader is { HasDeferredFlushes: true }
        || _epoll.HasEvents();

    /// <summary>A thread came back from <see cref="Lead"/>.</summary>
    internal void OnLeaderReturned()
    {
        if (!_stopping)
        {
            Interlocked.Decrement(ref _stuckThreads);
        }
    }

    public void Dispose()
    {
        _epoll.Dispose();
        _wake.Dispose();
        _batch.Dispose();
    }

    private bool RunBatch(LoopThread thread, uint term)
    {
        while (true)
        {
            var word = _leadership.Value;
            if (LeadershipWord.TermOf(word) != term)
            {
                return false;
            }

            var cursor = LeadershipWord.CursorOf(word);
            if (cursor >= _batchCount || cursor == LeadershipWord.Polling)
            {
                return true;
            }

            var (events, token) = _batch[cursor];
            if (!_leadership.TryClaimNext(word))
            {
                return false;
            }

            if (token == WakeToken)
            {
                continue;
            }

            Deliver(thread, token, events);
        }
    }

    private bool RunPosted(LoopThread thread, uint term)
    {
        // As much as there is now: work that posts itself again waits for the next round, after new events.
        for (var remaining = _posted.Count; remaining > 0; remaining--)
        {
            var word = _leadership.Value;
            if (LeadershipWord.TermOf(word) != term || !_leadership.TryMove(word, LeadershipWord.CursorOf(word)))
            {
                return false;
            }

            if (!_posted.TryDequeue(out var work))
            {
                break;
            }

            Run(thread, work);
        }

        return true;
    }

    private void Deliver(LoopThread thread, ulong token, EpollEvents events)
    {
        try
        {
            Slots.Find(token)?.OnEvents(events);
            thread.SendDeferred();
        }
        catch (Exception failure)
        {
            _group.OnHandlerFailed(failure);
        }
    }

    private void Run(LoopThread thread, ILoopWork work)
    {
        try
        {
            work.RunOnLoop();
            thread.SendDeferred();
        }
        catch (Exception failure)
        {
            _group.OnHandlerFailed(failure);
        }
    }
}
