using Aeronet.AspNetCore.Transport.EventLoop;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <content>How writing ends, and who gives the blocks back.</content>
internal sealed partial class ConnectionOutput
{
    // Guarded by _queue. Ending: the end of a TLS stream is still to be sent. Completed: the application is done.
    private bool _ending;
    private OutputEnd _end;
    private bool _completed;
    private bool _toldBlocksAreBack;
    private TaskCompletionSource? _drained;

    /// <summary>Whether nothing leaves any more.</summary>
    private bool IsDropped => _end == OutputEnd.Dropped;

    /// <summary>
    /// The connection is disposed, and with it the application done: what it wrote and did not flush is ready to be sent, what it
    /// holds memory of is given back.
    /// </summary>
    internal void CompleteForGood()
    {
        Disarm();
        bool areBack;
        Interleaving.Point();
        lock (_queue)
        {
            _completed = true;
            CommitByGate();
            areBack = TakeBlocksAreBack();
        }

        if (areBack)
        {
            _connection.OnSideReturnedBlocks();
        }
    }

    /// <summary>
    /// Sends what is queued and then the channel's end, and completes when they have left, or when the connection ended, or
    /// when the peer has taken nothing for <paramref name="timeout"/>. False in the last case if bytes are left.
    /// </summary>
    internal ValueTask<bool> DrainAsync(TimeSpan timeout)
    {
        Interleaving.Point();
        lock (_queue)
        {
            _ending = _channel.IsTls;
            if (_end == OutputEnd.Open)
            {
                _end = OutputEnd.Draining;
            }
        }

        TrySend(scheduled: false);
        TaskCompletionSource drained;
        Interleaving.Point();
        lock (_queue)
        {
            if (IsDrained || IsDropped)
            {
                return ValueTask.FromResult(true);
            }

            drained = _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        return WaitForDrain(drained.Task, timeout);
    }

    /// <summary>Drops what is queued and what will be written. A waiting flush completes.</summary>
    internal void Close()
    {
        bool completes, areBack;
        TaskCompletionSource? drained;
        Interleaving.Point();
        lock (_queue)
        {
            if (IsDropped)
            {
                return;
            }

            _end = OutputEnd.Dropped;
            completes = _flushWaits;
            _flushWaits = false;
            drained = _drained;
            if (!_sending)
            {
                _queue.Drop();
            }

            areBack = TakeBlocksAreBack();
        }

        if (areBack)
        {
            _connection.OnSideReturnedBlocks();
        }

        drained?.TrySetResult();
        Interleaving.Point();
        if (completes)
        {
            ContinueElsewhere();
        }
    }

    /// <summary>Under the gate: true once, when no block is out and none will be.</summary>
    private bool TakeBlocksAreBack()
    {
        var areBack = IsDropped && _completed && !_sending && !_toldBlocksAreBack;
        _toldBlocksAreBack |= areBack;
        return areBack;
    }

    private async ValueTask<bool> WaitForDrain(Task drained, TimeSpan timeout)
    {
        while (true)
        {
            var before = TotalTaken;
            if (timeout > TimeSpan.Zero)
            {
                // Leaves no timer behind, as a delay would.
                await drained.WaitAsync(timeout, _loop.Group.Clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (drained.IsCompleted)
            {
                return true;
            }

            // Nothing was taken; who sends at this very moment is another matter.
            if (before is not null && TotalTaken == before)
            {
                // The end alone is not worth a reset, which would take from the peer what the kernel still holds for it.
                lock (_queue)
                {
                    return _queue.Queued == 0 && !_channel.HoldsBytes;
                }
            }
        }
    }
}
