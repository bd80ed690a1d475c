using Aeronet.AspNetCore.Transport.EventLoop;
using Microsoft.AspNetCore.Connections;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <content>How reading ends, and who gives the blocks back.</content>
internal sealed partial class ConnectionInput
{
    private int _end;
    private int _gaveBlocksBack;
    private ConnectionAbortedException? _abortReason;

    /// <summary>How reading ended.</summary>
    internal InputEnd EndedBy => (InputEnd)Volatile.Read(ref _end);

    /// <summary>Whether there is nothing more to find out about the peer.</summary>
    internal bool HasEnded => (State & (ReadState.Ended | ReadState.Stopped)) != 0;

    /// <summary>Whether our side has ended it, whatever may still be there to read.</summary>
    internal bool IsStopped => (State & ReadState.Stopped) != 0;

    /// <summary>Nobody reads any more, and all blocks go back. Also called when the connection is disposed. Idempotent.</summary>
    public override void Complete(Exception? exception = null)
    {
        LeaveSeat();
        Add(ReadState.Completed | ReadState.Stopped);
        var ends = TryTake(ReadState.Waiting, ReadState.None);
        if ((State & (ReadState.Waiting | ReadState.Receiving)) == 0)
        {
            GiveBlocksBack();
        }

        if (ends)
        {
            Continue(elsewhere: true);
        }
    }

    /// <summary>The connection ends now: a waiting read and every later one come to what <paramref name="end"/> says.</summary>
    internal void End(InputEnd end, ConnectionAbortedException? reason = null)
    {
        if (EndedBy == InputEnd.Open)
        {
            // The reason first: who sees the end finds it.
            Interleaving.Point();
            Interlocked.CompareExchange(ref _abortReason, reason, null);
            Interlocked.CompareExchange(ref _end, (int)end, (int)InputEnd.Open);
        }

        Add(ReadState.Stopped);
        CompleteFromElsewhere();
    }

    /// <summary>Completes a waiting read from a thread that must not run the application.</summary>
    private void CompleteFromElsewhere()
    {
        if (TryTakeWaiting())
        {
            Continue(elsewhere: true);
        }
    }

    private void ThrowEnd(InputEnd end)
    {
        switch (end)
        {
            // How many clients leave that have nothing to ask, or nothing more: an exception would cost more than the connection did.
            case InputEnd.Reset when _buffer.IsEmpty && (_buffer.Received == _streamStart || _connection.IsBetweenRequests):
            case InputEnd.Truncated when _buffer.IsEmpty:
                break;
            case InputEnd.Reset or InputEnd.Truncated:
                throw new ConnectionResetException("The peer reset the connection.");
            case InputEnd.Broken:
                throw new IOException($"The TLS session broke: {_connection.WhyTlsBroke}.");
            default:
                throw Volatile.Read(ref _abortReason) ?? new ConnectionAbortedException(_connection.WhyEnded);
        }
    }

    private void GiveBlocksBack()
    {
        Interleaving.Point();
        if (Interlocked.Exchange(ref _gaveBlocksBack, 1) != 0)
        {
            return;
        }

        try
        {
            _held?.Keep();
            _buffer.Clear();
        }
        finally
        {
            _connection.OnSideReturnedBlocks();
        }
    }
}
