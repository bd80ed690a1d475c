using Aeronet.AspNetCore.Transport.EventLoop;

namespace Aeronet.AspNetCore.Interleavings.Tests.Choosing;

/// <summary>
/// Lets one thread of a run go on at a time, and chooses at every point of the transport which. Without the schedule's word a thread goes
/// on until it waits, and then the next in turn does: so a run is the same each time, but for what its schedule says.
/// </summary>
internal sealed class ThreadChooser(Schedule schedule) : IThreadChooser
{
    /// <summary>Points of a run beyond which its threads only keep each other busy.</summary>
    private const int MaxPoints = 20_000;

    private static readonly TimeSpan s_never = TimeSpan.FromSeconds(60);

    [ThreadStatic]
    private static LogicalThread? t_self;

    [ThreadStatic]
    private static bool t_isChoosing;

    private readonly object _gate = new();
    private readonly List<LogicalThread> _threads = [];
    private readonly List<Awaited> _awaited = [];
    private readonly Dictionary<Thread, Awaited> _starting = [];
    private readonly List<LogicalThread> _candidates = [];
    private readonly List<int> _choices = [];
    private readonly List<(LogicalThread Thread, string Where)> _trace = [];
    private readonly SemaphoreSlim _quiet = new(0);
    private LogicalThread? _canceling;
    private volatile bool _isFree;
    private int _working;
    private int _started;

    /// <summary>How many threads could have gone on, at each place where there was more than one.</summary>
    internal IReadOnlyList<int> Choices => _choices;

    /// <summary>Who went on where.</summary>
    internal IReadOnlyList<(LogicalThread Thread, string Where)> Trace => _trace;

    /// <summary>What a party, a rule or the run itself failed with first.</summary>
    internal Exception? Failure { get; private set; }

    /// <summary>Threads that passed a point unexpected: the run may not be the same the next time.</summary>
    internal int Strays { get; private set; }

    /// <summary>Whether nobody chooses any more.</summary>
    internal bool IsFree => _isFree;

    /// <summary>Those that wait, and for what.</summary>
    internal IEnumerable<string> Waiting() =>
        _threads.Where(thread => !thread.HasEnded && thread.Rank == Rank.Party && !thread.Name.StartsWith("aeronet", StringComparison.Ordinal))
            .Select(thread => $"{thread} {thread.Where}")
            .Concat(_awaited.Where(awaited => !awaited.HasArrived).Select(awaited => awaited.What));

    /// <summary>Another thread, that does <paramref name="body"/> when it is its turn.</summary>
    internal void Spawn(string name, Action body, Rank rank = Rank.Party)
    {
        var thread = new LogicalThread(this, name, rank);
        _threads.Add(thread);
        Interlocked.Increment(ref _working);
        Worker.Start(() =>
        {
            t_self = thread;
            thread.Park();
            try
            {
                if (!_isFree)
                    body();
            }
            catch (RunEndedException)
            {
            }
            catch (Exception failure)
            {
                Fail(failure);
            }

            End(thread);
            Interlocked.Decrement(ref _working);
        });
    }

    /// <summary>Starts a thread of the transport's.</summary>
    internal void Start(Thread thread)
    {
        lock (_gate)
            _starting.Add(thread, Expect($"{thread.Name} {++_started}", static () => true, "the start of a thread"));

        thread.Start();
    }

    /// <summary>From here to <see cref="Leave"/> the calling thread is none of the run's: it sets the stage and looks at it.</summary>
    internal static void Enter() => t_isChoosing = true;

    internal static void Leave() => t_isChoosing = false;

    /// <summary>Runs the threads until none can go on. False after a failure.</summary>
    internal bool RunUntilQuiet()
    {
        if (Next(self: null) is { } first)
        {
            first.Go();
            if (!_quiet.Wait(s_never))
                Fail(new TimeoutException($"A thread neither passes a point nor ends: {string.Join(", ", _trace.TakeLast(3))}."));
        }

        return Failure is null;
    }

    /// <summary>Nobody chooses any more; who waits in vain ends.</summary>
    internal void Free()
    {
        _isFree = true;
        foreach (var thread in _threads)
            thread.Go();
    }

    /// <summary>After <see cref="Free"/>: waits for the parties to end.</summary>
    internal bool HasEnded() => SpinWait.SpinUntil(() => Volatile.Read(ref _working) == 0, s_never);

    internal void Fail(Exception failure)
    {
        lock (_gate)
            Failure ??= failure;
    }

    /// <summary>The calling party waits until <paramref name="until"/> says so. That must be true of what it sees, and change nothing.</summary>
    internal void BlockUntil(Func<bool> until, string what)
    {
        Block(until, what);
        if (_isFree)
            throw new RunEndedException();
    }

    /// <summary>Cancels, which runs callbacks of the transport's on this thread.</summary>
    internal void Cancel(CancellationTokenSource source)
    {
        _canceling = t_self;
        source.Cancel();
        _canceling = null;
    }

    /// <summary><paramref name="task"/>, to be awaited as <paramref name="what"/>.</summary>
    internal Controlled<T> Awaited<T>(ValueTask<T> task, string what) => new(this, task, what);

    /// <summary>Something goes on when <paramref name="isDue"/>, by <see cref="Resume"/>.</summary>
    internal Awaited Await(string what, Func<bool> isDue)
    {
        lock (_gate)
            return Expect($"pool, after {what}", isDue, what);
    }

    /// <summary>Something of the transport's goes on when <paramref name="isDue"/>, and passes a point; the one who is continued by it ends it.</summary>
    internal void AwaitUnseen(string what, Func<bool> isDue)
    {
        lock (_gate)
            Expect($"pool, after {what}", isDue, what, isUnseen: true);
    }

    /// <summary>Goes on with <paramref name="continuation"/>: as the calling thread, or as one of its own where that is not of the run.</summary>
    internal void Resume(Awaited awaited, Action continuation)
    {
        if (_isFree)
        {
            continuation();
            return;
        }

        if (t_self is { } self && self.Chooser == this)
        {
            awaited.HasArrived = true;
            continuation();
            if (self.EndsWithContinuation)
                End(self);

            return;
        }

        Arrive(awaited);
        awaited.Thread.Park();
        continuation();
        End(awaited.Thread);
    }

    public void Pass(string where)
    {
        if (_isFree || t_isChoosing || Self() is not { } self)
            return;

        Note(self, where);
        Choose(self, parks: true);
    }

    public void Wait(SemaphoreSlim assigned)
    {
        if (!t_isChoosing && Self() is not null)
            Block(() => assigned.CurrentCount > 0, "waits to be assigned something");
    }

    /// <summary>The same for a thread of the transport's that waits for what <paramref name="until"/> says.</summary>
    internal void Wait(Func<bool> until, string what)
    {
        if (!t_isChoosing && Self() is not null)
            Block(until, what);
    }

    public void WaitForCallbacks()
    {
        if (!t_isChoosing && Self() is { } self)
            Block(() => _canceling is null || _canceling == self, "waits for callbacks");
    }

    public IThreadPoolWorkItem Fork(IThreadPoolWorkItem item) =>
        _isFree || t_isChoosing || Self() is null ? item : new ForkedItem(this, Await("work on the thread pool", static () => true), item);

    public void Break(string rule) => Fail(new InvalidOperationException(rule));

    private void Block(Func<bool> until, string what)
    {
        if (_isFree || t_self is not { } self)
            return;

        Note(self, what);
        self.BlockedUntil = until;
        Choose(self, parks: true);
        self.BlockedUntil = null;
    }

    private void Note(LogicalThread self, string where)
    {
        self.Where = where;
        _trace.Add((self, where));
    }

    private void End(LogicalThread self)
    {
        self.HasEnded = true;
        t_self = null;
        if (!_isFree)
            Choose(self, parks: false);
    }

    private void Choose(LogicalThread self, bool parks)
    {
        LogicalThread? next = null;
        t_isChoosing = true;
        try
        {
            if (Failure is null)
                next = Next(self);
        }
        catch (Exception failure)
        {
            Fail(failure);
        }
        finally
        {
            t_isChoosing = false;
        }

        if (next == self)
            return;

        if (next is null)
            _quiet.Release();
        else
            next.Go();

        if (parks)
            self.Park();
    }

    /// <summary>Who goes on; null when nobody can.</summary>
    private LogicalThread? Next(LogicalThread? self)
    {
        Settle();
        if (_trace.Count > MaxPoints)
            throw new InvalidOperationException("The threads keep each other busy for ever.");

        _candidates.Clear();
        if (self is { IsEnabled: true } && (self.Rank == Rank.Party || self.BlockedUntil is null))
            _candidates.Add(self);

        AddCandidates(Rank.Party, self);
        AddCandidates(Rank.Monitor, self);
        if (_candidates.Count == 0)
            AddCandidates(Rank.Clock, self);

        if (_candidates.Count < 2)
            return _candidates.FirstOrDefault();

        _choices.Add(_candidates.Count);
        return _candidates[schedule.At(_choices.Count - 1) % _candidates.Count];
    }

    private void AddCandidates(Rank rank, LogicalThread? self)
    {
        var first = self is null ? 0 : _threads.IndexOf(self) + 1;
        for (var i = 0; i < _threads.Count; i++)
        {
            var thread = _threads[(first + i) % _threads.Count];
            if (thread.Rank == rank && !_candidates.Contains(thread) && thread.IsEnabled)
                _candidates.Add(thread);
        }
    }

    /// <summary>Waits for the threads of the system's that are on their way, so that what is there to choose from is the same each time.</summary>
    private void Settle()
    {
        lock (_gate)
        {
            for (var i = 0; i < _awaited.Count; i++)
            {
                var awaited = _awaited[i];
                while (!awaited.HasArrived && awaited.IsDue())
                {
                    if (!Monitor.Wait(_gate, s_never))
                        throw new TimeoutException($"{awaited.What} does not go on.");
                }

                if (awaited.HasArrived)
                {
                    if (awaited.IsThread)
                        _threads.Add(awaited.Thread);

                    _awaited.RemoveAt(i--);
                }
            }
        }
    }

    /// <summary>Under the gate.</summary>
    private Awaited Expect(string name, Func<bool> isDue, string what, bool isUnseen = false)
    {
        var awaited = new Awaited(new LogicalThread(this, name, Rank.Party) { EndsWithContinuation = isUnseen }, isDue, what);
        _awaited.Add(awaited);
        return awaited;
    }

    private void Arrive(Awaited awaited)
    {
        lock (_gate)
        {
            t_self = awaited.Thread;
            (awaited.HasArrived, awaited.IsThread) = (true, true);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>The calling thread. One that is seen for the first time waits for its turn; null when it was not expected.</summary>
    private LogicalThread? Self()
    {
        if (t_self is { } self && self.Chooser == this)
            return self;

        if (_isFree)
            return null;

        Awaited? awaited;
        lock (_gate)
        {
            if (!_starting.Remove(Thread.CurrentThread, out awaited))
                awaited = _awaited.FirstOrDefault(unseen => unseen.Thread.EndsWithContinuation && !unseen.HasArrived && unseen.IsDue());

            if (awaited is null)
            {
                Strays++;
                return null;
            }

            Arrive(awaited);
        }

        awaited.Thread.Park();
        return awaited.Thread;
    }
}
