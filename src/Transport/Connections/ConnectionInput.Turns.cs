using System.Buffers;
using Aeronet.AspNetCore.Transport.EventLoop;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <content>Whose turn it is to touch the buffer (<see cref="ReadState"/>), and what is done with it beside receiving.</content>
internal sealed partial class ConnectionInput
{
    /// <summary>Whether something was received and not consumed. While nobody reads.</summary>
    internal bool HasBuffered => !_buffer.IsEmpty;

    /// <summary>Takes what was received and not consumed, for somebody else to read. While nobody reads.</summary>
    internal byte[] TakeBuffered()
    {
        if (_buffer.IsEmpty || (State & (ReadState.Waiting | ReadState.Receiving)) != 0)
        {
            return [];
        }

        byte[] bytes = [];
        try
        {
            if (TakeTurn())
            {
                bytes = _buffer.Sequence.ToArray();
                _buffer.Clear();
                _held?.OnTaken();
            }
        }
        finally
        {
            GiveTurnBackAndNotice();
        }

        return bytes;
    }

    /// <summary>The stream begins behind what was consumed: what is there, or comes next, are its first bytes. While nobody reads.</summary>
    internal void BeginStream()
    {
        try
        {
            if (TakeTurn())
            {
                _streamStart = _buffer.Position;
                _held?.BeginStream();
                _sawFirstBytes = !_buffer.IsEmpty;
                if (_sawFirstBytes)
                {
                    _connection.OnFirstBytes(_buffer.Sequence.FirstSpan);
                }
            }
        }
        finally
        {
            GiveTurnBackAndNotice();
        }
    }

    /// <summary>The present message has begun well: see <see cref="HeldInput.Accept"/>.</summary>
    internal void Accept(Func<object, bool> isOver, object request)
    {
        if (_held is not { } held)
        {
            return;
        }

        try
        {
            if (TakeTurn())
            {
                held.Accept(isOver, request);
            }
        }
        finally
        {
            GiveTurnBackAndNotice();
        }
    }

    /// <summary>What is held of the present message, and where it lies in the stream. False while somebody reads.</summary>
    internal bool TryGetHeld(out long position, out ReadOnlySequence<byte> bytes)
    {
        var mayLook = (State & (ReadState.Waiting | ReadState.Receiving)) == 0;
        (position, bytes) = mayLook ? (_buffer.HeldPosition, _buffer.Held) : default;
        return mayLook;
    }

    /// <summary>
    /// What is in the buffer, without a turn, which every read would pay for: only a reader that is completed meanwhile gives the blocks
    /// back under whoever reads, and says so first. So with no such word before and after, the blocks were there; later they go as they
    /// do under any application that keeps what it has read. False, and none of them is handed out, when the reader is completed.
    /// </summary>
    private bool TryLook(out ReadOnlySequence<byte> bytes)
    {
        bytes = default;
        if ((State & ReadState.Completed) != 0)
        {
            return false;
        }

        try
        {
            bytes = _buffer.Sequence;
        }
        catch (ArgumentOutOfRangeException) when ((State & ReadState.Completed) != 0)
        {
            // Half of it has gone back.
            return false;
        }

        Volatile.ReadBarrier();
        return (State & ReadState.Completed) == 0;
    }

    private void NoteReadOfHeld(HeldInput held)
    {
        try
        {
            if (TakeTurn())
            {
                held.OnRead(_connection.IsReadDirectly);
            }
        }
        finally
        {
            GiveTurnBackAndNotice();
        }
    }

    /// <summary>
    /// The application's turn with the buffer, to be given back whatever it says. False when the reader was completed: then the buffer is
    /// not to be touched any more.
    /// </summary>
    private bool TakeTurn() => (Add(ReadState.Receiving) & ReadState.Completed) == 0;

    /// <summary>The thread that had the turn is done with the buffer.</summary>
    private ReadState GiveTurnBack()
    {
        var before = Remove(ReadState.Receiving);
        if ((before & ReadState.Completed) != 0)
        {
            GiveBlocksBack();
        }

        return before;
    }

    /// <summary>
    /// The same, and sees to it that the application hears of a peer that has gone, which the loop says once and to nobody during a turn.
    /// </summary>
    private ReadState GiveTurnBackAndNotice()
    {
        const ReadState hasLeft = ReadState.PeerClosed | ReadState.Ended | ReadState.Stopped;
        var before = GiveTurnBack();
        if ((before & hasLeft) == ReadState.PeerClosed && (int)(before & HowPeerClosed) != Volatile.Read(ref _toldBits))
        {
            // When the application has had its turn with what there is, or keeps its thread, it is to hear of that too.
            _loop.Post(this);
        }

        return before;
    }

    /// <summary>Ends the wait of a read. Who does so has the buffer, and gives its blocks back if the reader was completed meanwhile.</summary>
    private bool TryTakeWaiting()
    {
        if (!TryTake(ReadState.Waiting, ReadState.None))
        {
            return false;
        }

        if ((State & (ReadState.Completed | ReadState.Receiving)) == ReadState.Completed)
        {
            GiveBlocksBack();
        }

        return true;
    }

    /// <summary>Exchanges <paramref name="from"/> for <paramref name="to"/>. False when somebody else did.</summary>
    private bool TryTake(ReadState from, ReadState to)
    {
        Interleaving.Point();
        var seen = Volatile.Read(ref _stateBits);
        while ((seen & (int)from) != 0)
        {
            Interleaving.Point();
            var before = Interlocked.CompareExchange(ref _stateBits, (seen & ~(int)from) | (int)to, seen);
            if (before == seen)
            {
                return true;
            }

            seen = before;
        }

        return false;
    }

    private ReadState Add(ReadState flags)
    {
        Interleaving.Point();
        return (ReadState)Interlocked.Or(ref _stateBits, (int)flags);
    }

    private ReadState Remove(ReadState flags)
    {
        Interleaving.Point();
        return (ReadState)Interlocked.And(ref _stateBits, ~(int)flags);
    }
}
