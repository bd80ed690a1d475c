namespace Aeronet.AspNetCore.Transport.EventLoop;

/// <summary>
/// What a loop owes besides events and posted work: outputs to send and application code to continue. Whoever leads takes one
/// at a time, the flushes first, so that when one keeps its thread the next leader finds all the others here.
/// </summary>
internal sealed class LoopAgenda
{
    private readonly Lock _gate = new();
    private readonly Queue<IDeferredFlush> _flushesByGate = new();
    private readonly Queue<ILoopContinuation> _continuationsByGate = new();
    private int _count;

    /// <summary>Read without the lock: a moment's value.</summary>
    internal bool IsEmpty => Volatile.Read(ref _count) == 0;

    internal void Add(IDeferredFlush flush)
    {
        lock (_gate)
        {
            LoopAudit.IsNew(_flushesByGate, flush);
            _flushesByGate.Enqueue(flush);
            _count++;
        }
    }

    internal void Add(ILoopContinuation continuation)
    {
        lock (_gate)
        {
            LoopAudit.IsNew(_continuationsByGate, continuation);
            _continuationsByGate.Enqueue(continuation);
            _count++;
        }
    }

    /// <summary>The next flush, or when there is none the next continuation: one of the two. False when there is nothing.</summary>
    internal bool TryTake(out IDeferredFlush? flush, out ILoopContinuation? continuation)
    {
        continuation = null;
        lock (_gate)
        {
            if (!_flushesByGate.TryDequeue(out flush) && !_continuationsByGate.TryDequeue(out continuation))
            {
                return false;
            }

            _count--;
            return true;
        }
    }
}
