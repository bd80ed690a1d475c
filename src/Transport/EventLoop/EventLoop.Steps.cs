using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.EventLoop;

/// <summary>What a leader does between two waits, one claim after the other. False from each of these: the term is over.</summary>
internal sealed partial class EventLoop
{
    private bool RunBatch(uint term)
    {
        while (true)
        {
            Interleaving.Point();
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

            Deliver(token, events);
            if (!RunAgenda(term))
            {
                return false;
            }
        }
    }

    private bool RunPosted(uint term)
    {
        // As much as there is now: work that posts itself again waits for the next round, after new events.
        for (var remaining = _posted.Count; remaining > 0; remaining--)
        {
            if (!TryStep(term))
            {
                return false;
            }

            Interleaving.Point();
            if (!_posted.TryDequeue(out var work))
            {
                break;
            }

            Run(work);
            if (!RunAgenda(term))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Does what is owed until nothing is. It comes to an end: what a continuation brings about beyond its share of bytes is
    /// posted, for the next round.
    /// </summary>
    private bool RunAgenda(uint term)
    {
        while (!_agenda.IsEmpty)
        {
            if (!TryStep(term))
            {
                return false;
            }

            if (_agenda.TryTake(out var flush, out var continuation))
            {
                Run(flush, continuation);
            }
        }

        LoopAudit.OwesNothing();
        return true;
    }

    /// <summary>The loop stops: nobody leads it any more, and what it owes is done with.</summary>
    private void Conclude()
    {
        while (_posted.TryDequeue(out var work))
        {
            Run(work);
        }

        while (_agenda.TryTake(out var flush, out var continuation))
        {
            if (continuation is not null)
            {
                // Stopping does not wait for what the application makes of it.
                ThreadPool.UnsafeQueueUserWorkItem(static next => next.Loop.Run(flush: null, next.Continuation), (Loop: this, Continuation: continuation), preferLocal: false);
            }
            else
            {
                Run(flush, continuation: null);
            }
        }
    }

    private bool TryStep(uint term)
    {
        Interleaving.Point();
        var word = _leadership.Value;
        return LeadershipWord.TermOf(word) == term && _leadership.TryMove(word, LeadershipWord.CursorOf(word));
    }

    private void Deliver(ulong token, EpollEvents events)
    {
        LoopAudit.Takes();
        try
        {
            Slots.Find(token)?.OnEvents(events);
        }
        catch (Exception failure)
        {
            _group.OnHandlerFailed(failure);
        }

        LoopAudit.IsDone();
    }

    private void Run(ILoopWork work)
    {
        LoopAudit.Takes();
        try
        {
            work.RunOnLoop();
        }
        catch (Exception failure)
        {
            _group.OnHandlerFailed(failure);
        }

        LoopAudit.IsDone();
    }

    private void Run(IDeferredFlush? flush, ILoopContinuation? continuation)
    {
        try
        {
            flush?.SendDeferred();
            continuation?.Continue();
        }
        catch (Exception failure)
        {
            _group.OnHandlerFailed(failure);
        }
    }
}
