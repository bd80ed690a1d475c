using System.Collections.Concurrent;
using System.Diagnostics;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.EventLoop;

/// <summary>
/// One epoll set and what its events bring about. One thread at a time leads it, and takes one step after the other:
/// <code>
/// epoll set --wait--> batch --claim--> event ----+             +--> flush (sends)
///                                                +--> agenda --+
///          any thread --> posted --claim--> work -+             +--> continuation (runs the application)
/// </code>
/// An event or a work item only notes, receives and puts on the <see cref="LoopAgenda"/> what follows from it; the application
/// runs from there, with nothing else in its thread's hands. When it keeps the leader, the <see cref="StallMonitor"/> begins a
/// new term with another thread, which goes on with agenda, batch and posted work where they are.
/// </summary>
/// <remarks>The steps are in <c>EventLoop.Steps.cs</c>.</remarks>
internal sealed partial class EventLoop : IDisposable
{
    private const int BatchSize = 512;
    private const ulong WakeToken = ulong.MaxValue;

    private static readonly TimeSpan s_alarm = TimeSpan.FromMilliseconds(250);

    private readonly EpollHandle _epoll;
    private readonly WakeHandle _wake;
    private readonly EpollEventBuffer _batch = new(BatchSize);
    private readonly ConcurrentQueue<ILoopWork> _posted = new();
    private readonly LoopAgenda _agenda = new();
    private readonly EventLoopGroup _group;
    private LeadershipWord _leadership;
    private LoopThread? _leader;
    private LoopCounters _counters;
    private int _batchCount;
    private int _sleeping;
    private int _stuckThreads;
    private long _alarmed;
    private volatile bool _stopping;

    internal EventLoop(EventLoopGroup group, int index, EpollHandle epoll, WakeHandle wake)
    {
        _group = group;
        _epoll = epoll;
        _wake = wake;
        Index = index;
        Heartbeat = new LoopHeartbeat(this);
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

    internal LoopHeartbeat Heartbeat { get; }

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
    internal bool IsAlarmed => Volatile.Read(ref _alarmed) is not 0 and var since && _group.Clock.GetElapsedTime(since) < s_alarm;

    /// <summary>Whether the loop has been told to stop: what is begun now nobody would end.</summary>
    internal bool IsStopping => _stopping;

    internal bool IsLedIn(uint term) => LeadershipWord.TermOf(_leadership.Value) == term;

    internal void Start(LoopThread leader)
    {
        Volatile.Write(ref _leader, leader);
        leader.AssignLead(this, LeadershipWord.TermOf(_leadership.Value));
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
        Interleaving.Point();
        _posted.Enqueue(work);
        WakeLeader();
    }

    /// <summary>Has the leader of <paramref name="term"/>, the calling thread, send <paramref name="flush"/> when its dispatch returns.</summary>
    internal void Owe(IDeferredFlush flush, uint term)
    {
        _agenda.Add(flush);
        EnsureSeen(term);
    }

    /// <summary>Has the leader of <paramref name="term"/>, the calling thread, run <paramref name="continuation"/> when its dispatch returns.</summary>
    internal void Owe(ILoopContinuation continuation, uint term)
    {
        _agenda.Add(continuation);
        EnsureSeen(term);
    }

    /// <summary>
    /// Frees the slot of a connection that has ended. With the last one the loop's warm blocks go back: without connections none is out.
    /// </summary>
    internal void Release(ulong token)
    {
        Slots.Remove(token);
        if (Slots.Connections == 0 && Leader is { Blocks.IsEmpty: false } leader && !ReferenceEquals(leader, LoopThread.Current))
        {
            Post(IdleWork.Instance);
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
    internal void Lead(uint term)
    {
        var busySince = Stopwatch.GetTimestamp();
        while (!_stopping)
        {
            // The agenda first: what the last leader left on it before it got stuck.
            if (!RunAgenda(term) || !RunBatch(term) || !RunPosted(term))
            {
                return;
            }

            if (Slots.Connections == 0)
            {
                // Before the word says that the leader only waits: a pool of the application's may block in here.
                LoopThread.Current?.Blocks.Clear(_group.OnHandlerFailed);
            }

            Interleaving.Point();
            var word = _leadership.Value;
            if (LeadershipWord.TermOf(word) != term || !_leadership.TryMove(word, LeadershipWord.Polling))
            {
                return;
            }

            LoopAudit.Waits();
            Interleaving.Point();
            Interlocked.Exchange(ref _sleeping, 1);
            Interleaving.Point();
            var timeout = _posted.IsEmpty && _agenda.IsEmpty ? Timeout.Infinite : 0;
            _counters.BusyTicks += Stopwatch.GetTimestamp() - busySince;
            var count = _epoll.Wait(_batch, timeout);
            busySince = Stopwatch.GetTimestamp();
            Interleaving.Point();
            Volatile.Write(ref _sleeping, 0);
            _batchCount = count;

            // No one takes the loop from a leader that polls, so this cannot fail.
            _leadership.TryMove(_leadership.Value, cursor: 0);
            _group.Monitor?.OnLoopAwake();
        }

        Interleaving.Point();
        if (IsLedIn(term))
        {
            Conclude();
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
        Volatile.Write(ref _alarmed, _group.Clock.GetTimestamp());
        Interleaving.Point();
        Volatile.Write(ref _leader, successor);
        successor.AssignLead(this, term);
        return true;
    }

    /// <summary>Whether somebody waits for a leader that is where <paramref name="word"/> says.</summary>
    internal bool HasWaiting(long word) =>
        LeadershipWord.CursorOf(word) < _batchCount
        || !_posted.IsEmpty
        || !_agenda.IsEmpty
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

    /// <summary>After the agenda got longer.</summary>
    private void EnsureSeen(uint term)
    {
        LoopAudit.Owes();

        // The addition is a full fence before the look at the term, as a new term's beginning is before the new leader's look
        // at the agenda: either it finds the addition, or we find it leading, and perhaps asleep.
        Interleaving.Point();
        if (!IsLedIn(term))
        {
            WakeLeader();
        }
    }

    private void WakeLeader()
    {
        // Exchange is a full fence: either the leader sees what was added before it sleeps, or we see that it sleeps.
        Interleaving.Point();
        if (Interlocked.Exchange(ref _sleeping, 0) == 1)
        {
            _wake.Signal();
        }
    }
}
