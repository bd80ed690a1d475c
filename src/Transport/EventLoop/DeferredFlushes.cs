namespace Aeronet.AspNetCore.Transport.EventLoop;

/// <summary>
/// A lock-free stack of outputs to send. Pushed by the thread that dispatches; taken as a whole, by that thread when its
/// dispatch returns or by a new leader when it does not return. Taking everything at once leaves no ABA problem.
/// </summary>
internal struct DeferredFlushes
{
    private IDeferredFlush? _top;

    internal readonly bool IsEmpty => Volatile.Read(in _top) is null;

    internal void Push(IDeferredFlush output)
    {
        var top = Volatile.Read(ref _top);
        while (true)
        {
            output.NextDeferred = top;
            var seen = Interlocked.CompareExchange(ref _top, output, top);
            if (ReferenceEquals(seen, top))
            {
                return;
            }

            top = seen;
        }
    }

    internal void SendAll()
    {
        if (IsEmpty)
        {
            return;
        }

        var output = Interlocked.Exchange(ref _top, null);
        while (output is not null)
        {
            // Once sent it may be pushed again, here or on another thread: read the link first.
            var next = output.NextDeferred;
            output.NextDeferred = null;
            output.SendDeferred();
            output = next;
        }
    }
}
