using System.IO.Pipelines;
using Aeronet.AspNetCore.Transport.EventLoop;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <content>Receiving: who does, where, and how much at a time.</content>
internal sealed partial class ConnectionInput
{
    private bool TryReadNow(out ReadResult result)
    {
        var state = State;
        if ((state & ReadState.Completed) != 0)
        {
            throw new InvalidOperationException("Reading is not allowed after the reader was completed.");
        }

        if ((state & (ReadState.Ended | ReadState.Stopped)) != 0 || _buffer.HasUnexamined)
        {
            result = TakeResult();
            return true;
        }

        if ((state & ReadState.Canceled) != 0)
        {
            return TryReceiveHere(out result);
        }

        while ((State & ReadState.Readable) != 0 && MayReceiveHere())
        {
            if (TryReceiveHere(out result))
            {
                return true;
            }
        }

        result = default;
        return false;
    }

    /// <summary>Receives once, unless the stream has ended. False when the socket had nothing, and the read is not canceled.</summary>
    private bool CompletesRead()
    {
        try
        {
            return (State & (ReadState.Ended | ReadState.Stopped)) != 0 || Receive() || (State & ReadState.Canceled) != 0;
        }
        catch (Exception failure)
        {
            // Not for what the socket says, which is a value: a memory pool of the application's, or no memory.
            _connection.OnFault(failure);
            return true;
        }
    }

    /// <summary>Receives as the application itself, and takes the result. False when the socket had nothing.</summary>
    private bool TryReceiveHere(out ReadResult result)
    {
        result = default;
        var received = false;
        try
        {
            // A connection that is disposed meanwhile leaves the buffer to this thread, and this thread to it what it is too late for.
            received = !TakeTurn() || CompletesRead();
            if (received)
            {
                result = TakeResult();
            }
        }
        finally
        {
            var isCompleted = (GiveTurnBackAndNotice() & ReadState.Completed) != 0;
            if (isCompleted)
            {
                LeaveSeat();
            }

            if (isCompleted && received)
            {
                // Its blocks have just gone back.
                result = new ReadResult(default, isCanceled: false, isCompleted: true);
            }
        }

        return received;
    }

    /// <summary>
    /// Receives once into the buffer, which the caller owns. False when the socket had nothing after all.
    /// </summary>
    private bool Receive()
    {
        // Cleared before the call: an event that arrives during it sets it again.
        Remove(ReadState.Readable);
        IoResult result;
        bool mayHaveMore;
        try
        {
            result = _buffer.Receive(_channel, out mayHaveMore);
        }
        catch
        {
            // What made the event is still there.
            Add(ReadState.Readable);
            throw;
        }

        if (result.Bytes > 0)
        {
            Interlocked.Add(ref _loop.Counters.BytesReceived, result.Bytes);
            _dispatchBytes += Math.Max(result.Bytes, LeastPerReceive);
            if (!_sawFirstBytes)
            {
                _sawFirstBytes = true;
                _connection.OnFirstBytes(_buffer.Sequence.FirstSpan);
            }

            if (mayHaveMore || (State & ReadState.PeerClosed) != 0)
            {
                Add(ReadState.Readable);
            }

            return true;
        }

        if (result.IsWouldBlock)
        {
            Interlocked.Increment(ref _loop.Counters.ReceiveWouldBlock);
            return false;
        }

        Interleaving.Point();
        Interlocked.CompareExchange(ref _end, (int)_connection.EndOf(result), (int)InputEnd.Open);
        Add(ReadState.Ended);
        _connection.OnInputEnded();
        return true;
    }

    private bool MayReceiveHere()
    {
        Interleaving.Point();
        if (LoopThread.Current is { } thread && thread.IsLeading)
        {
            // Fairness: past its share the read waits, and the loop comes back to it after the other connections.
            return _dispatchBytes < BytesPerDispatch;
        }

        // Kestrel makes a connection's first read on the thread pool. A handler that blocks must not starve the pool that accepts
        // connections: where there is no seat the read goes to the loop. So do all the later ones: that the peer has gone is told when
        // what was answered has left, which only a loop knows of what it runs.
        return (State & ReadState.Started) != 0 || _loop.Group.RunsOnThreadPool
            || (!_sawFirstBytes && (_seat ??= _loop.Group.Guests.TryEnter(_connection)) is not null);
    }

    private void LeaveSeat()
    {
        if (_seat is { } seat)
        {
            _seat = null;
            seat.Leave(_connection);
        }
    }
}
