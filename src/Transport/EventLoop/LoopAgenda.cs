namespace Aeronet.AspNetCore.Transport.EventLoop;

/// <summary>
/// What a loop owes besides events and posted work: outputs to send and application code to continue. Whoever leads takes one
/// at a time, the flushes first, so that when one keeps its thread the next leader finds all the others here.
/// </summary>
/// <remarks>
/// A dispatch mostly brings about one flush and one continuation. Each has a place of its own that is filled and emptied by one exchange;
/// what comes while it is taken waits in a queue behind it, and goes on to come there until the queue is empty.
/// </remarks>
internal sealed class LoopAgenda
{
    private readonly Lock _gate = new();
    private readonly Queue<IDeferredFlush> _flushesByGate = new();
    private readonly Queue<ILoopContinuation> _continuationsByGate = new();
    private IDeferredFlush? _flush;
    private ILoopContinuation? _continuation;
    private int _queuedFlushes;
    private int _queuedContinuations;

    /// <summary>Read without the lock: a moment's value.</summary>
    internal bool IsEmpty
    {
        get
        {
            Interleaving.Point();
            return Volatile.Read(ref _flush) is null
                && Volatile.Read(ref _continuation) is null
                && (Volatile.Read(ref _queuedFlushes) | Volatile.Read(ref _queuedContinuations)) == 0;
        }
    }

    /// <summary>Adds a flush, and is a full fence.</summary>
    internal void Add(IDeferredFlush flush) => Add(flush, ref _flush, _flushesByGate, ref _queuedFlushes);

    /// <summary>Adds a continuation, and is a full fence.</summary>
    internal void Add(ILoopContinuation continuation) => Add(continuation, ref _continuation, _continuationsByGate, ref _queuedContinuations);

    /// <summary>The next flush, or when there is none the next continuation: one of the two. False when there is nothing.</summary>
    internal bool TryTake(out IDeferredFlush? flush, out ILoopContinuation? continuation)
    {
        continuation = null;
        flush = Take(ref _flush, _flushesByGate, ref _queuedFlushes);
        if (flush is null)
        {
            continuation = Take(ref _continuation, _continuationsByGate, ref _queuedContinuations);
        }

        return flush is not null || continuation is not null;
    }

    private void Add<T>(T item, ref T? first, Queue<T> othersByGate, ref int queued)
        where T : class
    {
        Interleaving.Point();
        if (Volatile.Read(ref queued) == 0 && Interlocked.CompareExchange(ref first, item, null) is null)
        {
            return;
        }

        lock (_gate)
        {
            LoopAudit.IsNew(first, othersByGate, item);
            othersByGate.Enqueue(item);
            queued = othersByGate.Count;
        }

        Interlocked.MemoryBarrier();
    }

    private T? Take<T>(ref T? first, Queue<T> othersByGate, ref int queued)
        where T : class
    {
        Interleaving.Point();
        if (Volatile.Read(ref first) is not null && Interlocked.Exchange(ref first, null) is { } item)
        {
            return item;
        }

        Interleaving.Point();
        if (Volatile.Read(ref queued) == 0)
        {
            return null;
        }

        lock (_gate)
        {
            othersByGate.TryDequeue(out var next);
            queued = othersByGate.Count;
            return next;
        }
    }
}
